"""A town with households and staff, for the tests of their care."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, db
from app.errors import Refused
from app.parties import household_facts
from app.parties.models import Party
from app.permissions import SYSTEM, Actor, Role
from app.regions.models import Region, RegionLevel
from projects.care.models import CareStep
from tests.contributions import city as made
from tests.contributions.city import City
from tests.parties.families import family

TOWN, OTHER_TOWN = "610303001000", "610303002000"
TODAY = made.TODAY
DAY = timedelta(days=1)


@dataclass
class Home:
    """A city with its towns, a household of three in the first, and who looks after it."""

    city: City
    party: Party
    members: list[UUID] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return self.party.id

    @property
    def worker(self) -> Actor:
        return self.city.actor(Role.VILLAGE_WORKER, region=TOWN)

    @property
    def patrol(self) -> Actor:
        return self.city.actor(Role.PATROL, region=TOWN)

    @property
    def town(self) -> Actor:
        return self.city.actor(Role.TOWN_STAFF, region=TOWN)

    @property
    def leader(self) -> Actor:
        return self.city.actor(Role.TOWN_LEADER, region=TOWN)

    @property
    def county(self) -> Actor:
        return self.city.actor(Role.COUNTY_HANDLER)

    @property
    def approver(self) -> Actor:
        return self.city.actor(Role.COUNTY_APPROVER)

    @property
    def stranger(self) -> Actor:
        """Somebody of the other county with every permission of a county's handler."""
        return self.city.actor(Role.COUNTY_HANDLER, region=made.OTHER_COUNTY)

    def stand(self, category: str, *, on: date = TODAY, person: UUID | None = None) -> UUID:
        """Let the household stand in a category from a day."""
        with db.transaction() as session:
            row = household_facts.begin_category(
                session,
                self.id,
                category=category,
                begin_on=on,
                reason="按文件列入",
                actor=SYSTEM,
                person_id=person,
            )
            return row.id


def found(count: int = 3, first: int = 100) -> Home:
    """Build the city, its towns and a household in the connected database."""
    city = made.found()
    with db.transaction() as session:
        for code, name in ((TOWN, "中山东路街道"), (OTHER_TOWN, "西关街道")):
            session.add(Region(code=code, name=name, level=RegionLevel.TOWN, parent_code=made.COUNTY))
        session.flush()
        party, there = family(session, count, first, TOWN)
    return Home(city, party, list(there))


def another(home: Home, *, count: int = 1, first: int = 300) -> Home:
    """Build one more household of the town."""
    with db.transaction() as session:
        party, there = family(session, count, first, TOWN)
    return Home(home.city, party, list(there))


def do(verb: Callable[..., Any], *args: Any, **given: Any) -> Any:
    """Carry out a verb in a transaction of its own."""
    with db.transaction() as session:
        return verb(session, *args, **given)


def together(*works: Callable[[Session], Any], at: datetime = made.NOON) -> list[str | None]:
    """Do works in a transaction and a thread each, at once; return for each the sentence of its refusal, or None."""

    def run(work: Callable[[Session], Any]) -> str | None:
        try:
            with clock.at(at), db.transaction() as session:
                work(session)
        except Refused as refused:
            return str(refused)
        return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def states(subject_id: UUID) -> list[tuple[str | None, str]]:
    """Return the history of a thing, the oldest first."""
    with db.reading() as session:
        query = select(CareStep).where(CareStep.subject_id == subject_id).order_by(CareStep.id)
        return [(row.from_state, row.to_state) for row in session.scalars(query)]
