"""Reading deadlines: those of things, and the late ones of the regions of who supervises."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.calendar import queries as calendar
from app.calendar.rules import add_working_days
from app.deadlines import registry
from app.deadlines.clocks import Clock
from app.deadlines.models import Deadline
from app.deadlines.registry import Shown
from app.deadlines.rules import OPEN, DeadlineState, HolderLevel, Step, SupervisedLevel, walk
from app.paging import Order, Page, fetch
from app.parameters import queries as parameters
from app.permissions import Actor, Permission, ensure_may
from app.regions import queries as regions
from app.regions.rules import within, within_any

DUE_SOON = "supervision.due_soon"
_ORDER = (Order(Deadline.due_on), Order(Deadline.id))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of late things is narrowed to."""

    kind: str | None = None
    region: str | None = None
    level: SupervisedLevel | None = None
    holder: HolderLevel | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A deadline of a list with the name of its thing and its place."""

    clock: Clock
    shown: Shown | None
    place: str


def of(
    session: Session,
    subject_kind: str,
    subject_ids: Iterable[uuid.UUID],
    *,
    today: date | None = None,
    closed: bool = False,
) -> dict[uuid.UUID, list[Clock]]:
    """Return the open clocks of things by their keys, the soonest first; ``closed``: the done ones too.

    The caller has asked whether the things may be read.
    """
    query = select(Deadline).where(
        Deadline.subject_kind == subject_kind, Deadline.subject_id.in_(list(subject_ids))
    )
    if not closed:
        query = query.where(Deadline.state.in_(OPEN))
    found: dict[uuid.UUID, list[Clock]] = {}
    rows = session.scalars(query.order_by(Deadline.due_on, Deadline.id)).all()
    for one in _clocks(session, rows, today or clock.today()):
        found.setdefault(one.deadline.subject_id, []).append(one)
    return found


def explained(session: Session, deadline: Deadline) -> list[Step]:
    """Return every day from the event to the last one: counted or not, and why."""
    return walk(calendar.load_calendar(session, since=deadline.started_on), deadline.term)


def staff_late(
    session: Session,
    actor: Actor,
    filters: Filters = Filters(),
    *,
    today: date | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Page[Listed]:
    """Return a page of the late things of the actor's regions, the longest late first. Raises NotAllowed."""
    day = today or clock.today()
    page = fetch(session, _late(actor, filters, day), _ORDER, after=after, before=before)
    return Page(_listed(session, page.rows, day), page.before, page.after)


def staff_late_rows(
    session: Session, actor: Actor, filters: Filters, *, limit: int, today: date | None = None
) -> list[Listed]:
    """Return the late things of the actor's regions for a table to take away. Raises NotAllowed."""
    day = today or clock.today()
    rows = session.scalars(_late(actor, filters, day).order_by(Deadline.due_on, Deadline.id).limit(limit))
    return _listed(session, rows.all(), day)


def staff_late_count(
    session: Session,
    actor: Actor,
    filters: Filters = Filters(),
) -> int:
    """Return how many things of the actor's regions are late. Raises NotAllowed."""
    wanted = _late(actor, filters, clock.today()).with_only_columns(func.count())
    return session.scalar(wanted) or 0


def staff_due_soon(
    session: Session, actor: Actor, *, today: date | None = None, limit: int = 50
) -> list[Listed]:
    """Return what falls due within so many working days (a parameter), today's included. Raises NotAllowed."""
    ensure_may(actor, Permission.SEE_SUPERVISION)
    day = today or clock.today()
    wait = parameters.value(session, DUE_SOON, on=day)
    last = add_working_days(calendar.load_calendar(session, since=day), day, wait).day
    rows = session.scalars(
        select(Deadline)
        .where(
            Deadline.state == DeadlineState.RUNNING,
            Deadline.due_on.between(day, last),
            _in_regions(actor),
        )
        .order_by(Deadline.due_on, Deadline.id)
        .limit(limit)
    )
    return _listed(session, rows.all(), day)


def to_supervise(session: Session, today: date, *, after: uuid.UUID | None, limit: int) -> list[uuid.UUID]:
    """Return the keys of late things that are not under the city's supervision yet, in their order, for the job."""
    query = select(Deadline.id).where(
        _is_late(today),
        or_(Deadline.supervised_level.is_(None), Deadline.supervised_level == SupervisedLevel.COUNTY),
    )
    if after is not None:
        query = query.where(Deadline.id > after)
    return list(session.scalars(query.order_by(Deadline.id).limit(limit)))


def supervised_counts(session: Session, today: date) -> dict[tuple[SupervisedLevel, str], tuple[int, int]]:
    """Return for each level and division that supervises: how many late things, and how many came since yesterday."""
    yesterday = clock.instant(today - timedelta(days=1))
    found: dict[tuple[SupervisedLevel, str], tuple[int, int]] = {}
    for digits, level in ((6, SupervisedLevel.COUNTY), (4, SupervisedLevel.CITY)):
        place = func.substr(Deadline.region_code, 1, digits)
        rows = session.execute(
            select(place, func.count(), func.count().filter(Deadline.supervised_at >= yesterday))
            .where(_is_late(today), Deadline.supervised_level == level)
            .group_by(place)
        )
        found |= {(level, str(code).ljust(12, "0")): (count, new) for code, count, new in rows}
    return found


def _late(actor: Actor, filters: Filters, today: date) -> Select[Deadline]:
    ensure_may(actor, Permission.SEE_SUPERVISION)
    query = select(Deadline).where(_is_late(today), _in_regions(actor))
    if filters.kind is not None:
        query = query.where(Deadline.kind == filters.kind)
    if filters.region is not None:
        query = query.where(within(Deadline.region_code, filters.region))
    if filters.level is not None:
        query = query.where(Deadline.supervised_level == filters.level)
    if filters.holder is not None:
        query = query.where(Deadline.holder_level == filters.holder)
    return query


def _is_late(today: date) -> ColumnElement[bool]:
    return or_(
        and_(Deadline.state == DeadlineState.RUNNING, Deadline.due_on < today),
        and_(Deadline.state == DeadlineState.PAUSED, Deadline.due_on < Deadline.paused_on),
    )


def _in_regions(actor: Actor) -> ColumnElement[bool]:
    return within_any(Deadline.region_code, actor.regions(Permission.SEE_SUPERVISION))


def _clocks(session: Session, rows: Sequence[Deadline], today: date) -> list[Clock]:
    if not rows:
        return []
    days = calendar.load_calendar(session, since=min(one.started_on for one in rows))
    return [Clock(one, today, days) for one in rows]


def _listed(session: Session, rows: Sequence[Deadline], today: date) -> list[Listed]:
    shown = registry.told(session, [(one.subject_kind, one.subject_id) for one in rows])
    places = regions.full_names(session, {one.region_code for one in rows})
    return [
        Listed(
            one,
            shown.get((one.deadline.subject_kind, one.deadline.subject_id)),
            places.get(one.deadline.region_code, one.deadline.region_code),
        )
        for one in _clocks(session, rows, today)
    ]
