"""Reads of comparison alerts: the desk of a region, and one of them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from app import paging
from app.errors import NotFound
from app.ids import clean_code
from app.paging import Order
from app.parties.models import Household, Party
from app.permissions import Actor, Permission
from app.regions.rules import within_any
from projects.comparisons.kinds import AlertKind, AlertState
from projects.comparisons.models import ComparisonAlert

PAGE = 50
_OLDEST = (Order(ComparisonAlert.found_at), Order(ComparisonAlert.id))


@dataclass(frozen=True, slots=True)
class Home:
    """The household of an alert."""

    party: Party
    file_number: str


def staff_page(
    session: Session,
    actor: Actor,
    *,
    kind: AlertKind | None = None,
    state: AlertState | None = AlertState.OPEN,
    after: str | None = None,
    before: str | None = None,
) -> paging.Page[ComparisonAlert]:
    """Return a page of the alerts of the actor's regions in a state, oldest first."""
    wanted = select(ComparisonAlert).where(_staffs(actor))
    if kind is not None:
        wanted = wanted.where(ComparisonAlert.kind == kind)
    if state is not None:
        wanted = wanted.where(ComparisonAlert.state == state)
    return paging.fetch(session, wanted, _OLDEST, after=after, before=before, size=PAGE)


def staff_get(session: Session, code: str, actor: Actor) -> ComparisonAlert:
    """Return an alert of the actor's regions. Raises NotFound."""
    wanted = select(ComparisonAlert).where(ComparisonAlert.code == clean_code(code), _staffs(actor))
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFound(_("没有找到这条比对提示，或者它不在您的辖区内。"))
    return found


def staff_waiting_count(session: Session, actor: Actor) -> int:
    """Return how many alerts wait in the actor's regions."""
    return session.scalar(select(func.count()).select_from(ComparisonAlert).where(*_waits(actor))) or 0


def staff_next_code(session: Session, actor: Actor, done_id: uuid.UUID) -> str | None:
    """Return the code of the alert that has waited longest now, or None."""
    wanted = select(ComparisonAlert.code).where(*_waits(actor), ComparisonAlert.id != done_id)
    return session.scalar(wanted.order_by(ComparisonAlert.found_at, ComparisonAlert.id).limit(1))


def waiting(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    """Return the statement of what waits, as the work queue wants it."""
    return select(
        ComparisonAlert.id.label("id"),
        ComparisonAlert.found_at.label("since"),
        ComparisonAlert.region_code.label("region_code"),
    ).where(*_waits(actor))


def homes(session: Session, household_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Home]:
    """Return the households of alerts by key."""
    rows = session.execute(
        select(Party, Household.file_number)
        .join(Household, Household.party_id == Party.id)
        .where(Party.id.in_(household_ids))
    )
    return {party.id: Home(party, number) for party, number in rows}


def _waits(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return ComparisonAlert.state == AlertState.OPEN, _staffs(actor)


def _staffs(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return true()
    return within_any(ComparisonAlert.region_code, actor.regions(Permission.RUN_COMPARISONS))
