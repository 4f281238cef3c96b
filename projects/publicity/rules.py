"""Counting the days of a publicity. Pure.

The day of opening is not counted, nor is a day on which the clock was stopped or ran on again: of every day that
counts the public has the whole. A last day that is not a working day runs to the next one (民法典 art. 203).
"""

from dataclasses import dataclass
from datetime import date

from app.calendar.rules import WorkingCalendar, add_calendar_days


@dataclass(frozen=True, slots=True)
class Term:
    """A running count: so many calendar days after ``counted_from``, through ``ends_on`` (to 24:00)."""

    counted_from: date
    days_left: int
    ends_on: date
    provisional: bool


def begin(calendar: WorkingCalendar, day: date, days: int) -> Term:
    """Return the count of ``days`` calendar days (at least 1) that begins on the day of opening or of going on."""
    found = add_calendar_days(calendar, day, days)
    return Term(day, days, found.day, found.provisional)


def left_at_stop(term: Term, day: date) -> int:
    """Return how many days are left when the clock stops on a day; that day counts as not yet had.

    At least 1: whoever was given the day on to which the end ran has it again.
    """
    had = max(0, (day - term.counted_from).days - 1)
    return max(1, term.days_left - had)


def is_open_on(ends_on: date, day: date) -> bool:
    """Return whether objections are still taken on a day of a running count."""
    return day <= ends_on
