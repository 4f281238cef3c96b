"""Each run once, wherever the program runs; killed runs are taken over, failed ones tried again, days made up."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.config import Settings
from app.db import Database, reading, transaction
from app.errors import NotAllowed
from app.ids import new_id
from app.jobs import queries, runner, runs
from app.jobs.models import JobRun, RunState
from app.jobs.registry import DailyAt, EveryMinutes, Job
from app.permissions import Actor, Grant, Role

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


def _job(run: Callable[[], str | None], **options: object) -> Job:
    return Job("tidy", "整理", options.pop("schedule", EveryMinutes(1)), run=run)  # type: ignore[arg-type]


def _runs() -> list[JobRun]:
    with reading() as session:
        return list(queries.runs_of(session, "tidy"))


def test_a_slot_runs_once_and_leaves_a_note(database: Database) -> None:
    job = _job(lambda: "3 things tidied")
    with clock.at(NOON):
        assert [runner.run_due(job), runner.run_due(job)] == [1, 0]
    with clock.at(NOON + timedelta(minutes=1)):
        assert runner.run_due(job) == 1
    later, first = _runs()
    assert (first.state, first.note, first.run_key) == (RunState.DONE, "3 things tidied", "2026-11-21T04:00Z")
    assert (first.finished_at, first.lease_until, later.attempt) == (NOON, None, 1)


def test_twelve_runners_at_once_do_it_once(database: Database) -> None:
    count: list[int] = []
    lock, start = threading.Lock(), threading.Barrier(12)

    def work() -> str:
        with lock:
            count.append(1)
        time.sleep(0.05)
        return ""

    def run() -> None:
        start.wait()
        with clock.at(NOON):
            runner.run_due(_job(work))

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(count) == 1
    assert len(_runs()) == 1


def test_a_failure_is_kept_and_a_daily_job_is_tried_again(database: Database) -> None:
    outcomes: list[Exception | None] = [OSError("disk is away"), ValueError("王五 610302199001011234"), None]

    def work() -> str:
        problem = outcomes.pop(0)
        if problem is not None:
            raise problem
        return "done"

    job = _job(work, schedule=DailyAt(2))
    with clock.at(NOON):
        runner.run_due(job)
        (run,) = _runs()
        assert (run.state, run.retry_at) == (RunState.FAILED, NOON + timedelta(minutes=1))
        assert run.error is not None
        assert run.error.startswith("OSError: disk is away ← ")
        assert runner.run_due(job) == 0  # not yet
    with clock.at(NOON + timedelta(minutes=2)):
        runner.run_due(job)
        error = _runs()[0].error or ""
        assert error.startswith("ValueError ← ")  # what it said may be somebody's data
        assert "王五" not in error
    with clock.at(NOON + timedelta(minutes=10)):
        runner.run_due(job)
    (run,) = _runs()
    assert (run.state, run.attempt, run.error, run.note) == (RunState.DONE, 3, None, "done")


def test_a_daily_job_is_given_up_after_five_tries_and_a_minutely_after_one(database: Database) -> None:
    def work() -> str:
        raise RuntimeError("never")

    for schedule, tries in ((DailyAt(2), 5), (EveryMinutes(1), 1)):
        name = type(schedule).__name__
        job = Job(name, name, schedule, run=work)
        for day_part in range(8):
            with clock.at(NOON + timedelta(hours=day_part) if tries == 5 else NOON):
                runner.run_due(job)
        with reading() as session:
            (run,) = queries.runs_of(session, name)
        assert (run.state, run.attempt, run.retry_at) == (RunState.FAILED, tries, None)


def test_missed_days_are_made_up_in_order(database: Database) -> None:
    days: list[date] = []
    job = Job("tidy", "整理", DailyAt(2, each_day=True), run_for=lambda day: days.append(day))
    with clock.at(NOON - timedelta(days=4)):
        runner.run_due(job)
    with clock.at(NOON):
        runner.run_due(job)
    assert days == [date(2026, 11, day) for day in (17, 18, 19, 20, 21)]


def test_a_dead_runners_run_is_taken_over_and_its_late_word_is_not_heard(database: Database) -> None:
    job = _job(lambda: "by the second")
    with clock.at(NOON):
        with reading() as session:
            (slot,) = queries.open_slots(session, job, NOON)
        with transaction() as session:
            dead = runs.claim_slot(session, job, slot, owner="dead")
        assert dead is not None
        assert runner.run_due(job) == 0  # it may be alive
        with transaction() as session:
            session.execute(update(JobRun).values(lease_until=clock.true_now() - timedelta(seconds=1)))
        assert runner.run_due(job) == 1
        with transaction() as session:
            assert not runs.finish(session, dead, note="too late", duration_ms=1)
            assert not runs.give_sign_of_life(session, dead)
    (run,) = _runs()
    assert (run.note, run.attempt) == ("by the second", 2)


def test_a_heartbeat_keeps_a_long_run_ours(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(runs, "HEARTBEAT_SECONDS", 0.1)
    taken: list[int] = []

    def work() -> str:
        time.sleep(1.2)  # twice the lease
        taken.append(runner.run_due(_job(lambda: "thief")))
        return "the long one"

    with clock.at(NOON):
        runner.run_due(_job(work))
    assert taken == [0]
    assert [run.note for run in _runs()] == ["the long one"]


KILLED = """
import os, sys, time
from app import db, keys
from app.config import load
from app.jobs import runner
from app.jobs.registry import EveryMinutes, Job

