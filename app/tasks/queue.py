"""The work queue: what waits for an actor over all kinds of work, the soonest last day first, page by page.

Every kind is asked for one page in the common order (last day, since when, key) and the pages are merged: a queue
costs what its page costs, however much waits.
"""

import heapq
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select
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


def heaps(session: Session, actor: Actor, filters: Filters = EVERYTHING) -> list[Heap]:
    """Return how much waits of each kind of work that the actor may have, in the order of the features."""
    today = clock.today()
    days = calendar.load_calendar(session)
    found = []
    for task in _asked(actor, filters):
        term = _term(session, actor, task, filters, days)
        late = func.count().filter(term.before_day(today))
        soonest = func.min(term.due) if isinstance(term, Clocked) else func.min(0)
        query = select(func.count(), late, func.min(term.rows.c.since), soonest).select_from(term.rows)
        count, overdue, since, due = session.execute(query.where(*_narrowed(session, term, filters))).one()
        due_on = _known(term.due_of(due, since)) if count else None
        found.append(
            Heap(task, count, overdue, since, due_on, _left(days, due_on, today), _waited(days, since, today))
        )
    return found


def count(session: Session, actor: Actor) -> int:
    """Return how many things wait for an actor in all."""
    return sum(heap.count for heap in heaps(session, actor))


def page(
    session: Session,
    actor: Actor,
    filters: Filters = EVERYTHING,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Page[Line]:
    """Return a page of what waits, late first. Raises InvalidInput for a cursor that is not ours."""
    back = before is not None and after is None
    cursor = before if back else after
    start = _place(cursor) if cursor else None
    days = calendar.load_calendar(session)
    found = [
        _cut(session, _term(session, actor, task, filters, days), task, filters, start, back=back, size=size)
        for task in _asked(actor, filters)
    ]
    merged = heapq.merge(*found, key=lambda line: line.key, reverse=back)
    lines = [line for _number, line in zip(range(size + 1), merged, strict=False)]
    more = len(lines) > size
    lines = lines[:size]
    if back:
        lines.reverse()
    has_before = more if back else start is not None
    has_after = start is not None if back else more
    return Page(
        _told(session, lines, days),
        paging.cursor(*lines[0].key) if lines and has_before else None,
        paging.cursor(*lines[-1].key) if lines and has_after else None,
    )


def _asked(actor: Actor, filters: Filters) -> list[Task]:
    return [task for task in registry.of(actor) if filters.name in (None, task.name)]


def _term(session: Session, actor: Actor, task: Task, filters: Filters, days: WorkingCalendar) -> Term:
    waiting = task.waiting(session, actor)
    rows = waiting.subquery()
    if task.clock is not None:
        return Clocked(rows, task.clock)
    if task.promise is not None:
        return Promised(rows, days, parameters.value(session, task.promise, on=clock.today()))
    return Term(rows)


def _narrowed(session: Session, term: Term, filters: Filters) -> Iterator[ColumnElement[bool]]:
    today = clock.today()
    if filters.region:
        yield within(term.rows.c.region_code, filters.region)
    if filters.due is Due.LATE:
        yield term.before_day(today)
    if filters.due is Due.SOON:
        length = parameters.value(session, DUE_SOON, on=today)
        last = add_working_days(calendar.load_calendar(session, since=today), today, length).day
        yield term.before_day(date.fromordinal(last.toordinal() + 1))
        yield ~term.before_day(today)


def _cut(
    session: Session,
    term: Term,
    task: Task,
    filters: Filters,
    start: Place | None,
    *,
    back: bool,
    size: int,
) -> list[Line]:
    """Return one kind's part of a page, in its direction."""
    row = term.rows.c
    query = select(row.id, row.since, row.region_code, term.due).where(*_narrowed(session, term, filters))
    if start is not None:
        query = query.where(term.beyond(start, back=back))
    query = query.order_by(*(one.desc() if back else one.asc() for one in term.order))
    return [
        Line(task, key, since, _known(term.due_of(due, since)), region or "")
        for key, since, region, due in session.execute(query.limit(size + 1))
    ]


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
