"""Reading exits. Nothing here counts them."""

import uuid
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ids import clean_code
from app.paging import Order, Page, fetch
from app.parties.models import Household, Party
from app.permissions import Actor, Permission, ensure_may
from app.regions.rules import within, within_any
from projects.exits.kinds import ExitState
from projects.exits.models import HouseholdExit

READ = Permission.READ_HOUSEHOLDS


def staff_get(session: Session, code: str, *, actor: Actor) -> HouseholdExit:
    """Return an exit of the actor's regions by code. Raises NotFound for any other."""
    query = select(HouseholdExit).where(HouseholdExit.code == clean_code(code), _of(actor))
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_("辖区内没有这件退出事项。"))
    return found


def staff_page(
    session: Session,
    actor: Actor,
    *,
    state: ExitState | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Page[Any]:
    """Return a page of exits with household and file number, the newest first. Raises NotAllowed."""
    ensure_may(actor, READ)
    query = (
        select(HouseholdExit, Party, Household.file_number)
        .join(Party, Party.id == HouseholdExit.household_id)
        .join(Household, Household.party_id == Party.id)
        .where(_of(actor))
    )
    if state is not None:
        query = query.where(HouseholdExit.state == state)
    return fetch(session, query, (Order(HouseholdExit.id, True),), after=after, before=before)


def cooling(session: Session) -> list[uuid.UUID]:
    """Return the exits in their time to think it over."""
    return _keys(session, ExitState.COOLING)


def running(session: Session) -> list[uuid.UUID]:
    """Return the gradual exits under way."""
    return _keys(session, ExitState.RUNNING)


def left_between(
    session: Session, region_code: str, first: date, last: date
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Return exits of a region that took effect in a period, as pairs of their key and their household's."""
    query = select(HouseholdExit.id, HouseholdExit.household_id).where(
        HouseholdExit.left_on >= first,
        HouseholdExit.left_on <= last,
        HouseholdExit.state == ExitState.LEFT,
        within(HouseholdExit.region_code, region_code),
    )
    return [(key, household_id) for key, household_id in session.execute(query)]


def of_household(session: Session, household_id: uuid.UUID) -> list[HouseholdExit]:
    """Return the exits of a household, the newest first, for its file. The caller has asked."""
    query = select(HouseholdExit).where(HouseholdExit.household_id == household_id)
    return list(session.scalars(query.order_by(HouseholdExit.id.desc())))


def _keys(session: Session, state: ExitState) -> list[uuid.UUID]:
    query = select(HouseholdExit.id).where(HouseholdExit.state == state).order_by(HouseholdExit.id)
    return list(session.scalars(query))


def _of(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_system else within_any(HouseholdExit.region_code, actor.regions(READ))
