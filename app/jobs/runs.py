"""Verbs of runs: claim one, give signs of life, finish, fail, ask for one now.

Leases use the machine's clock: a demo city's clock may jump by a month while a run goes on.
"""

import os
import secrets
import socket
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.faults import describe
from app.ids import new_code, new_id
from app.jobs import queries
from app.jobs.models import JobRun, RunState
from app.jobs.registry import Job, Slot
from app.permissions import Actor, Permission, ensure_may
from app.rows import insert_if_absent

LEASE = timedelta(minutes=2)
HEARTBEAT_SECONDS = 20
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
KEPT_DAYS = {RunState.DONE: 14, RunState.FAILED: 90}


def new_owner() -> str:
    """Return a name for this runner that no other has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"


def claim_slot(session: Session, job: Job, slot: Slot, *, owner: str) -> JobRun | None:
    """Return the run of this slot when it is ours, None when somebody else has or had it."""
    key = new_id()
    ours = insert_if_absent(
        session,
        JobRun,
        id=key,
        job=job.name,
        run_key=slot.key,
        day=slot.day,
        state=RunState.RUNNING,
        attempt=1,
        owner=owner,
        lease_until=clock.true_now() + LEASE,
        started_at=clock.now(),
    )
    return session.get(JobRun, key) if ours else None


def claim_waiting(session: Session, job: Job, *, owner: str) -> JobRun | None:
    """Return a run that was asked for, is due for another try, or lost its runner; None when there is none."""
    claimable = queries.claimable(clock.now(), clock.true_now())
    found = session.execute(
        select(JobRun.id, JobRun.attempt)
        .where(JobRun.job == job.name, claimable)
        .order_by(JobRun.id)
        .limit(1)
    ).first()
    if found is None:
        return None
    taken = session.execute(
        update(JobRun)
        .where(JobRun.id == found.id, JobRun.attempt == found.attempt, claimable)
        .values(
            state=RunState.RUNNING,
            attempt=JobRun.attempt + 1,
            owner=owner,
            lease_until=clock.true_now() + LEASE,
            started_at=clock.now(),
            finished_at=None,
            retry_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    if cast(CursorResult[Any], taken).rowcount != 1:
        return None
    return session.get(JobRun, found.id, populate_existing=True)


def give_sign_of_life(session: Session, run: JobRun) -> bool:
    """Prolong the lease; return False when the run has been taken over."""
    return _still_ours(session, run, lease_until=clock.true_now() + LEASE)


def finish(session: Session, run: JobRun, *, note: str | None, duration_ms: int) -> bool:
    """Mark a run done; return False (and change nothing) when it has been taken over."""
    return _still_ours(
        session,
        run,
        state=RunState.DONE,
        note=(note or "")[:500] or None,
        error=None,
        finished_at=clock.now(),
        duration_ms=duration_ms,
        lease_until=None,
    )


def fail(session: Session, run: JobRun, problem: BaseException, *, tries: int, duration_ms: int) -> bool:
    """Keep a run's error and set the next try, or give up after ``tries``; False when it has been taken over."""
    retry_at = clock.now() + BACK_OFF[min(run.attempt, len(BACK_OFF)) - 1] if run.attempt < tries else None
    return _still_ours(
        session,
        run,
        state=RunState.FAILED,
        error=describe(problem),
        finished_at=clock.now(),
        duration_ms=duration_ms,
        retry_at=retry_at,
        lease_until=None,
    )


def ask_for(session: Session, job: Job, *, actor: Actor) -> JobRun:
    """Let a job run as soon as a runner sees it, besides its schedule."""
    ensure_may(actor, Permission.MANAGE_JOBS)
    run = JobRun(
        job=job.name,
        run_key=f"now-{new_code()}",
        day=clock.today(),
        state=RunState.ASKED,
        attempt=0,
        asked_by=actor.user_id,
    )
    session.add(run)
    session.flush()
    events.record(session, "job.ask_for", "job_run", run.id, actor=actor, after={"job": job.name})
    return run


def forget_old(session: Session) -> int:
    """Delete finished runs that are past their keeping (done 14 days, failed 90); return how many."""
    gone = 0
    for state, days in KEPT_DAYS.items():
        old = JobRun.finished_at < clock.now() - timedelta(days=days)
        result = session.execute(
            delete(JobRun)
            .where(JobRun.state == state, old, JobRun.retry_at.is_(None))
            .execution_options(synchronize_session=False)
        )
        gone += cast(CursorResult[Any], result).rowcount
    return gone


def _still_ours(session: Session, run: JobRun, **values: Any) -> bool:
    changed = session.execute(
        update(JobRun)
        .where(
            JobRun.id == run.id,
            JobRun.owner == run.owner,
            JobRun.attempt == run.attempt,
            JobRun.state == RunState.RUNNING,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], changed).rowcount == 1
