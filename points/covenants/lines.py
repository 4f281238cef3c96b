"""Reading records: what waits, a village's lists, its ranking and totals; names as the public may read them."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app import clock, masking, paging
from app.errors import NotFound
from app.files.models import EvidenceFile, FileState
from app.ids import clean_code
from app.paging import Order, Page
from app.parties.models import Party, Person
from app.parties.rules import is_minor
from app.permissions import Actor, Permission
from app.regions.rules import within_any
from points.covenants.kinds import RecordState
from points.covenants.models import Covenant, CovenantHousehold, CovenantItem, CovenantRecord
from points.covenants.queries import in_regions
from points.ledger.kinds import Reason
from points.ledger.queries import postings_of

SUBJECT = "covenant_record"
PUBLICITY = timedelta(days=30)
"""How long a verified record stands on the village's public list."""
_NEWEST = (Order(CovenantRecord.state_since, descending=True), Order(CovenantRecord.id, descending=True))


@dataclass(frozen=True, slots=True)
class Line:
    """A record with its item, its household and the householder's whole name, for those who may read it."""

    record: CovenantRecord
    item: CovenantItem
    household: CovenantHousehold
    name: str
    born_on: date | None

    @property
    def claimed(self) -> int:
        """What the record would bring in full, in centipoints."""
        return self.item.points * self.record.quantity

    @property
    def public_name(self) -> str:
        """The name as the village's page shows it."""
        return public_name(self.household, self.name, self.born_on)


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the village's ranking. Points in centipoints, never below zero."""

    rank: int
    household: CovenantHousehold
    name: str
    born_on: date | None
    points: int

    @property
    def public_name(self) -> str:
        """The name as the village's page shows it."""
        return public_name(self.household, self.name, self.born_on)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a village's programme amounts to. Points in centipoints; deductions without their sign."""

    households: int
    records: int
    given: int
    taken: int


def public_name(household: CovenantHousehold, name: str, born_on: date | None) -> str:
    """Return a householder's name for everybody: whole if they agreed, else masked; of a minor none at all."""
    if is_minor(born_on, clock.today()):
        return ""
    return name if household.agreed_on is not None else masking.public_name(name)


def staff_record(session: Session, code: str, actor: Actor) -> Line:
    """Return a record of a village in the actor's regions. Raises NotFound."""
    wanted = whole().where(CovenantRecord.code == clean_code(code), in_regions(actor))
    row = session.execute(wanted).first()
    if row is None:
        raise NotFound(_("辖区内没有这条记录。"))
    return Line(*row)


def staff_waiting(session: Session, actor: Actor, limit: int) -> list[Line]:
    """Return what waits for verification in the actor's regions, what has waited longest first."""
    wanted = whole().where(*waiting(actor)).order_by(CovenantRecord.state_since, CovenantRecord.id)
    return [Line(*row) for row in session.execute(wanted.limit(limit))]


def staff_waiting_count(session: Session, actor: Actor) -> int:
    """Return how many records wait for verification in the actor's regions."""
    return _count(session, waiting(actor))


def staff_open_count(session: Session, actor: Actor) -> int:
    """Return how many records wait for verification or for the answer to an objection in the actor's regions."""
    return staff_waiting_count(session, actor) + _count(session, objected(actor))


