"""Counting with pauses: properties, the October holidays of two years, months, and the levels of supervision."""

import csv
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.rules import (
    SpecialDay,
    TermUnit,
    WorkingCalendar,
    add_calendar_days,
    add_months,
    add_working_days,
)
from app.deadlines.rules import (
    DeadlineState,
    HolderLevel,
    Pause,
    SupervisedLevel,
    Term,
    count,
    first_supervisor,
    is_late,
    walk,
)
from tests.deadlines import reckoning

W, C, M = TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS, TermUnit.MONTHS
_constants = chinese_calendar.constants
DAYS = WorkingCalendar(
    frozenset({2025, 2026}),
    {day: SpecialDay(day, False, "放假") for day in _constants.holidays}
    | {day: SpecialDay(day, True, "上班") for day in _constants.workdays},
)
starts = st.dates(date(2025, 1, 1), date(2026, 11, 30))
units = st.sampled_from([W, C, M])


@st.composite
def terms(draw: st.DrawFn) -> Term:
    start = draw(starts)
    pauses, day = [], start
    for _each in range(draw(st.integers(0, 4))):
        since = day + timedelta(days=draw(st.integers(0, 20)))
        day = since + timedelta(days=draw(st.integers(0, 20)))
        pauses.append(Pause(since, day))
    unit = draw(units)
    length = draw(st.integers(1, 6 if unit is M else 40))
    return Term(start, length, unit, tuple(pauses))


@given(starts, st.integers(1, 90), units)
def test_without_a_pause_it_is_the_calendar_that_counts(start: date, length: int, unit: TermUnit) -> None:
    length = length % 12 + 1 if unit is M else length
    counting = {W: add_working_days, C: add_calendar_days, M: add_months}[unit]
    expected = counting(DAYS, start, length)
    found = count(DAYS, Term(start, length, unit))
    assert (found.due_on, found.provisional) == (expected.day, expected.provisional)


@given(terms())
def test_no_pause_loses_or_gains_a_day(term: Term) -> None:
    due = count(DAYS, term).due_on
    every = [term.started_on + timedelta(days=step) for step in range(1, (due - term.started_on).days + 1)]
    free = [day for day in every if not any(pause.covers(day) for pause in term.pauses)]
    if term.unit is W:
        assert sum(DAYS.is_working(day) for day in free) == term.length
    elif term.unit is C:
        # What comes after the last counted day is nothing but days off, up to the first working day.
        assert len(free) >= term.length
        assert not any(DAYS.is_working(day) for day in free[term.length - 1 : -1])
    assert DAYS.is_working(due) and due in free


@given(terms())
def test_the_days_shown_are_the_days_counted(term: Term) -> None:
    steps = walk(DAYS, term)
    numbers = [step.number for step in steps if step.counted]
    assert steps[0].day == term.started_on and not steps[0].counted
    assert steps[-1].day == count(DAYS, term).due_on
    assert numbers == list(range(1, len(numbers) + 1))
    assert term.unit is not W or len(numbers) == term.length
    assert [step.day for step in steps] == sorted({step.day for step in steps})
    assert all(step.why for step in steps if not step.counted)


@given(terms(), st.integers(0, 30), st.integers(0, 30))
def test_pausing_never_brings_the_end_nearer(term: Term, after: int, length: int) -> None:
    last = max((pause.until or pause.since for pause in term.pauses), default=term.started_on)
    since = last + timedelta(days=after)
    longer = Term(
        term.started_on,
        term.length,
        term.unit,
        (*term.pauses, Pause(since, since + timedelta(days=length))),
    )
    assert count(DAYS, longer).due_on >= count(DAYS, term).due_on


def test_a_pause_that_is_still_open_holds_nothing_up() -> None:
    term = Term(date(2026, 9, 18), 5, W)
    assert count(DAYS, Term(term.started_on, 5, W, (Pause(date(2026, 9, 20)),))) == count(DAYS, term)


def test_a_term_without_a_day_is_no_term() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        count(DAYS, Term(date(2026, 9, 18), 0, W))


def test_a_year_without_its_notice_is_provisional() -> None:
    assert count(DAYS, Term(date(2026, 12, 30), 2, W)).provisional
    assert not count(DAYS, Term(date(2026, 12, 30), 1, W)).provisional
    assert count(DAYS, Term(date(2026, 12, 20), 20, C)).provisional


def test_the_days_of_october_are_named() -> None:
    steps = {step.day: step for step in walk(DAYS, Term(date(2026, 9, 30), 3, W))}
    assert [day.day for day, step in steps.items() if step.counted] == [8, 9, 10]
    assert steps[date(2026, 10, 10)].make_up and not steps[date(2026, 10, 9)].make_up
    assert steps[date(2026, 10, 4)].why == "放假"


@pytest.mark.parametrize(
    ("state", "due", "paused", "late"),
    [
        (DeadlineState.RUNNING, 9, None, False),
        (DeadlineState.RUNNING, 8, None, True),
        (DeadlineState.PAUSED, 1, 1, False),
        (DeadlineState.PAUSED, 1, 2, True),
        (DeadlineState.MET, 1, None, False),
        (DeadlineState.CANCELLED, 1, None, False),
    ],
)
def test_late_is_after_the_last_day(state: DeadlineState, due: int, paused: int | None, late: bool) -> None:
    stood = date(2026, 10, paused) if paused else None
    assert is_late(state, date(2026, 10, due), stood, date(2026, 10, 9)) is late


@pytest.mark.parametrize(
    ("holder", "region", "level"),
    [
        (HolderLevel.ORGANISATION, "610302001000", SupervisedLevel.COUNTY),
        (HolderLevel.VILLAGE, "610302001001", SupervisedLevel.COUNTY),
        (HolderLevel.TOWN, "610302001000", SupervisedLevel.COUNTY),
        (HolderLevel.COUNTY, "610302001000", SupervisedLevel.CITY),
        (HolderLevel.CITY, "610300000000", SupervisedLevel.CITY),
        (HolderLevel.TOWN, "610300000000", SupervisedLevel.CITY),
        (HolderLevel.ORGANISATION, "610300000000", SupervisedLevel.CITY),
    ],
)
def test_supervision_is_one_level_up(holder: HolderLevel, region: str, level: SupervisedLevel) -> None:
    assert first_supervisor(holder, region) is level


def test_the_cases_that_were_reckoned_another_way() -> None:
    with reckoning.FILE.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) >= 40 and cases == reckoning.rows()
    wrong = []
    for case in cases:
        term = Term(date.fromisoformat(case["event"]), int(case["length"]), TermUnit(case["unit"]))
        found = count(DAYS, term).due_on
        if found != date.fromisoformat(case["due"]):
            wrong.append(f"{case['event']} {case['length']} {case['unit']}: {found}, not {case['due']}")
    assert not wrong, "\n".join(wrong)
