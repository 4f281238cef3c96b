"""A place for the tests of assistance, referrals and comparisons: a town, families, an organisation, staff."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from threading import Barrier
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, db
from app.errors import Refused
from app.parties import household_facts
from app.parties.models import Household
from app.permissions import SYSTEM, Actor, Grant, Role
from projects.assistance import aid_kinds, assistance
from projects.assistance.assistance import AssistanceData
from projects.assistance.models import Assistance
from tests.contributions import city as made
from tests.contributions.city import City
from tests.parties import families
from tests.portfolio import place as towns
from tests.portfolio.place import OTHER_TOWN, TOWN

__all__ = ["OTHER_TOWN", "TOWN", "Place", "found", "together"]


@dataclass
class Place:
    """The city, a family of the town with its members, and shorthands."""

    city: City
    household: UUID
    members: Sequence[UUID]
    kinds: dict[str, UUID]
    lead: UUID

    @property
    def town(self) -> Actor:
        """A member of the town's staff."""
        return self.city.actor(Role.TOWN_STAFF, region=TOWN)

    @property
    def worker(self) -> Actor:
        """The village worker who leads the family's case."""
        return Actor(None, self.lead, "主责人", (Grant(Role.VILLAGE_WORKER, TOWN),))

    @property
    def stranger(self) -> Actor:
        """Staff of another county."""
        return self.city.actor(Role.COUNTY_HANDLER, region=made.OTHER_COUNTY)

    @property
    def head(self) -> Actor:
        """The head of the family, signed in."""
        return Actor(None, self.members[0], "户主", (Grant(Role.RECIPIENT),))

    @property
    def number(self) -> str:
        """The family's file number."""
        with db.reading() as session:
            return session.get_one(Household, self.household).file_number

    def another(self, first: int, region: str = TOWN, count: int = 2) -> tuple[UUID, Sequence[UUID]]:
        """Return another family with its members."""
        with db.transaction() as session:
            party, members = families.family(session, count, first, region)
            return party.id, members

    def helped(self, kind: str = "医疗帮扶", **changes: Any) -> Assistance:
        """Write down a help that the family got a week ago."""
        with db.transaction() as session:
            return assistance.enter(session, self.help(kind, **changes), actor=self.town)

    def help(self, kind: str = "医疗帮扶", **changes: Any) -> AssistanceData:
        """Return a help that the family got a week ago."""
        values: dict[str, Any] = {
            "household_id": self.household,
            "kind_id": self.kinds[kind],
            "what": "药费补助",
            "given_on": date(2026, 11, 14),
            "giver": "市慈善协会",
            "amount_fen": 50_000,
        }
        return AssistanceData(**{**values, **changes})


def found() -> Place:
    """Build the place in the connected database."""
    city = towns.found().city
    with db.transaction() as session:
        party, members = families.family(session, 3, region=TOWN)
        lead = city.people[Role.VILLAGE_WORKER]
        household_facts.set_lead_worker(session, party.id, lead, reason="主责安排", actor=SYSTEM)
        return Place(city, party.id, members, aid_kinds.by_name(session), lead)


def together(*works: Callable[[Session], object], at: datetime = made.NOON) -> list[str | None]:
    """Run each work in a transaction of its own, all at the same moment; return the refusals, None for done."""
    ready = Barrier(len(works))

    def run(work: Callable[[Session], object]) -> str | None:
        with clock.at(at):
            ready.wait(10)
            try:
                with db.transaction() as session:
                    work(session)
            except Refused as refused:
                return str(refused)
        return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
