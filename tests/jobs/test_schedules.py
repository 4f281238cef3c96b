"""When a job is due: slots, missed days, the city's midnight. Pure."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.jobs.registry import DailyAt, EveryMinutes, Job

NOON = datetime(2026, 11, 21, 4, 7, 31, tzinfo=UTC)  # 12:07 in the city


def test_minutes_are_slots_and_missed_ones_are_gone() -> None:
    schedule = EveryMinutes(5)
    assert schedule.latest(NOON).key == "2026-11-21T04:05Z"
    assert schedule.missed(date(2026, 11, 1), NOON) == []
    assert schedule.next_after(NOON) == datetime(2026, 11, 21, 4, 10, tzinfo=UTC)


def test_a_day_begins_at_the_citys_time() -> None:
    schedule = DailyAt(2, 30)
    assert schedule.latest(NOON).day == date(2026, 11, 21)
    assert schedule.latest(datetime(2026, 11, 20, 18, 29, tzinfo=UTC)).day == date(2026, 11, 20)
    assert schedule.latest(datetime(2026, 11, 20, 18, 30, tzinfo=UTC)).day == date(2026, 11, 21)
    assert schedule.next_after(NOON) == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)


def test_missed_days_are_made_up_where_the_job_wants_it() -> None:
    last = date(2026, 11, 17)
    assert DailyAt(2).missed(last, NOON) == []
    days = [slot.day for slot in DailyAt(2, each_day=True).missed(last, NOON)]
    assert days == [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]
    assert DailyAt(2, each_day=True).missed(None, NOON) == []


def test_a_year_off_is_made_up_by_a_month() -> None:
    slots = DailyAt(2, each_day=True).missed(date(2025, 1, 1), NOON)
    assert len(slots) == 31
    assert slots[-1].day == date(2026, 11, 20)


def test_a_clock_that_was_set_back_asks_for_nothing_missed() -> None:
    assert DailyAt(2, each_day=True).missed(date(2027, 5, 1), NOON) == []


def test_a_job_has_one_kind_of_work() -> None:
    with pytest.raises(ValueError, match="either"):
        Job("x", "x", EveryMinutes())
    with pytest.raises(ValueError, match="either"):
        Job("x", "x", EveryMinutes(), run=lambda: None, run_for=lambda _day: None)


def test_slots_of_a_day_do_not_overlap() -> None:
    keys = {EveryMinutes(1).latest(NOON + timedelta(seconds=second)).key for second in range(0, 600, 7)}
    assert len(keys) == 11
