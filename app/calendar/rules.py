"""Counting terms. Pure: a `WorkingCalendar` holds what is known, functions of it tell days.

The day of the event is not counted. A term in calendar days or months that ends on a non-working day runs to
the next working day (民法典 art. 203); a term in months ends on the same day number, else on the month's
last day (art. 202).
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from app.labels import Labelled

# Off every year whatever the notice (全国年节及纪念日放假办法, as in force since 2025). The festivals of the
# lunar calendar are not guessed.
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_ONE = timedelta(days=1)


class TermUnit(Labelled):
    """What a term is counted in."""

    WORKING_DAYS = "working_days", _l("个工作日")
    CALENDAR_DAYS = "calendar_days", _l("日")
    MONTHS = "months", _l("个月")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term, to its end at 24:00 in the city.

    ``provisional``: a day that was counted lies in a year whose notice is not known yet.
    """

    day: date
    length: int
    unit: TermUnit
    counted_from: date
    provisional: bool

    @property
    def counted_days(self) -> int:
        """How many calendar days lie from the event (not counted) to the last day (counted)."""
        return (self.day - self.counted_from).days


@dataclass(frozen=True)
class SpecialDay:
    """A day that a notice names."""

    day: date
    is_working: bool
    note: str


@dataclass(frozen=True)
class WorkingCalendar:
    """What is known of working days: the official years, and their special days."""

    official_years: frozenset[int]
    special: Mapping[date, SpecialDay] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day; outside the official years by weekdays and holidays of fixed date."""
        named = self.special.get(day)
        if named is not None:
            return named.is_working
        if day.weekday() >= 5:
            return False
        return self.is_official(day) or (day.month, day.day) not in _FIXED_HOLIDAYS

    def is_official(self, day: date) -> bool:
        """Whether the notice of the day's year is known."""
        return day.year in self.official_years


def add_working_days(days: WorkingCalendar, start: date, count: int) -> Deadline:
    """Return the day on which the ``count``-th working day after ``start`` ends. ``count`` is at least 1."""
    if count < 1:
        raise ValueError("a term has at least one day")
    day, left, provisional = start, count, False
    while left:
        day += _ONE
        left -= days.is_working(day)
        provisional = provisional or not days.is_official(day)
    return Deadline(day, count, TermUnit.WORKING_DAYS, start, provisional)


def add_calendar_days(days: WorkingCalendar, start: date, count: int, *, roll: bool = True) -> Deadline:
    """Return the end of a term of calendar days after ``start``; ``roll``: on to the next working day."""
    if count < 1:
        raise ValueError("a term has at least one day")
    return _calendar_term(days, start, start + count * _ONE, count, TermUnit.CALENDAR_DAYS, roll=roll)


def add_months(days: WorkingCalendar, start: date, count: int, *, roll: bool = True) -> Deadline:
    """Return the end of a term of months after ``start``; ``roll``: on to the next working day.

    Terms that measure a state, as the time that something stays published, do not roll.
    """
    if count < 1:
        raise ValueError("a term has at least one month")
    return _calendar_term(days, start, month_later(start, count), count, TermUnit.MONTHS, roll=roll)


def month_later(day: date, months: int) -> date:
    """Return the same day number some months later (or earlier), else that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def working_days_left(days: WorkingCalendar, today: date, deadline: date) -> int:
    """Return how many working days remain, the deadline counted and today not; below zero when it is past.

    On the deadline itself none remain; the day after a Friday's deadline, a Saturday, still shows 0.
    """
    first, last = sorted((today, deadline))
    span = (last - first).days
    count = sum(days.is_working(first + timedelta(days=step)) for step in range(1, span + 1))
    return count if deadline >= today else -count


def working_days_before(days: WorkingCalendar, event: date, count: int) -> date:
    """Return the latest day that lies at least ``count`` working days before an event (notice of a hearing)."""
    if count < 1:
        raise ValueError("a term has at least one day")
    day, left = event, count
    while left:
        day -= _ONE
        left -= days.is_working(day)
    return day


def _calendar_term(
    days: WorkingCalendar, start: date, end: date, length: int, unit: TermUnit, *, roll: bool
) -> Deadline:
    if not roll:
        return Deadline(end, length, unit, start, provisional=False)
    last = end
    while not days.is_working(last):
        last += _ONE
    return Deadline(
        last, length, unit, start, provisional=not (days.is_official(end) and days.is_official(last))
    )
