"""How a contribution is scored: pure and exact; its arithmetic in words is made when it is asked for.

No database, no clock, no float: points are integer hundredths (centipoints), and every score is a fraction of two
whole numbers until it is rounded as its rule says.
"""

from collections.abc import Mapping

from flask_babel import gettext as _

from app.errors import InvalidInput
from points.rulesets.kinds import ContributionKind, EvidenceGrade, Factor, Span, Unit
from points.rulesets.plans import Counted, Plan, Way, period_start, plan_of
from points.rulesets.scores import Score, Sum
from points.rulesets.terms import Cap, CapPeriod, CapTaken, Facts, Multiplier, Rule, Rules

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

_WHOLE = 1000  # a multiplier is in thousandths
MOST_EARNED = 10**14
"""Centipoints that one contribution may earn, a million million points: sums of such fit the ledger's columns."""


def score(rules: Rules, facts: Facts, used: Mapping[CapPeriod, int] | None = None) -> Score:
    """Score a contribution. ``used`` is what the party has already used of each cap, in centipoints.

    A kind that the rules do not name scores nothing and says so. Raises InvalidInput for a quantity of zero
    or less, or where more than ``MOST_EARNED`` would come out.
    """
    plan = plan_of(rules, facts.kind, facts.category)
    found = _way(plan, facts)
    if found is None:
        return Score(rules.version)
    way, figure, parts = found
    if figure <= 0:
        raise InvalidInput(_("计分的数量要大于 0。"))
    upper, lower = figure * way.points, parts * way.lower
    multipliers = []
    for pair in facts.values():
        multiplier = plan.multipliers.get(pair)
        if multiplier is not None:
            upper *= multiplier.thousandths
            lower *= _WHOLE
            multipliers.append(multiplier)
    steps = (2 * upper + lower) // (2 * lower) if way.rounds_half_up else upper // lower
    earned = steps * way.step
    if earned > MOST_EARNED:
        raise InvalidInput(_("这一项算出的积分太大，无法记账：请核对数量，或请规则的制定者核对分值。"))
    sum_ = Sum(figure, parts, multipliers, upper * way.step, lower, earned)
    if earned < way.minimum:
        return Score(rules.version, way.rule, 0, 0, (), sum_)
    caps, periods = plan.caps_on(facts.happened_on)
    if not caps:
        return Score(rules.version, way.rule, earned, earned, (), sum_)
    counted, binding = earned, None
    for cap, period in caps:
        room = cap.points - (used.get(period, 0) if used else 0)
        if room < counted and counted:
            counted, binding = max(0, room), (cap, period, used.get(period, 0) if used else 0)
    taken = tuple([CapTaken(period, counted) for period in periods])
    return Score(rules.version, way.rule, earned, counted, taken, sum_, binding)


def rule_for(rules: Rules, facts: Facts) -> Rule | None:
    """Return the rule that scores a contribution, or None.

    The rule of the very category goes before that of the whole kind; within these, the first in the order
    of the ruleset whose unit the contribution is counted in (a gift with a proven value by its value, one
    without by its number).
    """
    found = _way(plan_of(rules, facts.kind, facts.category), facts)
    return found[0].rule if found else None


def cap_periods(rules: Rules, facts: Facts) -> list[CapPeriod]:
    """Return the caps that a contribution uses up, each in its period, in the order in which they are locked."""
    return list(plan_of(rules, facts.kind, facts.category).caps_on(facts.happened_on)[1])


def _way(plan: Plan, facts: Facts) -> tuple[Way, int, int] | None:
    """Return the rule that fits and the figure it counts, as a fraction of two whole numbers (money in fen)."""
    for way in plan.ways:
        match way.counted:
            case Counted.FEN:
                if facts.amount_fen is not None:
                    return way, facts.amount_fen, 1
            case Counted.MINUTES:
                if facts.minutes is not None:
                    return way, facts.minutes, 1
            case Counted.QUANTITY:
                if facts.quantity is not None:
                    return way, *facts.quantity.as_integer_ratio()
    return None
