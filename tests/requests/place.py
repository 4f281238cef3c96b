"""A place for the tests of requests: a town with a family, staff of every level, and shorthands for what is done."""

import uuid
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, db
from app.ids import new_id
from app.parties import persons
from app.permissions import SYSTEM, Actor, Grant, Role
from app.regions.models import Region, RegionLevel
from projects.publicity import handlers, publicity
from projects.requests import assessments, checks, intake, queries
from projects.requests.feature import PUBLICISED
from projects.requests.intake import Told
from projects.requests.kinds import CheckKind, Recommendation, RequestState
from projects.requests.models import AidKind, AidRequest
from projects.tiers.kinds import TierLevel, TierState, TierThing
from projects.tiers.models import ApprovalTier
from tests.parties import families
from tests.parties.people import CITY, JINTAI, TOWN, WEIBIN, person_data, places

MONDAY = date(2026, 11, 9)
NOON = datetime(2026, 11, 9, 4, tzinfo=UTC)
OTHER_TOWN = "610302002000"
S = RequestState


@dataclass
class Place:
    """Keys of who lives there."""

    household: uuid.UUID = field(default_factory=new_id)
    members: Sequence[uuid.UUID] = ()
    staff: dict[str, Actor] = field(default_factory=dict)
    kinds: dict[str, uuid.UUID] = field(default_factory=dict)

    @property
    def head(self) -> Actor:
        """The head of the family, signed in at the member door."""
        return recipient(self.members[0])

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["staff"][name]
        except KeyError:
            raise AttributeError(name) from None

    def told(self, **changes: Any) -> Told:
        """Return what the family tells at the member door."""
        values: dict[str, Any] = {
            "household_id": self.household,
            "person_id": self.members[0],
            "applicant_id": self.members[0],
            "words": "丈夫上个月摔伤住院，家里没有收入，需要生活和看病的帮助。",
            "kinds": (self.kinds["生活困难帮扶"],),
            "asked_fen": 300_000,
            "economic_authorised": True,
        }
        return Told(**{**values, **changes})

    def drafted(self, actor: Actor | None = None, **changes: Any) -> AidRequest:
        with db.transaction() as session:
            return intake.enter(session, self.told(**changes), actor=actor or self.head)

    def submitted(self, **changes: Any) -> AidRequest:
        one = self.drafted(**changes)
        return do(intake.submit, one, self.head, revision=1)

    def assessed(self, **changes: Any) -> AidRequest:
        one = self.submitted(**changes)
        return self.assess(one)

    def assess(self, one: AidRequest, *, meeting: bool = False) -> AidRequest:
        """Take a request through its checks, visited by two."""
        do(checks.record_visit, one, self.clerk, visited_on=clock.today(), findings="两人入户，家中情况属实")
        do(checks.sign_visit, one, self.village)
        do(
            checks.record,
            one,
            self.clerk,
            kind=CheckKind.ECONOMIC,
            done_on=clock.today(),
            findings="核对报告：收入低于标准",
        )
        if meeting:
            do(
                checks.record,
                one,
                self.clerk,
                kind=CheckKind.MEETING,
                done_on=clock.today(),
                findings="评议会七人一致同意",
            )
        return do(assessments.conclude, one, self.clerk, note="情况属实，符合条件")

    def publicised(self, amount_fen: int = 300_000, **changes: Any) -> AidRequest:
        return propose(self.assessed(**changes), self.clerk, amount_fen)

    def proposed(self, amount_fen: int = 300_000, **changes: Any) -> AidRequest:
        """Return a request whose publicity has ended and that waits for approval."""
        one = self.publicised(amount_fen, **changes)
        end_publicity()
        return again(one)


def propose(one: AidRequest, by: Actor, amount_fen: int = 300_000, **given: Any) -> AidRequest:
    """Propose to give so much."""
    values = {"recommendation": Recommendation.GRANT, "proposal": "建议给予生活帮扶金", **given}
    return do(assessments.propose, one, by, amount_fen=amount_fen, **values)


