"""A year laid out as twelve months for the calendar page. Pure."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.calendar.rules import WorkingCalendar
from app.labels import Labelled

_WEEKS = calendar.Calendar(firstweekday=calendar.MONDAY)


class DayKind(Labelled):
    """How a day is shown; the label is what a screen reader says, ``mark`` what stands in the corner."""

    WORKING = "working", _l("工作日")
    WEEKEND = "weekend", _l("周末")
    OFF = "off", _l("放假")
    MAKE_UP = "make_up", _l("补班")

    @property
    def mark(self) -> Any:
        """The one character that marks the day, by which it is told apart without its colour."""
        return {DayKind.OFF: _l("休"), DayKind.MAKE_UP: _l("班")}.get(self)


@dataclass(frozen=True)
class MonthDay:
    """One day of the page."""

    day: date
    kind: DayKind
    note: str
    is_today: bool


@dataclass(frozen=True)
class Month:
    """One month: weeks of seven places, Monday first, None outside the month."""

    number: int
    weeks: tuple[tuple[MonthDay | None, ...], ...]

    @property
    def working_days(self) -> int:
        """How many days of the month are worked."""
        worked = {DayKind.WORKING, DayKind.MAKE_UP}
        return sum(one is not None and one.kind in worked for week in self.weeks for one in week)


def months_of(days: WorkingCalendar, year: int, *, today: date | None = None) -> tuple[Month, ...]:
    """Return the twelve months of a year."""
    return tuple(
        Month(
            number,
            tuple(
                tuple(_month_day(days, day, today) if day.month == number else None for day in week)
                for week in _WEEKS.monthdatescalendar(year, number)
            ),
        )
        for number in range(1, 13)
    )


def _month_day(days: WorkingCalendar, day: date, today: date | None) -> MonthDay:
    named = days.special.get(day)
    if days.is_working(day):
        kind = DayKind.MAKE_UP if day.weekday() >= 5 else DayKind.WORKING
    else:
        kind = DayKind.OFF if named is not None or day.weekday() < 5 else DayKind.WEEKEND
    return MonthDay(day, kind, named.note if named is not None else "", day == today)
