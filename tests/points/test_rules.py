"""Scoring: exact, told in words, never above a cap."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from points.ledger.rules import last_day
from points.rulesets.document import read
from points.rulesets.kinds import ContributionKind, EvidenceGrade, Factor, Rounding, Span, Unit
from points.rulesets.rules import (
    Cap,
    CapPeriod,
    Facts,
    Multiplier,
    Rule,
    Rules,
    cap_periods,
    period_start,
    score,
)
from points.rulesets.words import plain_number
from tests.points.city import FIRST_RULES

NONE = UUID(int=0)
DAY = date(2026, 11, 20)
SERVICE, MONEY, GOODS = ContributionKind.SERVICE, ContributionKind.MONEY, ContributionKind.GOODS


def rule(kind: ContributionKind = SERVICE, unit: Unit = Unit.MINUTE, **changes: object) -> Rule:
    values: dict[str, object] = {
        "id": NONE,
        "code": f"{kind}-{unit}",
        "kind": kind,
        "category": None,
        "unit": unit,
        "points": 100,
        "per": 60 if unit is Unit.MINUTE else 100,
        "redeemable": kind is SERVICE,
        "minimum": 0,
        "rounding": Rounding.HALF_UP,
        "step": 1,
    }
    return Rule(**(values | changes))  # type: ignore[arg-type]


def rules(*several: Rule, multipliers: tuple[Multiplier, ...] = (), caps: tuple[Cap, ...] = ()) -> Rules:
    return Rules(NONE, NONE, 1, 36, several or (rule(),), multipliers, caps)


def hours(minutes: int, grade: EvidenceGrade = EvidenceGrade.A, **changes: object) -> Facts:
    return Facts(SERVICE, DAY, grade, minutes=minutes, **changes)  # type: ignore[arg-type]


GRADES = tuple(
    Multiplier(Factor.EVIDENCE_GRADE, letter, thousandths, f"{letter} 级")
    for letter, thousandths in (("A", 1000), ("B", 900), ("C", 800), ("D", 500))
)


def test_the_arithmetic_stands_in_words() -> None:
    told = score(rules(multipliers=GRADES), hours(150, EvidenceGrade.B))
    assert told.wording == "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分"
    assert (told.points, told.honour, told.redeemable) == (225, 225, 225)


def test_minutes_that_are_no_short_decimal_stay_exact() -> None:
    told = score(rules(), hours(100))
    assert told.wording == "1 小时 40 分钟 × 1 分/小时 = 1.6666… 分，四舍五入到 0.01 分，得 1.67 分"
    assert told.points == 167


def test_money_by_the_hundred() -> None:
    facts = Facts(MONEY, DAY, EvidenceGrade.A, amount_fen=1_234_567)
    told = score(rules(rule(MONEY, Unit.YUAN)), facts)
    assert told.wording == "12,345.67 元 × 1 分/100 元 = 123.4567 分，四舍五入到 0.01 分，得 123.46 分"
    assert (told.points, told.redeemable) == (12346, 0)


def test_whole_points_only_where_a_rule_says_so() -> None:
    facts = Facts(MONEY, DAY, EvidenceGrade.A, amount_fen=25_900)
    told = score(rules(rule(MONEY, Unit.YUAN, rounding=Rounding.DOWN, step=100)), facts)
    assert told.points == 200
    assert told.wording.endswith("= 2.59 分，不足 1 分的部分舍去，得 2 分")


def test_a_minimum_counts_as_none_below() -> None:
    told = score(rules(rule(minimum=50)), hours(20))
    assert (told.points, told.taken) == (0, ())
    assert (
        told.wording
        == "20 分钟 × 1 分/小时 = 0.3333… 分，四舍五入到 0.01 分，得 0.33 分；不足起计 0.5 分，计 0 分"
    )


def test_what_is_entered_later_is_never_above_c() -> None:
    told = score(rules(multipliers=GRADES), hours(60, EvidenceGrade.A, backfilled=True))
    assert told.points == 80
    assert score(rules(multipliers=GRADES), hours(60, EvidenceGrade.D, backfilled=True)).points == 50


def test_what_is_said_of_a_kind_goes_before_all() -> None:
    both = (*GRADES, Multiplier(Factor.EVIDENCE_GRADE, "C", 1000, "C 级", MONEY))
    facts = Facts(MONEY, DAY, EvidenceGrade.C, amount_fen=10_000)
    assert score(rules(rule(MONEY, Unit.YUAN), multipliers=both), facts).points == 100
    assert score(rules(multipliers=both), hours(60, EvidenceGrade.C)).points == 80


def test_goods_by_value_where_there_is_one_else_by_number() -> None:
    both = rules(rule(GOODS, Unit.YUAN), rule(GOODS, Unit.ITEM, points=10, per=1))
    valued = Facts(GOODS, DAY, EvidenceGrade.A, amount_fen=50_000, quantity=Decimal(40))
    counted = Facts(GOODS, DAY, EvidenceGrade.A, quantity=Decimal("2.5"))
    assert score(both, valued).points == 500
    assert score(both, counted).wording == "2.5 件 × 0.1 分/件 = 0.25 分"


def test_a_category_goes_before_its_kind() -> None:
    both = rules(rule(), rule(code="nursing", category="nursing", points=200))
    assert score(both, hours(60, category="nursing")).points == 200
    assert score(both, hours(60, category="other")).points == 100


def test_what_no_rule_names_scores_nothing_and_says_so() -> None:
    told = score(rules(), Facts(MONEY, DAY, EvidenceGrade.A, amount_fen=100))
    assert (told.points, told.rule, told.redeemable) == (0, None, 0)
    assert "没有列入" in told.wording


def test_nothing_cannot_be_scored() -> None:
    with pytest.raises(InvalidInput):
        score(rules(), hours(0))


def test_more_than_the_ledger_holds_cannot_be_earned() -> None:
    """A slip in a rule is told, before a database refuses the number."""
    dear = rules(rule(MONEY, Unit.YUAN, points=10**12, per=1))
    assert score(dear, Facts(MONEY, DAY, EvidenceGrade.A, amount_fen=100 * 100)).points == 10**14
    with pytest.raises(InvalidInput, match="太大"):
        score(dear, Facts(MONEY, DAY, EvidenceGrade.A, amount_fen=101 * 100))


def test_a_cap_says_what_is_left() -> None:
    cap = Cap("service-month", SERVICE, None, Span.MONTH, 6000)
    period = CapPeriod("service-month", date(2026, 11, 1))
    told = score(rules(caps=(cap,)), hours(300), {period: 5800})
    assert told.points == 200
    assert told.wording.endswith("= 5 分；2026年11月此类上限 60 分，此前已计 58 分，本次计 2 分")
    assert cap_periods(rules(caps=(cap,)), hours(300)) == [period]
    assert cap_periods(rules(caps=(cap,)), Facts(MONEY, DAY, EvidenceGrade.A)) == []


spans = st.sampled_from(Span)
caps = st.lists(
    st.builds(
        Cap,
        st.text("abc", min_size=1, max_size=3),
        st.sampled_from([SERVICE, None]),
        st.none(),
        spans,
        st.integers(1, 2000),
    ),
    max_size=4,
    unique_by=lambda cap: cap.code,
).map(tuple)


@given(st.lists(st.integers(1, 24 * 60), min_size=1, max_size=20), caps)
def test_caps_are_never_passed_and_never_short(minutes: list[int], several: tuple[Cap, ...]) -> None:
    """Awards one after the other: each cap holds, and what counts is all there is room for."""
    made = rules(caps=several)
    used: dict[CapPeriod, int] = {}
    for one in minutes:
        free = score(rules(), hours(one)).points
        told = score(made, hours(one), used)
        room = min(
            (cap.points - used.get(CapPeriod(cap.code, period_start(cap.span, DAY)), 0) for cap in several),
            default=free,
        )
        assert told.points == min(free, room)
        assert told.earned == free
        for taken in told.taken:
            used[taken.period] = used.get(taken.period, 0) + taken.points
    for cap in several:
        assert used[CapPeriod(cap.code, period_start(cap.span, DAY))] <= cap.points


@given(
    st.integers(1, 10**9),
    st.integers(1, 10**5),
    st.integers(1, 10**4),
    st.sampled_from([1, 10, 100]),
    st.sampled_from(Rounding),
)
def test_rounding_is_exact(fen: int, points: int, per: int, step: int, rounding: Rounding) -> None:
    made = rule(MONEY, Unit.YUAN, points=points, per=per, step=step, rounding=rounding)
    told = score(rules(made), Facts(MONEY, DAY, EvidenceGrade.A, amount_fen=fen))
    exact = Fraction(fen, 100) * Fraction(points, per)
    assert told.points % step == 0
    if rounding is Rounding.DOWN:
        assert told.points <= exact < told.points + step
    else:
        assert told.points - Fraction(step, 2) <= exact < told.points + Fraction(step, 2)


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_figures_are_cut_never_rounded(numerator: int, denominator: int) -> None:
    value = Fraction(numerator, denominator)
    text = plain_number(value.numerator, value.denominator)
    shown = Fraction(text.rstrip("…").replace(",", ""))
    assert text.endswith("…") == (shown != value)
    assert 0 <= abs(value) - abs(shown) < Fraction(1, 10_000)


def test_redeemable_points_last_to_the_same_day() -> None:
    assert last_day(date(2026, 11, 21), 36) == date(2029, 11, 21)
    assert last_day(date(2028, 2, 29), 36) == date(2031, 2, 28)
    assert last_day(date(2026, 12, 31), 2) == date(2027, 2, 28)


def test_the_first_rules_can_be_read() -> None:
    document = read(FIRST_RULES.read_text("utf-8"))
    assert {one["kind"] for one in document.rules} == set(ContributionKind)
    assert document.columns["redeemable_months"] == 36


GOOD = FIRST_RULES.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version = 1", "version = 0", "version"),
        ("version = 1", "version =", "TOML"),
        ('points = "1"\nper = 100', 'points = 1.5\nper = 100', "rule 1 的 points"),
        ('points = "1"\nper = 100', 'points = "1.234"\nper = 100', "rule 1 的 points"),
        ('points = "1"\nper = 100', 'points = "-1"\nper = 100', "rule 1 的 points"),
        ('points = "1"\nper = 100', 'points = "NaN"\nper = 100', "rule 1 的 points"),
        ('points = "1"\nper = 100', 'points = "9E999999999"\nper = 100', "rule 1 的 points"),
        ('points = "1"\nper = 100', 'points = "1e309"\nper = 100', "rule 1 的 points"),
        ('kind = "money"\nunit', 'kind = "gold"\nunit', "只能是"),
        ('code = "goods-value"', 'code = "money"', "重复"),
        ('code = "goods-value"', 'code = "goods\\u0000"', "rule 2 的 code"),
        ("redeemable_months = 36", 'redeemable_months = "36"', "redeemable_months"),
        ("effective_from = 2025-11-01", 'effective_from = "2025"', "日期"),
        ('times = "0.9"', "times = 0.9", "multiplier 2 的 times"),
        ('span = "day"', 'span = "week"', "cap 1 的 span"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_told_by_its_entry(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidInput) as told:
        read(GOOD.replace(old, new, 1))
    assert says in str(told.value)
