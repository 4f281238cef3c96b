"""Loading the demo city: in chapters, each one transaction, so that a killed load goes on where it stopped.

The audit log tells how far it came: "demo.begin" holds seed, size and the end of the year, each committed chapter
its number, "demo.finish" that all is there. The same plan is made again from what "demo.begin" says.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.audit.models import AuditEvent
from app.calendar import queries as calendar
from app.calendar.calendar import seed_calendar
from app.config import Settings
from app.db import reading, transaction
from app.errors import Conflict
from app.parties.models import Party
from app.permissions import SYSTEM
from app.regions import queries as regions
from app.regions.cli import DEMO_FILE
from app.regions.division_file import read_divisions
from app.regions.models import RegionLevel
from app.regions.regions import load_regions
from app.users import passwords
from portal.demo import samples, sign_ins
from portal.demo.approving import ProposeTowns, approving_acts
from portal.demo.living import Living, living_acts
from portal.demo.opening import Opening, opening_acts
from portal.demo.places import CITY
from portal.demo.plan import Plan, Size, make_plan
from portal.demo.projects import Planned, project_acts
from portal.demo.referrals import Passed, referral_acts
from portal.demo.requests import Asked, request_acts
from portal.demo.stage import Stage
from portal.demo.village import Rural, village_acts

Act = Opening | Living | Rural | ProposeTowns | Planned | Asked | Passed
THING = "demo"
BEGIN, CHAPTER, FINISH = "demo.begin", "demo.chapter", "demo.finish"
CHAPTER_LENGTH = 80
"""Acts of one transaction; an act writes some ten to twenty rows."""

Tell = Callable[[int, int], None]


class Outcome(Enum):
    """What a call of ``load_city`` found and did."""

    LOADED = auto()
    RESUMED = auto()
    THERE = auto()


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was asked for when the load began; a resumed load goes by it."""

    seed: int
    size: Size
    ends_at: datetime


def load_city(
    settings: Settings, *, seed: int, size: Size, ends_at: datetime | None = None, tell: Tell | None = None
) -> Outcome:
    """Make the demo city, or go on with one that was begun; a whole one is left alone.

    ``tell`` hears after each chapter how many of how many acts are done. Raises Conflict when the database
    holds parties that are not the demo's.
    """
    with reading() as session:
        if _count(session, FINISH):
            return Outcome.THERE
        beginning = _beginning(session)
        if beginning is None and session.scalar(select(func.count()).select_from(Party)):
            raise Conflict("The database already holds parties: the demo city wants an empty one.")
    outcome = Outcome.LOADED if beginning is None else Outcome.RESUMED
    if beginning is None:
        beginning = Beginning(seed, size, ends_at or clock.now())
        _begin(beginning)
    plan = _plan(beginning)
    stage = Stage(plan, samples.draw(), passwords.hashed(sign_ins.PASSWORD))
    _perform(stage, tell or (lambda _done, _all: None))
    if settings.is_demo:
        sign_ins.publish(settings, plan)
    with transaction() as session:
        events.record(session, FINISH, THING, None, actor=SYSTEM)
    return outcome


def _begin(beginning: Beginning) -> None:
    """Load divisions and calendar, and write down what was asked for."""
    asked = {"seed": beginning.seed, "size": asdict(beginning.size), "ends_at": beginning.ends_at.isoformat()}
    with (
        clock.at(beginning.ends_at - timedelta(days=450)),
        DEMO_FILE.open(encoding="utf-8") as file,
        transaction() as session,
    ):
        load_regions(session, read_divisions(file), actor=SYSTEM)
        seed_calendar(session, actor=SYSTEM)
        events.record(session, BEGIN, THING, None, actor=SYSTEM, after=asked)


def _plan(beginning: Beginning) -> Plan:
    with reading() as session:
        days = calendar.load_calendar(session)
        found = regions.options(
            session, within=CITY, deepest=RegionLevel.TOWN, on=clock.civil_date(beginning.ends_at)
        )
    towns = {one.code: one.name for one in found if one.level is RegionLevel.TOWN}
    return make_plan(
        seed=beginning.seed,
        ends_at=beginning.ends_at,
        size=beginning.size,
        towns=towns,
        is_working=days.is_working,
    )


def _perform(stage: Stage, tell: Tell) -> None:
    """Carry out the acts in the order of time, leaving out the chapters that are committed already."""
    every = [
        *opening_acts(stage),
        *living_acts(stage),
        *village_acts(stage),
        *approving_acts(stage),
        *project_acts(stage),
        *request_acts(stage),
        *referral_acts(stage),
    ]
    acts: list[Act] = sorted(every, key=lambda act: act.at)
    with reading() as session:
        done = _count(session, CHAPTER)
    for number, chapter in enumerate(_chapters(acts)):
        if number < done:
            continue
        with transaction() as session:
            for act in chapter:
                with clock.at(act.at):
                    act.perform(stage, session)
            with clock.at(chapter[-1].at):
                events.record(session, CHAPTER, THING, None, actor=SYSTEM, after={"number": number})
        tell(min(len(acts), (number + 1) * CHAPTER_LENGTH), len(acts))


def _chapters(acts: list[Act]) -> Iterator[list[Act]]:
    for start in range(0, len(acts), CHAPTER_LENGTH):
        yield acts[start : start + CHAPTER_LENGTH]


def _count(session: Session, verb: str) -> int:
    counted = select(func.count()).where(AuditEvent.thing_kind == THING, AuditEvent.verb == verb)
    return session.scalar(counted) or 0


def _beginning(session: Session) -> Beginning | None:
    found = session.scalars(
        select(AuditEvent).where(AuditEvent.thing_kind == THING, AuditEvent.verb == BEGIN)
    ).first()
    if found is None:
        return None
    said: dict[str, Any] = (events.detail_of(session, found) or {})["after"]
    return Beginning(said["seed"], Size(**said["size"]), datetime.fromisoformat(said["ends_at"]))
