"""A ruleset made ready for scoring: for each kind and category what may score it, by what, and under which caps.

Made once per ruleset, kind and category and kept with the ruleset's terms, so that a score looks nothing up twice.
Whole numbers only: a score is a fraction of two of them, whose lower one is known from the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from points.rulesets.kinds import ContributionKind, Factor, Rounding, Span, Unit
from points.rulesets.terms import Cap, CapPeriod, Multiplier, Rule, Rules

_MOST_DAYS = 4000
"""Days for which a plan keeps its cap periods: ten years, then it begins anew."""


class Counted(Enum):
    """Which of the figures of a contribution a rule counts."""

    FEN = 1
    MINUTES = 2
    QUANTITY = 3


_COUNTED = {
    Unit.YUAN: Counted.FEN,
    Unit.MINUTE: Counted.MINUTES,
    Unit.ITEM: Counted.QUANTITY,
    Unit.MILESTONE: Counted.QUANTITY,
}
_FEN_OF_A_YUAN = 100
_NAMED = "named"


@dataclass(frozen=True, slots=True)
class Way:
    """One rule as it is reckoned with: figure × points / lower is the score in steps."""

    rule: Rule
    counted: Counted
    points: int
    lower: int
    step: int
    minimum: int
    rounds_half_up: bool


class Plan:
    """All that scores contributions of one kind and category."""

    __slots__ = ("_caps", "_days", "multipliers", "ways")

    def __init__(
        self,
        ways: tuple[Way, ...],
        multipliers: Mapping[tuple[Factor, str], Multiplier],
        caps: tuple[Cap, ...],
    ) -> None:
        self.ways = ways
        """In the order in which they are tried: those of the very category before those of the whole kind."""
        self.multipliers = multipliers
        """By factor and value; what is said of this kind has gone before what is said of all."""
        self._caps = caps
        self._days: dict[date, tuple[tuple[tuple[Cap, CapPeriod], ...], tuple[CapPeriod, ...]]] = {}

    def caps_on(self, day: date) -> tuple[tuple[tuple[Cap, CapPeriod], ...], tuple[CapPeriod, ...]]:
        """Return the caps in their order with the periods that hold a day, and the same periods in key order."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            pairs = tuple((cap, CapPeriod(cap.code, period_start(cap.span, day))) for cap in self._caps)
            found = self._days[day] = (pairs, tuple(sorted(period for _, period in pairs)))
        return found


def plan_of(rules: Rules, kind: ContributionKind, category: str | None) -> Plan:
    """Return the plan for a kind and category of contribution, made on first use."""
    plan: Plan | None = rules.plans.get((kind, category))
    if plan is None:
        named = rules.plans.get(_NAMED)
        if named is None:
            named = {one.category for one in rules.rules} | {one.category for one in rules.caps}
            rules.plans[_NAMED] = named
        key = (kind, category if category in named else None)  # texts that no rule names share one plan
        plan = rules.plans.get(key)
        if plan is None:
            plan = rules.plans[key] = _plan(rules, *key)
    return plan


def period_start(span: Span, day: date) -> date:
    """Return the first day of the day, month, quarter or year in which a date lies."""
    match span:
        case Span.DAY:
            return day
        case Span.MONTH:
            return day.replace(day=1)
        case Span.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Span.YEAR:
            return day.replace(month=1, day=1)


def _plan(rules: Rules, kind: ContributionKind, category: str | None) -> Plan:
    multipliers: dict[tuple[Factor, str], Multiplier] = {}
    for one in sorted(rules.multipliers, key=lambda one: one.kind is None):
        if one.kind in (None, kind):
            multipliers.setdefault((one.factor, one.value), one)
    return Plan(
        tuple(
            _way(rule)
            for wanted in dict.fromkeys((category, None))
            for rule in rules.rules
            if rule.kind is kind and rule.category == wanted
        ),
        multipliers,
        tuple(cap for cap in rules.caps if cap.covers(kind, category)),
    )


def _way(rule: Rule) -> Way:
    counted = _COUNTED[rule.unit]
    lower = rule.per * rule.step * (_FEN_OF_A_YUAN if counted is Counted.FEN else 1)
    return Way(
        rule,
        counted,
        rule.points,
        lower,
        rule.step,
        rule.minimum,
        rule.rounding is Rounding.HALF_UP,
    )
