"""A place for the tests of projects: a county with a town, an organisation, staff of every level, a proposal."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, db
from app.ids import new_id
from app.permissions import Actor, Grant, Role
from app.regions.models import Region, RegionLevel
from projects.portfolio import decisions, proposals, queries
from projects.portfolio.kinds import FundingSource, ProjectState
from projects.portfolio.models import Project
from projects.portfolio.proposals import Proposal
from projects.portfolio.rules import BudgetLine, Funds
from projects.publicity import publicity
from tests.contributions import city as made
from tests.contributions.city import City

TOWN, OTHER_TOWN = "610303001000", "610303002000"
DAY = timedelta(days=1)
S = ProjectState


@dataclass
class Place:
    """A city with its towns, and shorthands for what is done to projects."""

    city: City

    @property
    def clerk(self) -> Actor:
        return self.city.clerk

    @property
    def town(self) -> Actor:
        return self.city.actor(Role.TOWN_STAFF, region=TOWN)

    @property
    def county(self) -> Actor:
        return self.city.actor(Role.COUNTY_REVIEWER)

    @property
    def approver(self) -> Actor:
        return self.city.actor(Role.COUNTY_APPROVER)

    @property
    def city_staff(self) -> Actor:
        return self.city.actor(Role.CITY_STAFF, region=made.CITY)

    def drafted(self, **changes: Any) -> Project:
        """Return a draft of the hub's."""
        with db.transaction() as session:
            return proposals.propose(
                session, proposal(**changes), organisation_id=self.city.hub, actor=self.clerk
            )

    def submitted(self, **changes: Any) -> Project:
        """Return a proposal that waits for its review."""
        project = self.drafted(**changes)
        return do(proposals.submit, project, self.clerk)

    def reviewed(self, by: Actor | None = None, **changes: Any) -> Project:
        """Return a proposal that waits for its approval."""
        return do(decisions.review, self.submitted(**changes), by or self.town)

    def publicised(self, by: Actor | None = None, **changes: Any) -> Project:
        """Return an approved project whose publicity runs."""
        return do(decisions.approve, self.reviewed(**changes), by or self.approver)

    def opened(self, **changes: Any) -> Project:
        """Return a project whose publicity has ended."""
        project = self.publicised(**changes)
        end_publicity()
        return again(project)


def proposal(**changes: Any) -> Proposal:
    """Return a whole proposal of a project in the town: 20,000 yuan, half of it the organisation's own."""
    values: dict[str, Any] = {
        "name": "金台区暖冬行动",
        "places": (TOWN,),
        "start_on": made.TODAY + timedelta(days=30),
        "end_on": made.TODAY + timedelta(days=200),
        "plan": "为独居老人入户安装扶手、配送棉被。",
        "target_group": "中山东路街道 70 岁以上独居老人",
        "target_households": 40,
        "expected_effect": "40 户安装完成，入户回访满意率 95% 以上",
        "responsible_name": "李负责",
        "responsible_phone": "13912345678",
        "budget": (BudgetLine("扶手和安装", 1_200_000), BudgetLine("棉被", 800_000)),
        "funding": (Funds(FundingSource.CHARITY, 1_000_000), Funds(FundingSource.OWN, 1_000_000)),
    }
    return Proposal(**{**values, **changes})


def large(fen: int) -> dict[str, Any]:
    """Return what makes a proposal cost so much."""
    return {"budget": (BudgetLine("全部", fen),), "funding": (Funds(FundingSource.CHARITY, fen),)}


def found() -> Place:
    """Build the place in the connected database."""
    city = made.found()
    with db.transaction() as session:
        for code, name in ((TOWN, "中山东路街道"), (OTHER_TOWN, "西关街道")):
            session.add(Region(code=code, name=name, level=RegionLevel.TOWN, parent_code=made.COUNTY))
    return Place(city)


def do(verb: Any, project: Project, actor: Actor, **given: Any) -> Project:
    """Carry out a verb on a project as it stands now, in a transaction of its own."""
    with db.transaction() as session:
        revision = given.pop("revision", None) or queries.by_id(session, project.id).revision
        done: Project = verb(session, project.id, revision=revision, actor=actor, **given)
    return done


def again(project: Project) -> Project:
    """Return a project as it is in the database now."""
    with db.reading() as session:
        return queries.by_id(session, project.id)


def at(day: date, hour: int = 9) -> Any:
    """Stop the clock at an hour of a day in the city."""
    return clock.at(clock.instant(day, hour))


def later(days: int) -> datetime:
    """Return noon so many days after today."""
    return clock.instant(made.TODAY + days * DAY, 12)


def end_publicity() -> int:
    """Go on to the day after every publicity has ended, and end them; return how many ended."""
    ended = 0
    with clock.at(later(20)):
        with db.reading() as session:
            due = publicity.due(session, clock.today())
        for key in due:
            with db.transaction() as session:
                ended += publicity.end(session, key)
    return ended


def stranger(role: Role, region: str) -> Actor:
    """Return a member of staff who has a person and no ties."""
    return Actor(user_id=new_id(), person_id=new_id(), name="路人", grants=(Grant(role, region),))


def states(session: Session, project_id: UUID) -> list[tuple[ProjectState | None, ProjectState]]:
    """Return the moves of a project, the oldest first."""
    return [
        (one.step.from_state, one.step.to_state) for one in reversed(queries.history(session, project_id))
    ]
