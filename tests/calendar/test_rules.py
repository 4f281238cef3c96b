"""Terms are counted as the law counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.calendar import _seed_days
from app.calendar.rules import (
    SpecialDay,
    TermUnit,
    WorkingCalendar,
    add_calendar_days,
    add_months,
    add_working_days,
    month_later,
    working_days_before,
    working_days_left,
)

_DAYS: dict[date, SpecialDay] = {one.day: one for _year, one in _seed_days()}
CALENDAR = WorkingCalendar(frozenset(range(2004, 2027)), _DAYS)
days = st.dates(date(2004, 1, 1), date(2026, 11, 30))
counts = st.integers(1, 60)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2025, 9, 28), True),  # a Sunday worked for the National Day
        (date(2025, 10, 1), False),
        (date(2025, 10, 6), False),  # Mid-Autumn, in the same week
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2025, 10, 11), True),  # a Saturday
        (date(2025, 10, 12), False),
        (date(2026, 9, 20), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 2, 14), True),  # before the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 11, 21), False),  # a Saturday like any other
    ],
)
def test_which_days_are_worked(day: date, is_working: bool) -> None:
    assert CALENDAR.is_working(day) is is_working


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 19), 1, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # a Friday: the event's own day is not counted
        (date(2026, 11, 21), 5, date(2026, 11, 27)),  # an event on a Saturday
        (date(2025, 9, 26), 3, date(2025, 9, 30)),  # over the Sunday that is worked
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # 9th, 10th, and the Saturday that is worked
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # Saturday 14th worked, then nine days off
        (date(2026, 2, 13), 6, date(2026, 2, 28)),
    ],
)
def test_working_days(start: date, count: int, end: date) -> None:
    deadline = add_working_days(CALENDAR, start, count)
    assert (deadline.day, deadline.provisional, deadline.length) == (end, False, count)
    assert deadline.unit is TermUnit.WORKING_DAYS and deadline.counted_days == (end - start).days


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 2), 15, date(2026, 11, 17)),
        (date(2026, 11, 6), 15, date(2026, 11, 23)),  # ends on a Saturday
        (date(2026, 9, 24), 10, date(2026, 10, 8)),  # ends within the National Day's week
        (date(2026, 8, 21), 30, date(2026, 9, 20)),  # ends on a Sunday that is worked
        (date(2025, 12, 3), 90, date(2026, 3, 3)),
    ],
)
def test_calendar_days_end_on_a_working_day(start: date, count: int, end: date) -> None:
    assert add_calendar_days(CALENDAR, start, count).day == end


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), 6, date(2026, 9, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), -12, date(2025, 12, 15)),
    ],
)
def test_months_end_on_the_same_day_number_or_the_last(start: date, count: int, end: date) -> None:
    assert month_later(start, count) == end


def test_a_term_of_months_runs_on_to_a_working_day_unless_it_measures_a_state() -> None:
    assert add_months(CALENDAR, date(2026, 7, 3), 3).day == date(2026, 10, 8)
    assert add_months(CALENDAR, date(2026, 7, 3), 3, roll=False).day == date(2026, 10, 3)
    assert add_months(CALENDAR, date(2025, 12, 31), 2).day == date(2026, 2, 28)  # a Saturday that is worked


def test_past_the_known_years_a_term_is_provisional() -> None:
    assert not add_working_days(CALENDAR, date(2026, 12, 28), 3).provisional
    over = add_working_days(CALENDAR, date(2026, 12, 30), 2)
    assert (over.day, over.provisional) == (date(2027, 1, 4), True)  # 1 January is off in any year
    rolled = add_calendar_days(CALENDAR, date(2026, 12, 1), 31)
    assert (rolled.day, rolled.provisional) == (date(2027, 1, 4), True)
    assert not add_months(CALENDAR, date(2026, 12, 1), 36, roll=False).provisional
    assert CALENDAR.is_working(date(2027, 5, 3)) and not CALENDAR.is_working(date(2027, 10, 1))


def test_how_many_days_are_left() -> None:
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert working_days_left(CALENDAR, friday, monday) == 1
    assert working_days_left(CALENDAR, friday, friday) == 0
    assert working_days_left(CALENDAR, monday, friday) == -1
    assert working_days_left(CALENDAR, date(2026, 11, 21), date(2026, 11, 27)) == 5


def test_a_term_has_a_length() -> None:
    for term in (add_working_days, add_calendar_days, add_months):
        with pytest.raises(ValueError, match="at least one"):
            term(CALENDAR, date(2026, 11, 21), 0)


@given(days, counts)
def test_a_deadline_is_a_working_day_with_exactly_that_many_before_it(start: date, count: int) -> None:
    end = add_working_days(CALENDAR, start, count).day
    assert CALENDAR.is_working(end)
    assert working_days_left(CALENDAR, start, end) == count
    assert working_days_left(CALENDAR, end, start) == -count or not CALENDAR.is_working(start)
    assert working_days_before(CALENDAR, end + timedelta(days=1), count) > start or not CALENDAR.is_working(
        start
    )


@given(days, counts, counts)
def test_terms_follow_one_another(start: date, first: int, second: int) -> None:
    once = add_working_days(CALENDAR, start, first + second).day
    assert add_working_days(CALENDAR, add_working_days(CALENDAR, start, first).day, second).day == once


@given(days, st.integers(1, 400))
def test_a_calendar_term_never_ends_early(start: date, count: int) -> None:
    deadline = add_calendar_days(CALENDAR, start, count)
    assert deadline.day >= start + timedelta(days=count) and CALENDAR.is_working(deadline.day)
    assert deadline.day - start <= timedelta(days=count + 10)


@given(days, st.integers(1, 120))
def test_a_month_term_ends_in_its_month(start: date, count: int) -> None:
    end = month_later(start, count)
    assert (end.year - start.year) * 12 + end.month - start.month == count
    assert end.day == start.day or (end + timedelta(days=1)).day == 1