settings = load()
keys.use(settings)
db.connect(settings)

def work():
    print("begun", flush=True)
    time.sleep(60)

runner.run_due(Job("tidy", "x", EveryMinutes(60 * 24), run=work))
"""


def test_a_killed_process_leaves_a_run_that_another_takes_over(
    settings: Settings, database: Database
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(settings.root),
        "ZHONGLI_MODE": "test",
        "DATABASE_URL": settings.database_url,
        "ZHONGLI_DATA_DIR": str(settings.data_dir),
        "ZHONGLI_SECRET_KEY": settings.secret_key,
        "ZHONGLI_ENCRYPTION_KEYS": settings.encryption_keys,
        "ZHONGLI_LOOKUP_KEY": settings.lookup_key,
        "ZHONGLI_LEDGER_KEYS": settings.ledger_keys,
        "ZHONGLI_AUDIT_KEYS": settings.audit_keys,
    }
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGKILL)
    job = _job(lambda: "taken over", schedule=EveryMinutes(60 * 24))
    assert runner.run_due(job) == 0
    with transaction() as session:  # two minutes later
        session.execute(update(JobRun).values(lease_until=clock.true_now() - timedelta(seconds=1)))
    assert runner.run_due(job) == 1
    assert [(run.state, run.note) for run in _runs()] == [(RunState.DONE, "taken over")]


def test_a_run_that_kills_its_runners_is_left_lying(database: Database) -> None:
    job = _job(lambda: "")
    with clock.at(NOON):
        with reading() as session:
            (slot,) = queries.open_slots(session, job, NOON)
        with transaction() as session:
            runs.claim_slot(session, job, slot, owner="dead")
            past = clock.true_now() - timedelta(seconds=1)
            session.execute(update(JobRun).values(attempt=10, lease_until=past))
        assert runner.run_due(job) == 0


def test_run_now_is_for_administrators_and_runs_besides_the_schedule(database: Database) -> None:
    administrator = Actor(new_id(), new_id(), "管理员", (Grant(Role.SYSTEM_ADMINISTRATOR, "610300000000"),))
    job = _job(lambda: "", schedule=DailyAt(2))
    with clock.at(NOON):
        runner.run_due(job)
        with pytest.raises(NotAllowed), transaction() as session:
            runs.ask_for(session, job, actor=Actor(new_id(), new_id(), "志愿者", (Grant(Role.VOLUNTEER),)))
        with transaction() as session:
            runs.ask_for(session, job, actor=administrator)
        assert runner.run_due(job) == 1
    asked, _scheduled = _runs()
    assert (asked.asked_by, asked.state) == (administrator.user_id, RunState.DONE)


def test_the_demo_clock_drives_the_jobs(database: Database) -> None:
    job = _job(lambda: "", schedule=DailyAt(2))
    try:
        for day in ("2027-03-01", "2027-03-02", "2027-03-02", "2026-01-01"):
            clock.set_offset(datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC))
            runner.run_due(job)
    finally:
        clock.set_offset(None)
    assert [run.run_key for run in _runs()] == ["2026-01-01", "2027-03-02", "2027-03-01"]


def test_old_runs_are_forgotten(database: Database) -> None:
    job = _job(lambda: "")
    for days in (100, 20, 1):
        with clock.at(NOON - timedelta(days=days)):
            runner.run_due(job)
    with clock.at(NOON), transaction() as session:
        assert runs.forget_old(session) == 2
    assert len(_runs()) == 1
