"""What a job is, and which there are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app import clock

MAX_CATCH_UP_DAYS = 31


@dataclass(frozen=True)
class Slot:
    """One time at which a job has to run: the key of its row, the day it is for, the instant it was due."""

    key: str
    day: date
    at: datetime


@dataclass(frozen=True)
class EveryMinutes:
    """Runs in each slot of so many minutes; missed slots are gone."""

    minutes: int = 1

    def latest(self, now: datetime) -> Slot:
        """Return the slot that the instant lies in."""
        length = self.minutes * 60
        start = datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)
        return Slot(start.strftime("%Y-%m-%dT%H:%MZ"), clock.civil_date(start), start)

    def missed(self, last: date | None, now: datetime) -> list[Slot]:
        """Return nothing: the next slot does the work of a missed one."""
        return []

    def next_after(self, now: datetime) -> datetime:
        """Return when it is due again."""
        return self.latest(now).at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class DailyAt:
    """Runs once a day at a time of the city's clock; after a missed day once, or ``each_day`` for every one."""

    hour: int
    minute: int = 0
    each_day: bool = False

    def latest(self, now: datetime) -> Slot:
        """Return the last slot that has come."""
        today = clock.civil_date(now)
        slot = self._slot(today)
        return slot if slot.at <= now else self._slot(today - timedelta(days=1))

    def missed(self, last: date | None, now: datetime) -> list[Slot]:
        """Return the slots between the last day that has a run and the latest slot, oldest first, at most 31."""
        if not self.each_day or last is None:
            return []
        end = self.latest(now).day
        first = max(last + timedelta(days=1), end - timedelta(days=MAX_CATCH_UP_DAYS))
        return [self._slot(first + timedelta(days=offset)) for offset in range((end - first).days)]

    def next_after(self, now: datetime) -> datetime:
        """Return when it is due again."""
        return self._slot(self.latest(now).day + timedelta(days=1)).at

    def _slot(self, day: date) -> Slot:
        return Slot(day.isoformat(), day, clock.instant(day, self.hour, self.minute))


@dataclass(frozen=True)
class Job:
    """A piece of work that runs by itself: wraps one verb, returns a short note for the page, or None.

    ``run`` takes nothing; ``run_for`` takes the day it is for (jobs that make up missed days want it).
    The note and any error are shown to administrators: never a person's data.
    """

    name: str
    title: Any  # translated text
    schedule: EveryMinutes | DailyAt
    run: Callable[[], str | None] | None = None
    run_for: Callable[[date], str | None] | None = None

    def __post_init__(self) -> None:
        if (self.run is None) == (self.run_for is None):
            raise ValueError(f"job {self.name} needs either run or run_for")

    @property
    def tries(self) -> int:
        """How often a slot is tried before it is given up: a daily one five times, another once."""
        return 5 if isinstance(self.schedule, DailyAt) else 1

    def carry_out(self, day: date) -> str | None:
        """Do the work for a day."""
        if self.run_for is not None:
            return self.run_for(day)
        assert self.run is not None
        return self.run()


_jobs: dict[str, Job] = {}


def register(*jobs: Job) -> None:
    """Make jobs known to the scheduler, the command and the page; a later one of the same name replaces the first."""
    _jobs.update({job.name: job for job in jobs})


def known() -> tuple[Job, ...]:
    """Return all jobs in the order of their names."""
    return tuple(_jobs[name] for name in sorted(_jobs))


def by_name(name: str) -> Job | None:
    """Return the job of this name, or None."""
    return _jobs.get(name)
