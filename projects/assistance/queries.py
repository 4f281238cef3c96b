"""Reads of assistance received: the list of a region, one household's, and the overrides of a month."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app import clock, paging
from app.paging import Order
from app.parties.models import Household, Party
from app.parties.queries import in_regions
from app.permissions import Actor, Permission
from app.regions.rules import within, within_any
from projects.assistance.kinds import AssistanceSource
from projects.assistance.models import AidOverride, AidOverrideNote, Assistance

PAGE = 50
_NEWEST = (Order(Assistance.given_on, descending=True), Order(Assistance.id, descending=True))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; None or empty means everything."""

    kind_id: uuid.UUID | None = None
    region: str | None = None
    source: AssistanceSource | None = None
    number: str = ""


NOTHING = Filters()


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its household."""

    assistance: Assistance
    household: Party
    file_number: str


@dataclass(frozen=True, slots=True)
class Override:
    """An override with its household and its words, while retention keeps them."""

    override: AidOverride
    file_number: str
    actor_name: str
    reason: str | None


def staff_page(
    session: Session,
    actor: Actor,
    filters: Filters = NOTHING,
    *,
    after: str | None = None,
    before: str | None = None,
) -> paging.Page[Row]:
    """Return a page of what households of the actor's regions received, newest first."""
    found = paging.fetch(session, _rows(actor, filters), _NEWEST, after=after, before=before, size=PAGE)
    return paging.Page([Row(*row) for row in found.rows], found.before, found.after)


def staff_rows(session: Session, actor: Actor, filters: Filters, *, limit: int) -> list[Row]:
    """Return all that fit, newest first, for an export."""
    wanted = _rows(actor, filters).order_by(Assistance.given_on.desc(), Assistance.id.desc()).limit(limit)
    return [Row(*row) for row in session.execute(wanted)]


def of_household(session: Session, household_id: uuid.UUID) -> list[Assistance]:
    """Return what a household received, newest first. The caller has asked who may read its file."""
    return list(
        session.scalars(
            select(Assistance)
            .where(Assistance.household_id == household_id)
            .order_by(Assistance.given_on.desc(), Assistance.id.desc())
        )
    )


def overrides(session: Session, actor: Actor, month: date) -> list[Override]:
    """Return where somebody helped all the same in a month, in the actor's regions, oldest first."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    wanted = (
        select(AidOverride, Household.file_number, AidOverrideNote.actor_name, AidOverrideNote.reason)
        .join(Household, Household.party_id == AidOverride.household_id)
        .outerjoin(AidOverrideNote, AidOverrideNote.override_id == AidOverride.id)
        .where(
            AidOverride.happened_at >= clock.instant(month.replace(day=1)),
            AidOverride.happened_at < clock.instant(following),
            within_any(AidOverride.region_code, actor.regions(Permission.READ_HOUSEHOLDS)),
        )
        .order_by(AidOverride.happened_at, AidOverride.id)
    )
    return [
        Override(one, number, name or "", reason) for one, number, name, reason in session.execute(wanted)
    ]


def _rows(actor: Actor, filters: Filters) -> Select[Assistance, Party, str]:
    wanted = (
        select(Assistance, Party, Household.file_number)
        .join(Party, Party.id == Assistance.household_id)
        .join(Household, Household.party_id == Party.id)
        .where(in_regions(actor, Permission.READ_HOUSEHOLDS))
    )
    return wanted.where(*_narrow(filters))


def _narrow(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.kind_id is not None:
        conditions.append(Assistance.kind_id == filters.kind_id)
    if filters.region:
        conditions.append(within(Party.region_code, filters.region))
    if filters.source is not None:
        conditions.append(Assistance.source == filters.source)
    if filters.number:
        conditions.append(Household.file_number == filters.number)
    return conditions
