"""The plain model of scoring: Fractions and loops, words and all, as slow as it is easy to read.

The program's own scoring must say exactly what this says (test_scoring).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.errors import InvalidInput
from points.rulesets.kinds import ContributionKind, Rounding, Span, Unit
from points.rulesets.rules import period_start
from points.rulesets.terms import Cap, CapPeriod, CapTaken, Facts, Multiplier, Rule, Rules


@dataclass(frozen=True)
class PlainScore:
    """What the model says a contribution is worth."""

    rule: Rule | None
    earned: int
    points: int
    wording: str
    taken: tuple[CapTaken, ...] = ()


def measure(facts: Facts, unit: Unit) -> Fraction | None:
    """Return how many units there are, or None when the contribution is not counted in this unit."""
    match unit:
        case Unit.YUAN:
            return None if facts.amount_fen is None else Fraction(facts.amount_fen, 100)
        case Unit.MINUTE:
            return None if facts.minutes is None else Fraction(facts.minutes)
        case Unit.ITEM | Unit.MILESTONE:
            return None if facts.quantity is None else Fraction(facts.quantity)


def score(rules: Rules, facts: Facts, used: Mapping[CapPeriod, int] | None = None) -> "PlainScore":
    """Score a contribution. ``used`` is what the party has already used of each cap, in centipoints.

    A kind that the rules do not name scores nothing and says so. Raises InvalidInput for a quantity of zero
    or less.
    """
    found = rule_for(rules, facts)
    if found is None:
        return PlainScore(None, 0, 0, f"积分规则第 {rules.version} 版没有列入这一类，计 0 分")
    rule, counted = found
    if counted <= 0:
        raise InvalidInput("计分的数量要大于 0。")
    exact = counted * Fraction(rule.points, rule.per)
    words = [measure_words(counted, rule), rate_words(rule)]
    for multiplier in _multipliers(rules, facts):
        exact *= Fraction(multiplier.thousandths, 1000)
        words.append(f"{multiplier.words} {thousandths_words(multiplier.thousandths)}")
    earned = _rounded(exact, rule)
    wording = f"{' × '.join(words)} = {points_words(exact)} 分{rounding_words(exact, earned, rule)}"
    if earned < rule.minimum:
        return PlainScore(rule, 0, 0, wording + minimum_words(rule))
    return _capped(rules, rule, facts, earned, wording, used or {})


def rule_for(rules: Rules, facts: Facts) -> tuple[Rule, Fraction] | None:
    """Return the rule that scores a contribution and the quantity it counts, or None.

    The rule of the very category goes before that of the whole kind; within these, the first in the order
    of the ruleset whose unit the contribution is counted in (a gift with a proven value by its value, one
    without by its number).
    """
    for category in dict.fromkeys((facts.category, None)):
        for rule in rules.rules:
            if rule.kind is facts.kind and rule.category == category:
                counted = measure(facts, rule.unit)
                if counted is not None:
                    return rule, counted
    return None


def _multipliers(rules: Rules, facts: Facts) -> Iterable[Multiplier]:
    for factor, value in facts.values():
        fitting = [
            one
            for one in rules.multipliers
            if one.factor is factor and one.value == value and one.kind in (None, facts.kind)
        ]
        # What is said of one kind goes before what is said of all.
        yield from sorted(fitting, key=lambda one: one.kind is None)[:1]


def _rounded(exact: Fraction, rule: Rule) -> int:
    steps = exact / rule.step
    half = Fraction(1, 2) if rule.rounding is Rounding.HALF_UP else 0
    return int((steps + half) // 1) * rule.step


def _capped(
    rules: Rules, rule: Rule, facts: Facts, earned: int, wording: str, used: Mapping[CapPeriod, int]
) -> "PlainScore":
    counted, binding = earned, None
    taken: list[CapPeriod] = []
    for cap in rules.caps:
        if not cap.covers(facts.kind, facts.category):
            continue
        period = CapPeriod(cap.code, period_start(cap.span, facts.happened_on))
        taken.append(period)
        room = max(0, cap.points - used.get(period, 0))
        if room < counted:
            counted, binding = room, (cap, period)
    if binding is not None:
        cap, period = binding
        wording += cap_words(cap, period, used.get(period, 0), counted)
    return PlainScore(rule, earned, counted, wording, tuple(CapTaken(one, counted) for one in sorted(taken)))


_PLACES = 4
_MINUTES_OF_AN_HOUR = 60
_COUNTERS = {
    ContributionKind.JOBS: "个岗位",
    ContributionKind.AGENCY: "家机构",
    ContributionKind.PROJECT: "个节点",
}


def plain_number(value: Fraction) -> str:
    """Return a number of at most four decimals, grouped by thousands; with "…" when more would follow."""
    scaled, rest = divmod(abs(value) * 10**_PLACES, 1)
    whole, part = divmod(int(scaled), 10**_PLACES)
    decimals = f"{part:0{_PLACES}d}"
    text = f"{whole:,}.{decimals}" + "…" if rest else f"{whole:,}.{decimals}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def points_words(centipoints: Fraction | int) -> str:
    """Return centipoints as points in figures: 225 → 2.25."""
    return plain_number(Fraction(centipoints) / 100)


def thousandths_words(thousandths: int) -> str:
    """Return a multiplier in figures: 900 → 0.9."""
    return plain_number(Fraction(thousandths, 1000))


def unit_words(rule: Rule) -> str:
    """Return the word for what a rule counts: 元, 小时, 件, 个岗位 …"""
    match rule.unit:
        case Unit.YUAN:
            return "元"
        case Unit.MINUTE:
            return "小时" if rule.per % _MINUTES_OF_AN_HOUR == 0 else "分钟"
        case Unit.ITEM:
            return _COUNTERS.get(rule.kind, "件")
        case Unit.MILESTONE:
            return _COUNTERS.get(rule.kind, "项")


def measure_words(measure: Fraction, rule: Rule) -> str:
    """Return the quantity with its unit; time as hours where that is exact in two decimals, else with its minutes."""
    if rule.unit is not Unit.MINUTE:
        return f"{plain_number(measure)} {unit_words(rule)}"
    hours = measure / _MINUTES_OF_AN_HOUR
    if rule.per % _MINUTES_OF_AN_HOUR == 0 and (hours * 100).denominator == 1:
        return f"{plain_number(hours)} 小时"
    whole, rest = divmod(measure, _MINUTES_OF_AN_HOUR)
    if rule.per % _MINUTES_OF_AN_HOUR == 0 and whole:
        return f"{whole:,} 小时 {plain_number(rest)} 分钟"
    return f"{plain_number(measure)} 分钟"


def rate_words(rule: Rule) -> str:
    """Return what one rule gives: "1 分/小时", "1 分/100 元"."""
    per = rule.per // _MINUTES_OF_AN_HOUR if unit_words(rule) == "小时" else rule.per
    return f"{points_words(rule.points)} 分/{'' if per == 1 else f'{per:,} '}{unit_words(rule)}"


def rounding_rule_words(rule: Rule) -> str:
    """Return how a rule rounds, as the page of rules states it."""
    step = points_words(rule.step)
    return f"四舍五入到 {step} 分" if rule.rounding is Rounding.HALF_UP else f"不足 {step} 分的部分舍去"


def rounding_words(exact: Fraction, earned: int, rule: Rule) -> str:
    """Return what rounding did to an exact score, or nothing when it did nothing."""
    return "" if exact == earned else f"，{rounding_rule_words(rule)}，得 {points_words(earned)} 分"


def minimum_words(rule: Rule) -> str:
    """Return why a score below the minimum counts as none."""
    return f"；不足起计 {points_words(rule.minimum)} 分，计 0 分"


def cap_words(cap: Cap, period: CapPeriod, used: int, counted: int) -> str:
    """Return why a cap left only so much of a score."""
    return (
        f"；{period_words(cap.span, period)}{'此类' if cap.kind else ''}上限 {points_words(cap.points)} 分，"
        f"此前已计 {points_words(used)} 分，本次计 {points_words(counted)} 分"
    )


def period_words(span: Span, period: CapPeriod) -> str:
    """Return the period of a cap: 2026年11月21日, 2026年11月, 2026年."""
    day = period.starts_on
    match span:
        case Span.DAY:
            return f"{day.year}年{day.month}月{day.day}日"
        case Span.MONTH:
            return f"{day.year}年{day.month}月"
        case Span.QUARTER:
            return f"{day.year}年第{(day.month + 2) // 3}季度"
        case Span.YEAR:
            return f"{day.year}年"