def found() -> Place:
    """Build the place in the connected database."""
    handlers.register(PUBLICISED)
    made = Place()
    with clock.at(NOON), db.transaction() as session:
        places(session)
        session.add(Region(code=OTHER_TOWN, name="十里铺街道", level=RegionLevel.TOWN, parent_code=WEIBIN))
        session.flush()
        household, made.members = families.family(session, 3)
        made.household = household.id
        made.kinds = {one.name: one.id for one in session.scalars(select(AidKind))}
        for index, (name, role, region) in enumerate(
            (
                ("village", Role.VILLAGE_WORKER, TOWN),
                ("clerk", Role.TOWN_STAFF, TOWN),
                ("colleague", Role.TOWN_STAFF, TOWN),
                ("leader", Role.TOWN_LEADER, TOWN),
                ("other_clerk", Role.TOWN_STAFF, OTHER_TOWN),
                ("other_leader", Role.TOWN_LEADER, OTHER_TOWN),
                ("handler", Role.COUNTY_HANDLER, WEIBIN),
                ("reviewer", Role.COUNTY_REVIEWER, WEIBIN),
                ("approver", Role.COUNTY_APPROVER, WEIBIN),
                ("second_approver", Role.COUNTY_APPROVER, WEIBIN),
                ("stranger", Role.COUNTY_APPROVER, JINTAI),
                ("city", Role.CITY_STAFF, CITY),
            )
        ):
            made.staff[name] = staff(session, 700 + index, role, region)
        session.add(town_tier())
    return made


def staff(session: Session, index: int, role: Role, region: str) -> Actor:
    """Return somebody with a staff role and a person of their own."""
    party = persons.register_contact(session, person_data(index, name=f"工作人员{index}"), actor=SYSTEM)
    return Actor(new_id(), party.id, party.name, (Grant(role, region),))


def town_tier(up_to_fen: int = 1_000_000) -> ApprovalTier:
    """Return the row by which towns of the county approve up to a sum."""
    return ApprovalTier(
        thing=TierThing.REQUEST,
        region_code=WEIBIN,
        region_key=WEIBIN,
        level=TierLevel.TOWN,
        up_to_fen=up_to_fen,
        valid_from=date(2026, 1, 1),
        basis="陕民发〔2026〕1号",
        state=TierState.APPROVED,
        proposed_at=NOON,
        approved_at=NOON,
    )


def recipient(person_id: uuid.UUID, role: Role = Role.RECIPIENT) -> Actor:
    """Return a member of a family who has signed in."""
    return Actor(new_id(), person_id, "家人", (Grant(role),))


def do(verb: Any, one: AidRequest, actor: Actor, **given: Any) -> Any:
    """Carry out a verb on a request in a transaction of its own; return what it returns."""
    with db.transaction() as session:
        return verb(session, one.id, actor=actor, **given)


def again(one: AidRequest) -> AidRequest:
    """Return a request as it is in the database now."""
    with db.reading() as session:
        return queries.by_id(session, one.id)


@contextmanager
def noon(days: int = 0) -> Any:
    """Stop the clock at noon, so many days after the Monday."""
    with clock.at(NOON + timedelta(days=days)):
        yield


def end_publicity(days: int = 20) -> None:
    """Go on to the day after every publicity has ended, and end them."""
    with noon(days):
        with db.reading() as session:
            due = publicity.due(session, clock.today())
        for key in due:
            with db.transaction() as session:
                publicity.end(session, key)


def moves(one: AidRequest) -> list[tuple[S | None, S]]:
    """Return the moves of a request, the oldest first."""
    with db.reading() as session:
        return [
            (each.step.from_state, each.step.to_state)
            for each in reversed(queries.history(session, one.id))
            if each.step.from_state is not each.step.to_state
        ]