def records(
    session: Session,
    covenant_id: uuid.UUID,
    *,
    household_id: uuid.UUID | None = None,
    state: RecordState | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Page[Line]:
    """Return a page of a village's records, those last worked on first."""
    wanted = whole().where(CovenantRecord.covenant_id == covenant_id)
    if household_id is not None:
        wanted = wanted.where(CovenantRecord.household_id == household_id)
    if state is not None:
        wanted = wanted.where(CovenantRecord.state == state)
    return _page(session, wanted, after, before)


def publicity(
    session: Session,
    covenant: Covenant,
    now: datetime,
    *,
    after: str | None = None,
    before: str | None = None,
) -> Page[Line]:
    """Return a page of what was verified or reversed in the last thirty days."""
    wanted = whole().where(
        CovenantRecord.covenant_id == covenant.id,
        CovenantRecord.state.in_((RecordState.VERIFIED, RecordState.REVERSED)),
        CovenantRecord.state_since >= now - PUBLICITY,
    )
    return _page(session, wanted, after, before)


def ranking(session: Session, covenant: Covenant, span: tuple[date, date] | None) -> list[Place]:
    """Return the households by what they earned in a span of days (None: ever), ranks 1-2-2-4, of more than nothing."""
    total = func.sum(CovenantRecord.counted)
    wanted = select(CovenantRecord.household_id, total.label("points")).where(
        CovenantRecord.covenant_id == covenant.id, CovenantRecord.state == RecordState.VERIFIED
    )
    if span is not None:
        wanted = wanted.where(CovenantRecord.happened_on >= span[0], CovenantRecord.happened_on < span[1])
    sums = wanted.group_by(CovenantRecord.household_id).having(total > 0).subquery()
    rows = session.execute(
        select(
            func.rank().over(order_by=sums.c.points.desc()),
            CovenantHousehold,
            Party.name,
            Person.born_on,
            sums.c.points,
        )
        .join(CovenantHousehold, CovenantHousehold.id == sums.c.household_id)
        .join(Party, Party.id == CovenantHousehold.party_id)
        .join(Person, Person.party_id == CovenantHousehold.party_id)
        .order_by(sums.c.points.desc(), CovenantHousehold.number)
    )
    return [
        Place(rank, household, name, born_on, int(points or 0))
        for rank, household, name, born_on, points in rows
    ]


def totals(session: Session, covenant: Covenant) -> Totals:
    """Return how many households there are and what was given and taken."""
    counted = CovenantRecord.counted
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(counted).filter(counted > 0), 0),
            func.coalesce(func.sum(-counted).filter(counted < 0), 0),
        ).where(CovenantRecord.covenant_id == covenant.id, CovenantRecord.state == RecordState.VERIFIED)
    ).one()
    number = session.scalar(
        select(func.count()).where(
            CovenantHousehold.covenant_id == covenant.id, CovenantHousehold.left_on.is_(None)
        )
    )
    return Totals(number or 0, row[0], int(row[1] or 0), int(row[2] or 0))


def item_name(session: Session, record: CovenantRecord) -> str:
    """Return by which item a record was logged."""
    return session.get_one(CovenantItem, record.item_id).name


def objections(session: Session, actor: Actor, limit: int) -> list[Line]:
    """Return the records whose objections wait for an answer in the actor's regions, the oldest first."""
    wanted = whole().where(*objected(actor)).order_by(CovenantRecord.objected_at, CovenantRecord.id)
    return [Line(*row) for row in session.execute(wanted.limit(limit))]


def wording(session: Session, record_id: uuid.UUID) -> str | None:
    """Return the arithmetic of a record as the ledger holds it, or None before it was verified."""
    posted = postings_of(session, SUBJECT, record_id, Reason.AWARD)
    return str(json.loads(posted[0].explanation or "{}").get("wording", "")) if posted else None


def photos(session: Session, record_id: uuid.UUID) -> Sequence[EvidenceFile]:
    """Return the photos of a record."""
    return session.scalars(
        select(EvidenceFile)
        .where(
            EvidenceFile.subject_kind == SUBJECT,
            EvidenceFile.subject_id == record_id,
            EvidenceFile.state == FileState.KEPT,
        )
        .order_by(EvidenceFile.id)
    ).all()


def whole() -> Select[CovenantRecord, CovenantItem, CovenantHousehold, str, date | None]:
    """Return the query of records with all that a line has."""
    return (
        select(CovenantRecord, CovenantItem, CovenantHousehold, Party.name, Person.born_on)
        .join(CovenantItem, CovenantItem.id == CovenantRecord.item_id)
        .join(CovenantHousehold, CovenantHousehold.id == CovenantRecord.household_id)
        .join(Covenant, Covenant.id == CovenantRecord.covenant_id)
        .join(Party, Party.id == CovenantHousehold.party_id)
        .join(Person, Person.party_id == CovenantHousehold.party_id)
    )


def _page(
    session: Session,
    wanted: Select[CovenantRecord, CovenantItem, CovenantHousehold, str, date | None],
    after: str | None,
    before: str | None,
) -> Page[Line]:
    page = paging.fetch(session, wanted, _NEWEST, after=after, before=before)
    return Page([Line(*row) for row in page.rows], page.before, page.after)


def waiting(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a record waits for verification in the actor's regions."""
    mine = within_any(Covenant.region_code, actor.regions(Permission.VERIFY_COVENANTS))
    return CovenantRecord.state == RecordState.LOGGED, mine


def objected(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an objection to a record waits for an answer in the actor's regions."""
    mine = within_any(Covenant.region_code, actor.regions(Permission.VERIFY_COVENANTS))
    return CovenantRecord.objected_at.is_not(None), CovenantRecord.answered_at.is_(None), mine


def _count(session: Session, conditions: tuple[ColumnElement[bool], ...]) -> int:
    wanted = select(func.count()).select_from(CovenantRecord)
    joined = wanted.join(Covenant, Covenant.id == CovenantRecord.covenant_id)
    return session.scalar(joined.where(*conditions)) or 0
