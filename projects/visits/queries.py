"""Reading visits: what is due in the actor's regions, what was made, and all of one."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session

from app import clock
from app.deadlines import queries as deadline_queries
from app.deadlines.clocks import Clock
from app.deadlines.models import Deadline
from app.deadlines.rules import OPEN
from app.errors import NotFound
from app.files.models import EvidenceFile, FileState
from app.ids import clean_code
from app.paging import Order, Page, fetch
from app.parties import queries as parties
from app.parties.models import Household, Party
from app.permissions import Actor, Permission, ensure_may, may_in
from app.regions.rules import within, within_any
from projects.visits import clocks
from projects.visits.kinds import FollowUpState, VisitGround, VisitOutcome, VisitState
from projects.visits.models import Visit, VisitFollowUp, VisitNote, VisitVisitor
from projects.visits.rules import Item, checklist

READ = Permission.READ_HOUSEHOLDS


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of visits is narrowed to."""

    ground: VisitGround | None = None
    region: str | None = None
    mine: bool = False
    late: bool = False
    outcome: VisitOutcome | None = None


@dataclass(frozen=True)
class Told:
    """All of one visit that its page shows."""

    visit: Visit
    party: Party
    number: str
    clock: Clock | None
    visitors: list[str]
    items: list[Item]
    words: str | None
    files: list[EvidenceFile]
    follow_ups: list[tuple[VisitFollowUp, Clock | None]]


def staff_get(session: Session, code: str, *, actor: Actor) -> Visit:
    """Return a visit of the actor's regions by code. Raises NotFound for any other."""
    query = select(Visit).where(Visit.code == clean_code(code), _of(actor))
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_("辖区内没有这次走访。"))
    return found


def staff_due(
    session: Session, actor: Actor, filters: Filters, *, after: str | None = None, before: str | None = None
) -> Page[tuple[Visit, Party, str, Deadline]]:
    """Return a page of the visits that are due, the soonest first. Raises NotAllowed."""
    return fetch(
        session,
        _due(actor, filters),
        (Order(Deadline.due_on), Order(Deadline.id)),
        after=after,
        before=before,
    )


def staff_made(
    session: Session, actor: Actor, filters: Filters, *, after: str | None = None, before: str | None = None
) -> Page[tuple[Visit, Party, str]]:
    """Return a page of the visits that were made, the newest first. Raises NotAllowed."""
    query = _listed(actor, filters, select(Visit, Party, Household.file_number))
    query = query.where(Visit.state.in_((VisitState.DONE, VisitState.ABSENT)))
    if filters.outcome is not None:
        query = query.where(Visit.outcome == filters.outcome)
    return fetch(
        session, query, (Order(Visit.made_at, True), Order(Visit.id, True)), after=after, before=before
    )


def staff_late_count(session: Session, actor: Actor) -> int:
    """Return how many visits of the actor's regions are overdue."""
    query = _due(actor, Filters(late=True)).with_only_columns(func.count())
    return session.scalar(query) or 0


def staff_follow_ups(
    session: Session, actor: Actor, *, after: str | None = None, before: str | None = None
) -> Page[tuple[VisitFollowUp, Visit, Party, str]]:
    """Return a page of the findings that nobody has seen to yet, the oldest first. Raises NotAllowed."""
    ensure_may(actor, READ)
    query = (
        select(VisitFollowUp, Visit, Party, Household.file_number)
        .join(Visit, Visit.id == VisitFollowUp.visit_id)
        .join(Party, Party.id == VisitFollowUp.household_id)
        .join(Household, Household.party_id == Party.id)
        .where(VisitFollowUp.state == FollowUpState.OPEN)
    )
    if not actor.is_system:
        query = query.where(within_any(VisitFollowUp.region_code, actor.regions(READ)))
    return fetch(session, query, (Order(VisitFollowUp.id),), after=after, before=before)


