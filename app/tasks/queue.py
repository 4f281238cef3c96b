"""The work queue: what waits for an actor over all kinds of work, the soonest last day first, page by page.

Every kind is asked for one page in the common order (last day, since when, key), all in one statement, and the pages
are merged: no kind's whole heap is brought here.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from app import clock, paging
from app.calendar import queries as calendar
from app.calendar.rules import WorkingCalendar, add_working_days, working_days_left
from app.deadlines.queries import DUE_SOON
from app.deadlines.registry import Shown
from app.errors import InvalidInput
from app.labels import Labelled
from app.paging import Page
from app.parameters import queries as parameters
from app.permissions import Actor
from app.regions import queries as regions
from app.regions.rules import within
from app.tasks import registry
from app.tasks.registry import Task
from app.tasks.terms import FAR, Clocked, Place, Promised, Term

PAGE = 50
_EARLIEST, _LATEST = date(2000, 1, 1), date(2200, 1, 1)


class Due(Labelled):
    """Which last days a queue is narrowed to."""

    LATE = "late", _l("已超期")
    SOON = "soon", _l("即将到期")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a queue is narrowed to."""

    name: str | None = None
    region: str | None = None
    due: Due | None = None


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits.

    ``due_on``: None when it has no last day; ``left``: working days to it, below 0 when late; ``waited``: working days
    since it began to wait, today counted.
    """

    task: Task
    id: uuid.UUID
    since: datetime
    due_on: date | None
    region_code: str
    left: int = 0
    waited: int = 0
    place: str = ""
    shown: Shown | None = None

    @property
    def is_late(self) -> bool:
        """Whether its last day has passed."""
        return self.due_on is not None and self.due_on < clock.today()

    @property
    def key(self) -> Place:
        """Its place in the queue."""
        return self.due_on or FAR, self.since, self.id


@dataclass(frozen=True, slots=True)
class Heap:
    """How much waits of one kind: how many, how many of it late, since when the oldest, and the soonest last day."""

    task: Task
    count: int
    late: int
    since: datetime | None
    due_on: date | None
    left: int = 0
    waited: int = 0


@dataclass(frozen=True)
class Desk:
    """What a queue is asked with: the kinds of work with their terms, in the order of the features."""

    terms: Sequence[tuple[Task, Term]]
    days: WorkingCalendar
    filters: Filters
    soon: date
    """The last day that is soon."""


def desk(session: Session, actor: Actor, filters: Filters = EVERYTHING) -> Desk:
    """Return what the queue of an actor is asked with; a page and its heaps may share it."""
    today = clock.today()
    days = calendar.load_calendar(session)
    soon = today
    if filters.due is Due.SOON:
        soon = add_working_days(days, today, parameters.value(session, DUE_SOON, on=today)).day
    tasks = [task for task in registry.of(actor) if filters.name in (None, task.name)]
    return Desk([(task, _term(session, actor, task, days)) for task in tasks], days, filters, soon)


def heaps(
    session: Session, actor: Actor, filters: Filters = EVERYTHING, *, at: Desk | None = None
) -> list[Heap]:
    """Return how much waits of each kind of work that the actor may have, in the order of the features."""
    at = at or desk(session, actor, filters)
    today = clock.today()
    parts = [
        select(
            literal(number).label("number"),
            func.count().label("count"),
            func.count().filter(term.before_day(today)).label("late"),
            func.min(term.rows.c.since).label("since"),
            func.min(term.due).label("due"),
        )
        .select_from(term.rows)
        .where(*_narrowed(term, at))
        for number, (_task, term) in enumerate(at.terms)
    ]
    found = []
    for number, count, late, since, due in sorted(session.execute(union_all(*parts))) if parts else ():
        task, term = at.terms[number]
        due_on = _known(term.due_of(due, since)) if count else None
        left, waited = _left(at.days, due_on, today), _waited(at.days, since, today)
        found.append(Heap(task, count, late, since, due_on, left, waited))
    return found


def count(session: Session, actor: Actor) -> int:
    """Return how many things wait for an actor in all."""
    return sum(heap.count for heap in heaps(session, actor))


def page(
    session: Session,
    actor: Actor,
    filters: Filters = EVERYTHING,
    *,
    at: Desk | None = None,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Page[Line]:
    """Return a page of what waits, late first. Raises InvalidInput for a cursor that is not ours."""
    back = before is not None and after is None
    cursor = before if back else after
    start = _place(cursor) if cursor else None
    at = at or desk(session, actor, filters)
    parts = [
        select(_cut(term, at, number, start, back=back, size=size).subquery())
        for number, (_task, term) in enumerate(at.terms)
    ]
    found = [_line(at, *row) for row in session.execute(union_all(*parts))] if parts else []
    lines = sorted(found, key=lambda line: line.key, reverse=back)[: size + 1]
    more = len(lines) > size
    lines = lines[:size]
    if back:
        lines.reverse()
    has_before = more if back else start is not None
    has_after = start is not None if back else more
    return Page(
        _told(session, lines, at.days),
        paging.cursor(*lines[0].key) if lines and has_before else None,
        paging.cursor(*lines[-1].key) if lines and has_after else None,
    )


def _term(session: Session, actor: Actor, task: Task, days: WorkingCalendar) -> Term:
    rows = task.waiting(session, actor).subquery()
    if task.clock is not None:
        return Clocked(rows, task.clock)
    if task.promise is not None:
        return Promised(rows, days, parameters.value(session, task.promise, on=clock.today()))
    return Term(rows)


def _narrowed(term: Term, at: Desk) -> Iterator[ColumnElement[bool]]:
    if at.filters.region:
        yield within(term.rows.c.region_code, at.filters.region)
    if at.filters.due is Due.LATE:
        yield term.before_day(clock.today())
    if at.filters.due is Due.SOON:
        yield term.before_day(at.soon + timedelta(days=1))
        yield ~term.before_day(clock.today())


def _cut(term: Term, at: Desk, number: int, start: Place | None, *, back: bool, size: int) -> Select[Any]:
    """Return the statement of one kind's part of a page, in its direction."""
    row = term.rows.c
    query = select(
        literal(number).label("number"), row.id, row.since, row.region_code, term.due.label("due")
    ).where(*_narrowed(term, at))
    if start is not None:
        query = query.where(term.beyond(start, back=back))
    return query.order_by(*(one.desc() if back else one.asc() for one in term.order)).limit(size + 1)


