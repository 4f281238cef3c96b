"""Reading runs: what is due, and what the page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.jobs.models import JobRun, RunState
from app.jobs.registry import Job, Slot, known

MAX_TAKE_OVERS = 10


@dataclass(frozen=True)
class Standing:
    """One job as the page shows it."""

    job: Job
    last: JobRun | None
    last_error: JobRun | None
    next_at: datetime


def open_slots(session: Session, job: Job, now: datetime) -> list[Slot]:
    """Return the slots of a job that have come and have no run yet, oldest first."""
    latest = job.schedule.latest(now)
    last_day = session.scalar(
        select(func.max(JobRun.day)).where(
            JobRun.job == job.name, JobRun.day <= latest.day, JobRun.run_key.not_like("now-%")
        )
    )
    slots = [*job.schedule.missed(last_day, now), latest]
    taken = set(
        session.scalars(
            select(JobRun.run_key).where(
                JobRun.job == job.name, JobRun.run_key.in_([slot.key for slot in slots])
            )
        )
    )
    return [slot for slot in slots if slot.key not in taken]


def claimable(now: datetime, true_now: datetime) -> ColumnElement[bool]:
    """Return the condition of a run that anybody may take: asked for, to be tried again, or its runner is dead.

    A run that lost ten runners most likely kills them, and is left lying.
    """
    return or_(
        JobRun.state == RunState.ASKED,
        and_(JobRun.state == RunState.FAILED, JobRun.retry_at <= now),
        and_(
            JobRun.state == RunState.RUNNING, JobRun.lease_until < true_now, JobRun.attempt < MAX_TAKE_OVERS
        ),
    )


def has_waiting(session: Session, job: Job, now: datetime, true_now: datetime) -> bool:
    """Return whether a run of the job was asked for, is to be tried again, or has lost its runner."""
    return bool(session.scalar(select(exists().where(JobRun.job == job.name, claimable(now, true_now)))))


def standings(session: Session, now: datetime) -> list[Standing]:
    """Return every known job with its last run, its last error and when it runs next."""
    return [
        Standing(
            job=job,
            last=_latest(session, job),
            last_error=_latest(session, job, RunState.FAILED),
            next_at=job.schedule.next_after(now),
        )
        for job in known()
    ]


def runs_of(session: Session, name: str, limit: int = 50) -> Sequence[JobRun]:
    """Return the latest runs of a job, newest first."""
    return session.scalars(
        select(JobRun).where(JobRun.job == name).order_by(JobRun.id.desc()).limit(limit)
    ).all()


def oldest_failure(session: Session) -> JobRun | None:
    """Return the oldest run that was given up (for /readyz and the staff desk)."""
    return session.scalar(
        select(JobRun)
        .where(JobRun.state == RunState.FAILED, JobRun.retry_at.is_(None))
        .order_by(JobRun.id)
        .limit(1)
    )


def _latest(session: Session, job: Job, state: RunState | None = None) -> JobRun | None:
    query = select(JobRun).where(JobRun.job == job.name)
    if state is not None:
        query = query.where(JobRun.state == state)
    return session.scalar(query.order_by(JobRun.id.desc()).limit(1))