def told(session: Session, visit: Visit) -> Told:
    """Return all of a visit; who calls has asked whether it may be read and written down that it was."""
    note = session.get(VisitNote, visit.id)
    keys = set(note.items.split(",")) if note else set()
    visitors = session.scalars(select(VisitVisitor.person_id).where(VisitVisitor.visit_id == visit.id)).all()
    names = parties.names_of(session, visitors)
    found = session.scalars(
        select(VisitFollowUp).where(VisitFollowUp.visit_id == visit.id).order_by(VisitFollowUp.id)
    ).all()
    due = deadline_queries.of(session, clocks.FOLLOW_UP, [one.id for one in found])
    own = deadline_queries.of(session, clocks.SUBJECT, [visit.id]).get(visit.id)
    return Told(
        visit=visit,
        party=session.get_one(Party, visit.household_id),
        number=session.get_one(Household, visit.household_id).file_number,
        clock=own[0] if own else None,
        visitors=[names[one] for one in visitors if one in names],
        items=[one for one in checklist() if one.key in keys],
        words=note.words if note else None,
        files=files_of(session, visit.id),
        follow_ups=[(one, due[one.id][0] if one.id in due else None) for one in found],
    )


def files_of(session: Session, visit_id: uuid.UUID) -> list[EvidenceFile]:
    """Return the photographs of a visit."""
    query = select(EvidenceFile).where(
        EvidenceFile.subject_kind == clocks.SUBJECT,
        EvidenceFile.subject_id == visit_id,
        EvidenceFile.state == FileState.KEPT,
    )
    return list(session.scalars(query.order_by(EvidenceFile.id)))


def of_household(session: Session, household_id: uuid.UUID, *, limit: int = 50) -> list[Visit]:
    """Return the visits of a household, the newest first, for its file. The caller has asked whether it may be read."""
    query = select(Visit).where(Visit.household_id == household_id).order_by(Visit.id.desc()).limit(limit)
    return list(session.scalars(query))


def made_for(session: Session, subject_kind: str, subject_id: uuid.UUID) -> list[Visit]:
    """Return the visits made for a thing (an agreement, an exit…), the newest first."""
    query = select(Visit).where(
        Visit.subject_kind == subject_kind, Visit.subject_id == subject_id, Visit.state == VisitState.DONE
    )
    return list(session.scalars(query.order_by(Visit.made_at.desc(), Visit.id.desc())))


def visitors_of(session: Session, visit_id: uuid.UUID) -> set[uuid.UUID]:
    """Return who went."""
    return set(session.scalars(select(VisitVisitor.person_id).where(VisitVisitor.visit_id == visit_id)))


def may_read(session: Session, file: EvidenceFile, actor: Actor) -> bool:
    """Say who sees the photographs of a visit: staff of the household's place."""
    visit = session.get(Visit, file.subject_id)
    return visit is not None and may_in(actor, READ, visit.region_code)


def _due(actor: Actor, filters: Filters) -> Any:
    query = _listed(actor, filters, select(Visit, Party, Household.file_number, Deadline)).join(
        Deadline,
        and_(
            Deadline.subject_kind == clocks.SUBJECT,
            Deadline.subject_id == Visit.id,
            Deadline.state.in_(OPEN),
        ),
    )
    if filters.late:
        query = query.where(Deadline.due_on < clock.today())
    return query.where(Visit.state == VisitState.DUE)


def _listed(actor: Actor, filters: Filters, query: Select[*tuple[Any, ...]]) -> Any:
    ensure_may(actor, READ)
    query = query.select_from(Visit).join(Party, Party.id == Visit.household_id)
    query = query.join(Household, Household.party_id == Party.id).where(_of(actor))
    if filters.ground is not None:
        query = query.where(Visit.ground == filters.ground)
    if filters.region is not None:
        query = query.where(within(Visit.region_code, filters.region))
    if filters.mine:
        query = query.where(Household.lead_worker_id == actor.person_id)
    return query


def _of(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_system else within_any(Visit.region_code, actor.regions(READ))


def clocks_of(session: Session, visit_ids: list[uuid.UUID]) -> dict[uuid.UUID, Clock]:
    """Return the clock of each visit that is due."""
    return {key: found[0] for key, found in deadline_queries.of(session, clocks.SUBJECT, visit_ids).items()}


def follow_up_clocks(session: Session, keys: list[uuid.UUID]) -> dict[uuid.UUID, Clock]:
    """Return the clock of each finding that is open."""
    return {key: found[0] for key, found in deadline_queries.of(session, clocks.FOLLOW_UP, keys).items()}
