"""Fast scoring says what the plain model says, to the letter."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from points.rulesets.document import read, terms_of
from points.rulesets.kinds import ContributionKind, EvidenceGrade, Factor, Rounding, Span, Unit
from points.rulesets.rules import cap_periods, rule_for, score
from points.rulesets.terms import Cap, Facts, Multiplier, Rule, Rules
from tests.points import plain_scoring as plain
from tests.points.city import FIRST_RULES

NONE = UUID(int=0)
kinds = st.sampled_from([ContributionKind.SERVICE, ContributionKind.MONEY, ContributionKind.GOODS])
categories = st.sampled_from([None, "粮油食品", "护理用品", "别的"])
figures = st.integers(1, 10**4)
rule_lists = st.lists(
    st.builds(
        Rule,
        st.just(NONE),
        st.sampled_from(["a", "b", "c"]),
        kinds,
        categories,
        st.sampled_from(Unit),
        figures,
        st.one_of(st.sampled_from([1, 60, 100, 1000]), figures),
        st.booleans(),
        st.one_of(st.just(0), figures),
        st.sampled_from(Rounding),
        st.sampled_from([1, 10, 50, 100]),
    ),
    max_size=6,
)
multiplier_lists = st.lists(
    st.builds(
        Multiplier,
        st.sampled_from(Factor),
        st.sampled_from(["A", "B", "C", "D", "yes", "high"]),
        st.integers(0, 3000),
        st.text("级急夜", min_size=1, max_size=3),
        st.one_of(st.none(), kinds),
    ),
    max_size=8,
    unique_by=lambda one: (one.factor, one.value, one.kind),
)
cap_lists = st.lists(
    st.builds(
        Cap,
        st.text("abc", min_size=1),
        st.one_of(st.none(), kinds),
        categories,
        st.sampled_from(Span),
        figures,
    ),
    max_size=4,
    unique_by=lambda one: one.code,
)
rulesets = st.builds(
    lambda rules, multipliers, caps: Rules(NONE, NONE, 3, 36, tuple(rules), tuple(multipliers), tuple(caps)),
    rule_lists,
    multiplier_lists,
    cap_lists,
)
contributions = st.builds(
    Facts,
    kinds,
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.sampled_from(EvidenceGrade),
    categories,
    st.one_of(st.none(), st.integers(1, 10**10)),
    st.one_of(st.none(), st.integers(1, 3000)),
    st.one_of(st.none(), st.decimals("0.001", 10**6, places=3)),
    st.booleans(),
    st.booleans(),
    st.lists(
        st.tuples(st.sampled_from([Factor.URGENCY, Factor.NIGHT]), st.sampled_from(["yes", "high"])),
        max_size=2,
    ).map(tuple),
)


@settings(max_examples=400)
@given(rulesets, st.lists(contributions, min_size=1, max_size=8), st.integers(0, 20_000))
def test_it_says_what_the_plain_model_says(rules: Rules, several: list[Facts], before: int) -> None:
    for facts in several:
        used = {period: before * (place + 1) // 2 for place, period in enumerate(cap_periods(rules, facts))}
        model, told = plain.score(rules, facts, used), score(rules, facts, used)
        assert told.wording == model.wording
        assert (told.rule, told.earned, told.points, told.taken) == (
            model.rule,
            model.earned,
            model.points,
            model.taken,
        )
        if not used:
            assert score(rules, facts).wording == model.wording
        found = plain.rule_for(rules, facts)
        assert rule_for(rules, facts) == (found[0] if found else None)


def test_the_first_rules_are_scored_as_ever() -> None:
    """What stands signed in a ledger: these sentences never change."""
    rules = terms_of(read(FIRST_RULES.read_text("utf-8")), ruleset_id=NONE, programme_id=NONE)
    day = date(2026, 11, 20)
    kind, grade = ContributionKind, EvidenceGrade
    said = [
        score(rules, facts, dict.fromkeys(cap_periods(rules, facts), used)).wording
        for facts, used in (
            (Facts(kind.SERVICE, day, grade.A, minutes=100, professional=True), 0),
            (Facts(kind.SERVICE, day, grade.B, minutes=1020), 1590),
            (Facts(kind.MONEY, day, grade.D, amount_fen=123_456_789), 0),
            (Facts(kind.GOODS, day, grade.C, category="护理用品", quantity=Decimal("12.345")), 0),
            (Facts(kind.JOBS, day, grade.B, quantity=Decimal(3)), 0),
            (Facts(kind.TRAINING, day, grade.A, minutes=45), 0),
        )
    ]
    assert said == [
        "1 小时 40 分钟 × 1 分/小时 × A 级 1 × 专业服务 1.5 = 2.5 分",
        "17 小时 × 1 分/小时 × B 级 0.9 = 15.3 分；2026年11月20日此类上限 16 分，此前已计 15.9 分，本次计 0.1 分",
        "1,234,567.89 元 × 1 分/100 元 × D 级 0.5 = 6,172.8394… 分，四舍五入到 0.01 分，得 6,172.84 分",
        "12.345 件 × 1 分/100 件 × C 级 1 = 0.1234… 分，四舍五入到 0.01 分，得 0.12 分",
        "3 个岗位 × 5 分/个岗位 × B 级 0.9 = 13.5 分",
        "0.75 小时 × 2 分/小时 × A 级 1 = 1.5 分",
    ]