def _line(at: Desk, number: int, key: uuid.UUID, since: datetime, region: str | None, due: Any) -> Line:
    task, term = at.terms[number]
    return Line(task, key, since, _known(term.due_of(due, since)), region or "")


def _told(session: Session, lines: Sequence[Line], days: WorkingCalendar) -> list[Line]:
    today = clock.today()
    places = regions.full_names(session, {one.region_code for one in lines})
    shown: dict[tuple[str, uuid.UUID], Shown] = {}
    for task in dict.fromkeys(one.task for one in lines):
        told = task.told(session, [one.id for one in lines if one.task is task])
        shown |= {(task.name, key): value for key, value in told.items()}
    return [
        Line(
            one.task,
            one.id,
            one.since,
            one.due_on,
            one.region_code,
            _left(days, one.due_on, today),
            _waited(days, one.since, today),
            places.get(one.region_code, ""),
            shown.get((one.task.name, one.id)),
        )
        for one in lines
    ]


def _known(day: date) -> date | None:
    return None if day == FAR else day


def _left(days: WorkingCalendar, due_on: date | None, today: date) -> int:
    return working_days_left(days, today, due_on) if due_on is not None else 0


def _waited(days: WorkingCalendar, since: datetime | None, today: date) -> int:
    """Return the working days that have passed since an instant, today counted."""
    if since is None:
        return 0
    began = clock.civil_date(since)
    return working_days_left(days, began, max(today, began))


def _place(cursor: str) -> Place:
    day, since, key = paging.values_of(cursor, 3)
    if not (type(day) is date and isinstance(since, datetime) and isinstance(key, uuid.UUID)):
        raise InvalidInput(_("这个翻页地址已经失效，请从第一页看起。"))
    if not (day == FAR or _EARLIEST <= day <= _LATEST) or not _EARLIEST <= since.date() <= _LATEST:
        raise InvalidInput(_("这个翻页地址已经失效，请从第一页看起。"))
    return day, since, key
