"""Runs what is due of one job: claims, works with a heartbeat beside it, keeps the outcome."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.db import reading, transaction
from app.faults import describe
from app.jobs import queries, runs
from app.jobs.models import JobRun
from app.jobs.registry import Job

log = logging.getLogger("zhongli.jobs")


def run_due(job: Job) -> int:
    """Run everything that is due of a job now, oldest first; return how many runs this process made.

    Errors of the job are kept in its row and never leave here; a database that is away ends the round.
    """
    owner = runs.new_owner()
    count = 0
    try:
        while (run := _claim(job, owner)) is not None:
            _carry_out(job, run)
            count += 1
    except SQLAlchemyError as problem:
        log.warning("job %s: %s", job.name, describe(problem))
    return count


def _claim(job: Job, owner: str) -> JobRun | None:
    with reading() as session:  # most looks find nothing, and a look must not take SQLite's write lock
        slots = queries.open_slots(session, job, clock.now())
        waiting = queries.has_waiting(session, job, clock.now(), clock.true_now())
    if not slots and not waiting:
        return None
    with transaction() as session:
        if waiting and (run := runs.claim_waiting(session, job, owner=owner)) is not None:
            return run
        for slot in slots:
            if (run := runs.claim_slot(session, job, slot, owner=owner)) is not None:
                return run
    return None


def _carry_out(job: Job, run: JobRun) -> None:
    started = time.monotonic()
    try:
        with _heartbeat(run):
            note = job.carry_out(run.day)
    except Exception as problem:  # whatever a job raises is kept for the page; the runner goes on
        log.warning("job %s %s: %s", job.name, run.run_key, describe(problem))
        with transaction() as session:
            runs.fail(session, run, problem, tries=job.tries, duration_ms=_since(started))
        return
    with transaction() as session:
        ours = runs.finish(session, run, note=note, duration_ms=_since(started))
    if not ours:
        log.warning("job %s %s was taken over while it ran", job.name, run.run_key)


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


@contextmanager
def _heartbeat(run: JobRun) -> Iterator[None]:
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(runs.HEARTBEAT_SECONDS):
            try:
                with transaction() as session:
                    runs.give_sign_of_life(session, run)
            except SQLAlchemyError as problem:
                log.warning("heartbeat of %s: %s", run.job, describe(problem))

    thread = threading.Thread(target=beat, name=f"heartbeat-{run.job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
