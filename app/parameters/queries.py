"""Reading parameters. They are public knowledge: no query takes an actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.parameters.defaults import DEFAULTS, default_on
from app.parameters.kinds import Force, ParameterUnit, ProposalState
from app.parameters.models import ParameterValue
from app.regions import rules


@dataclass(frozen=True, slots=True)
class Found:
    """A number on a day, at a place, and what it rests on."""

    key: str
    title: str
    value: int
    unit: ParameterUnit
    force: Force
    article: str
    valid_from: date
    region_code: str | None = None


def value(session: Session, key: str, *, on: date, region_code: str | None = None) -> int:
    """Return a parameter's number on a day, in its unit. Raises KeyError for a key that is not in parameters.csv."""
    return found(session, key, on=on, region_code=region_code).value


def found(session: Session, key: str, *, on: date, region_code: str | None = None) -> Found:
    """Return a parameter on a day with its basis: the nearest division's own number, else the city's newest.

    ``region_code``: where the matter lies; the numbers of the divisions above it count too. Raises KeyError.
    """
    return _chosen(key, _rows(session, [key], on, region_code), on)


def every(session: Session, *, on: date, region_code: str | None = None) -> list[Found]:
    """Return all parameters as they are on a day, in the order of parameters.csv."""
    rows = _rows(session, list(DEFAULTS), on, region_code)
    return [_chosen(key, [row for row in rows if row.key == key], on) for key in DEFAULTS]


def known(key: str) -> bool:
    """Whether there is such a parameter."""
    return key in DEFAULTS


def changes(session: Session, key: str | None = None) -> Sequence[ParameterValue]:
    """Return what was proposed for one parameter or all, the newest first."""
    query = select(ParameterValue).order_by(ParameterValue.valid_from.desc(), ParameterValue.id.desc())
    return session.scalars(query if key is None else query.where(ParameterValue.key == key)).all()


def by_code(session: Session, code: str) -> ParameterValue:
    """Return one proposed or approved number. Raises NotFound."""
    row = session.scalar(select(ParameterValue).where(ParameterValue.code == code))
    if row is None:
        raise NotFound(_("没有找到这项调整。"))
    return row


def _rows(
    session: Session, keys: Sequence[str], on: date, region_code: str | None
) -> Sequence[ParameterValue]:
    place: ColumnElement[bool] = ParameterValue.region_code.is_(None)
    if region_code is not None:
        places = (*rules.ancestors(region_code), region_code)
        place = or_(place, ParameterValue.region_code.in_(places))
    return session.scalars(
        select(ParameterValue).where(
            ParameterValue.key.in_(keys),
            ParameterValue.state == ProposalState.APPROVED,
            ParameterValue.valid_from <= on,
            place,
        )
    ).all()


def _chosen(key: str, rows: Sequence[ParameterValue], on: date) -> Found:
    default = default_on(key, on)
    # The nearest division goes first; for the whole city the newest, be it ours or the house's.
    row = max(rows, key=lambda one: (len(rules.prefix(one.region_code or "")), one.valid_from), default=None)
    if row is None or (row.region_code is None and row.valid_from < default.valid_from):
        return Found(
            key,
            default.title,
            default.value,
            default.unit,
            default.force,
            default.article,
            default.valid_from,
        )
    return Found(
        key,
        default.title,
        row.value,
        default.unit,
        default.force,
        row.article,
        row.valid_from,
        row.region_code,
    )
