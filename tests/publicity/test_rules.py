"""Days of a publicity, for any sequence of stops."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.calendar.rules import SpecialDay, WorkingCalendar
from projects.publicity import rules

_PLAIN = WorkingCalendar(frozenset(range(2024, 2040)))
_FIRST = date(2026, 1, 1)


@st.composite
def _calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Years whose notices name days off and days made up for."""
    named = draw(st.dictionaries(st.integers(0, 400), st.booleans(), max_size=40))
    days = [SpecialDay(_FIRST + timedelta(days=place), works, "") for place, works in named.items()]
    return WorkingCalendar(frozenset({2026}), {one.day: one for one in days})


@given(
    calendar=_calendars(),
    start=st.integers(0, 300),
    days=st.integers(1, 40),
    stops=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=8),
)
def test_the_public_has_every_day_whole_whatever_stops_it(
    calendar: WorkingCalendar, start: int, days: int, stops: list[tuple[int, int]]
) -> None:
    """Day by day: a day counts when the clock ran through it and nothing happened on it."""
    day = _FIRST + timedelta(days=start)
    term, whole, asked = rules.begin(calendar, day, days), 0, iter(stops)
    for wait, rest in asked:
        stopped_on = term.counted_from + timedelta(days=wait)
        if stopped_on > term.ends_on:
            break
        whole += max(0, (stopped_on - term.counted_from).days - 1)
        left = rules.left_at_stop(term, stopped_on)
        assert 1 <= left <= term.days_left
        term = rules.begin(calendar, stopped_on + timedelta(days=rest), left)
    last = term.counted_from + timedelta(days=term.days_left)
    assert whole + term.days_left >= days
    assert term.ends_on >= last
    assert calendar.is_working(term.ends_on)
    assert not any(calendar.is_working(last + timedelta(days=n)) for n in range((term.ends_on - last).days))


def test_the_day_of_opening_is_not_counted() -> None:
    term = rules.begin(_PLAIN, date(2026, 11, 9), 7)
    assert term.ends_on == date(2026, 11, 16)
    assert rules.is_open_on(term.ends_on, date(2026, 11, 16))
    assert not rules.is_open_on(term.ends_on, date(2026, 11, 17))


def test_a_last_day_off_runs_to_the_next_working_day() -> None:
    assert rules.begin(_PLAIN, date(2026, 11, 7), 7).ends_on == date(2026, 11, 16)


def test_days_left_at_a_stop() -> None:
    term = rules.begin(_PLAIN, date(2026, 11, 9), 7)
    assert rules.left_at_stop(term, date(2026, 11, 9)) == 7
    assert rules.left_at_stop(term, date(2026, 11, 10)) == 7
    assert rules.left_at_stop(term, date(2026, 11, 12)) == 5
    assert rules.left_at_stop(term, date(2026, 11, 16)) == 1


def test_who_was_given_the_rolled_day_has_it_again() -> None:
    term = rules.begin(_PLAIN, date(2026, 11, 7), 7)
    assert rules.left_at_stop(term, date(2026, 11, 16)) == 1
