"""Counting a deadline with its pauses, and the levels of supervision. Pure.

Days are counted as in `app.calendar.rules`: the day of the event is not, nor is any day of a pause. The day on which
a clock stops has been counted already; the day on which it runs again is an event and not counted.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from app.calendar.rules import TermUnit, WorkingCalendar, month_later
from app.labels import Labelled
from app.regions import rules as regions
from app.regions.models import RegionLevel

_ONE = timedelta(days=1)


class DeadlineState(Labelled):
    """What a clock does."""

    RUNNING = "running", _l("计时中")
    PAUSED = "paused", _l("暂停计时")
    MET = "met", _l("已办")
    CANCELLED = "cancelled", _l("已取消")


OPEN = (DeadlineState.RUNNING, DeadlineState.PAUSED)
MOVES = {
    DeadlineState.RUNNING: frozenset({DeadlineState.PAUSED, DeadlineState.MET, DeadlineState.CANCELLED}),
    DeadlineState.PAUSED: frozenset({DeadlineState.RUNNING, DeadlineState.MET, DeadlineState.CANCELLED}),
    DeadlineState.MET: frozenset[DeadlineState](),
    DeadlineState.CANCELLED: frozenset[DeadlineState](),
}


class HolderLevel(Labelled):
    """Who has to do it."""

    ORGANISATION = "organisation", _l("参与单位")
    VILLAGE = "village", _l("村居")
    TOWN = "town", _l("镇街")
    COUNTY = "county", _l("区县")
    CITY = "city", _l("市级")


class SupervisedLevel(Labelled):
    """Who sees to it that it is done."""

    COUNTY = "county", _l("区县督办")
    CITY = "city", _l("市级督办")


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the clock stands: after ``since``, up to and with ``until`` (None: still)."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the clock stands on a day."""
        return day > self.since and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Term:
    """What is counted: the day of the event, the length, and the pauses in their order."""

    started_on: date
    length: int
    unit: TermUnit
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One day on the way to the end: its number when it is counted, else why it is not."""

    day: date
    number: int | None
    why: str | None = None
    make_up: bool = False

    @property
    def counted(self) -> bool:
        """Whether the day counts."""
        return self.number is not None


@dataclass(frozen=True, slots=True)
class Counted:
    """The last day of a term, and whether a year without its notice was counted through."""

    due_on: date
    provisional: bool


def count(days: WorkingCalendar, term: Term) -> Counted:
    """Return the end of a term. A pause that is still open holds nothing up: what was due stays shown."""
    last = walk(days, term)[-1]
    if term.unit is TermUnit.WORKING_DAYS:
        first = term.started_on + _ONE
        # A walk passes every day, so its years are those from the first to the last.
        return Counted(
            last.day, not all(year in days.official_years for year in range(first.year, last.day.year + 1))
        )
    end = next(step.day for step in reversed(walk(days, term)) if step.counted)
    return Counted(last.day, not (days.is_official(end) and days.is_official(last.day)))


def walk(days: WorkingCalendar, term: Term) -> list[Step]:
    """Return every day from the event to the end, counted or not. The last one is the last day of the term."""
    if term.length < 1:
        raise ValueError("a term has at least one day")
    pauses = [pause for pause in term.pauses if pause.until is not None]
    steps = [Step(term.started_on, None, "start")]
    goal, number, day = _goal(term), 0, term.started_on
    while number < goal:
        day += _ONE
        if any(pause.covers(day) for pause in pauses):
            steps.append(Step(day, None, "pause"))
        elif term.unit is TermUnit.WORKING_DAYS and not days.is_working(day):
            steps.append(Step(day, None, _off(days, day)))
        else:
            number += 1
            steps.append(Step(day, number, make_up=_is_make_up(days, day)))
    while term.unit is not TermUnit.WORKING_DAYS and not days.is_working(day):
        day += _ONE
        while any(pause.covers(day) for pause in pauses):
            day += _ONE
        steps.append(Step(day, None, "roll" if days.is_working(day) else _off(days, day)))
    return steps


def is_late(state: DeadlineState, due_on: date, paused_on: date | None, today: date) -> bool:
    """Whether the last day has passed without its thing done; a standing clock is late if it was when it stopped."""
    if state is DeadlineState.RUNNING:
        return due_on < today
    return state is DeadlineState.PAUSED and paused_on is not None and due_on < paused_on


def first_supervisor(holder: HolderLevel, region_code: str) -> SupervisedLevel:
    """Return who supervises first: one level up, and never below the division that the thing belongs to."""
    if holder in (HolderLevel.COUNTY, HolderLevel.CITY):
        return SupervisedLevel.CITY
    above = regions.level_of(region_code) in (RegionLevel.CITY, RegionLevel.PROVINCE)
    return SupervisedLevel.CITY if above else SupervisedLevel.COUNTY


def _goal(term: Term) -> int:
    if term.unit is TermUnit.MONTHS:
        return (month_later(term.started_on, term.length) - term.started_on).days
    return term.length


def _is_make_up(days: WorkingCalendar, day: date) -> bool:
    return day.weekday() >= 5 and days.is_working(day)


def _off(days: WorkingCalendar, day: date) -> str:
    named = days.special.get(day)
    return named.note if named is not None else "weekend" if day.weekday() >= 5 else "holiday"
