"""Until when work is to be done: by no day, by its clock, or by a promise from the day on which it began to wait.

Each term gives the same answers in SQL: the order (last day, since when, key), what lies beyond a row in it, and what
is late. A promise is monotone: who waits longer is due earlier. So its order is that of ``since``, which has an
index, and a last day is turned into an instant by the working calendar.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, cast, false, func, literal, null, select, true, tuple_

from app import clock
from app.calendar.rules import WorkingCalendar, add_working_days
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState

FAR = date(9999, 12, 31)
"""Stands for "no last day" in the order: after every other."""
_ONE = timedelta(days=1)
Place = tuple[date, datetime, uuid.UUID]
"""A row's place in the queue: its last day (FAR when it has none), since when it waits, its key."""


@dataclass(frozen=True)
class Term:
    """No last day: such work stands after all that has one.

    ``rows``: the subquery of what waits, with its columns id, since and region_code.
    """

    rows: Subquery

    @property
    def due(self) -> ColumnElement[Any]:
        """The column from which ``due_of`` tells the last day; here there is nothing to read."""
        return cast(null(), Deadline.due_on.type)

    def due_of(self, value: Any, since: datetime) -> date:
        """Return the last day of a row; FAR when it has none."""
        return FAR

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """The columns by which work stands in the queue."""
        return self.rows.c.since, self.rows.c.id

    def beyond(self, place: Place, *, back: bool) -> ColumnElement[bool]:
        """Return the condition that a row stands after a place; ``back``: before it."""
        if place[0] < FAR:
            return false() if back else true()
        return self._compared(place, back=back)

    def before_day(self, day: date) -> ColumnElement[bool]:
        """Return the condition that a row's last day lies before a day."""
        return false()

    def _compared(self, place: Place, *, back: bool) -> ColumnElement[bool]:
        order = self.order
        given = tuple_(
            *(literal(value, one.type) for value, one in zip(place[-len(order) :], order, strict=True))
        )
        return tuple_(*order) < given if back else tuple_(*order) > given


@dataclass(frozen=True)
class Clocked(Term):
    """By the soonest running deadline of the thing."""

    subject_kind: str

    @property
    def due(self) -> ColumnElement[date]:
        """The soonest last day, or FAR."""
        soonest = select(func.min(Deadline.due_on)).where(
            Deadline.subject_kind == self.subject_kind,
            Deadline.subject_id == self.rows.c.id,
            Deadline.state == DeadlineState.RUNNING,
        )
        found = soonest.correlate(self.rows).scalar_subquery()
        return func.coalesce(found, literal(FAR, Deadline.due_on.type), type_=Deadline.due_on.type)

    def due_of(self, value: date, since: datetime) -> date:
        """Return the last day as the row has it."""
        return value

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """By the last day, then as long as it waits."""
        return self.due, *super().order

    def beyond(self, place: Place, *, back: bool) -> ColumnElement[bool]:
        """Compare the whole place."""
        return self._compared(place, back=back)

    def before_day(self, day: date) -> ColumnElement[bool]:
        """Compare the last day."""
        return self.due < literal(day, Deadline.due_on.type)


@dataclass(frozen=True)
class Promised(Term):
    """Some working days after the day on which it began to wait."""

    days: WorkingCalendar
    length: int

    def due_of(self, value: Any, since: datetime) -> date:
        """Count the working days."""
        return self._due_on(clock.civil_date(since))

    def beyond(self, place: Place, *, back: bool) -> ColumnElement[bool]:
        """Turn the last day into the instants between which work began to wait that is due on it."""
        day, since, _key = place
        if day == FAR:
            return true() if back else false()
        first, end = self._first(day), self._first(day + _ONE)
        if first <= since < end:
            return self._compared(place, back=back)
        begun = self.rows.c.since
        edge = literal(first if since < first else end, begun.type)
        return begun < edge if back else begun >= edge

    def before_day(self, day: date) -> ColumnElement[bool]:
        """Compare the instant."""
        return self.rows.c.since < literal(self._first(day), self.rows.c.since.type)

    def _due_on(self, day: date) -> date:
        return add_working_days(self.days, day, self.length).day

    def _first(self, due_on: date) -> datetime:
        """Return the first instant from which on what begins to wait is due on this day or later."""
        day = due_on - _ONE
        while self._due_on(day) >= due_on:
            day -= _ONE
        return clock.instant(day + _ONE)
