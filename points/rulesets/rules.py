"""How a contribution is scored: pure, exact, and told in words.

No database, no clock, no float: quantities are Fractions, points integer hundredths (centipoints). The
arithmetic in words is Chinese text as it is signed into the ledger, so it is never translated here.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from flask_babel import gettext as _

from app.errors import InvalidInput
from points.rulesets.kinds import ContributionKind, EvidenceGrade, Factor, Rounding, Span, Unit
from points.rulesets.terms import Cap, CapPeriod, CapTaken, Facts, Multiplier, Rule, Rules, Score
from points.rulesets.words import (
    cap_words,
    measure_words,
    minimum_words,
    points_words,
    rate_words,
    rounding_words,
    thousandths_words,
)

__all__ = [
    "Cap",
    "CapPeriod",
    "CapTaken",
    "ContributionKind",
    "EvidenceGrade",
    "Factor",
    "Facts",
    "Multiplier",
    "Rule",
    "Rules",
    "Score",
    "Span",
    "Unit",
    "cap_periods",
    "period_start",
    "rule_for",
    "score",
]


def score(rules: Rules, facts: Facts, used: Mapping[CapPeriod, int] | None = None) -> Score:
    """Score a contribution. ``used`` is what the party has already used of each cap, in centipoints.

    A kind that the rules do not name scores nothing and says so. Raises InvalidInput for a quantity of zero
    or less.
    """
    found = rule_for(rules, facts)
    if found is None:
        return Score(None, 0, 0, f"积分规则第 {rules.version} 版没有列入这一类，计 0 分")
    rule, measure = found
    if measure <= 0:
        raise InvalidInput(_("计分的数量要大于 0。"))
    exact = measure * Fraction(rule.points, rule.per)
    words = [measure_words(measure, rule), rate_words(rule)]
    for multiplier in _multipliers(rules, facts):
        exact *= Fraction(multiplier.thousandths, 1000)
        words.append(f"{multiplier.words} {thousandths_words(multiplier.thousandths)}")
    earned = _rounded(exact, rule)
    wording = f"{' × '.join(words)} = {points_words(exact)} 分{rounding_words(exact, earned, rule)}"
    if earned < rule.minimum:
        return Score(rule, 0, 0, wording + minimum_words(rule))
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
                measure = facts.measure(rule.unit)
                if measure is not None:
                    return rule, measure
    return None


def cap_periods(rules: Rules, facts: Facts) -> list[CapPeriod]:
    """Return the caps that a contribution uses up, each in its period, in the order in which they are locked."""
    return sorted(
        CapPeriod(cap.code, period_start(cap.span, facts.happened_on))
        for cap in rules.caps
        if cap.covers(facts.kind, facts.category)
    )


def period_start(span: Span, day: date) -> date:
    """Return the first day of the day, month or year in which a date lies."""
    match span:
        case Span.DAY:
            return day
        case Span.MONTH:
            return day.replace(day=1)
        case Span.YEAR:
            return day.replace(month=1, day=1)


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
) -> Score:
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
    return Score(rule, earned, counted, wording, tuple(CapTaken(one, counted) for one in sorted(taken)))
