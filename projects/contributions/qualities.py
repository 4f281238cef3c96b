"""What else of a contribution multiplies its points: urgency, night, remote, effect.

The rules in force name the values (and their words), so only what they multiply is asked; the organisation claims the
first three, whoever verifies confirms them, and alone says how the effect was evaluated.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput, Refused
from points.rulesets import queries as rulesets
from points.rulesets.kinds import ContributionKind, Factor
from points.rulesets.publication import CITY_PROGRAMME
from projects.contributions.models import Contribution

CLAIMED = (Factor.URGENCY, Factor.NIGHT, Factor.REMOTE)
"""What the organisation says itself."""
ALL = (*CLAIMED, Factor.EFFECT)
Choices = Mapping[Factor, Sequence[tuple[str, str]]]
"""The values that the rules multiply, with their words."""


def choices(session: Session, kind: ContributionKind, day: date) -> Choices:
    """Return what the rules of a day multiply for a kind; nothing where there are no rules."""
    try:
        programme = rulesets.programme(session, CITY_PROGRAMME)
        rules = rulesets.in_force(session, programme.id, day)
    except Refused:
        return {}
    found: dict[Factor, list[tuple[str, str]]] = {}
    for one in rules.multipliers:
        if one.factor in ALL and one.kind in (None, kind):
            told = found.setdefault(one.factor, [])
            if one.value not in [value for value, _words in told]:
                told.append((one.value, one.words))
    return {factor: found[factor] for factor in ALL if factor in found}


def of(contribution: Contribution) -> dict[Factor, str]:
    """Return what is said of a contribution, in the order of the factors."""
    values = {factor: getattr(contribution, factor.value) for factor in ALL}
    return {factor: value for factor, value in values.items() if value}


def put(session: Session, contribution: Contribution, values: Mapping[Factor, str | None]) -> None:
    """Write what is said of a contribution. Raises InvalidInput for a value that the rules of its day do not name."""
    offered = choices(session, contribution.kind, contribution.happened_on) if any(values.values()) else {}
    for factor, value in values.items():
        if value and value not in [known for known, _words in offered.get(factor, ())]:
            raise InvalidInput(
                _("那一天的积分规则没有这一项“%(factor)s”。", factor=factor.label), field=factor.value
            )
        setattr(contribution, factor.value, value or None)


def words(session: Session, contribution: Contribution) -> list[tuple[str, str]]:
    """Return what is said of a contribution as facts of a page."""
    said = of(contribution)
    if not said:
        return []
    offered = choices(session, contribution.kind, contribution.happened_on)
    return [
        (str(factor.label), dict(offered.get(factor, ())).get(value, value)) for factor, value in said.items()
    ]
