"""A small city for the tests of contributions: an organisation with clerk and manager, people, staff, rules."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, db
from app.ids import new_id
from app.parties.kinds import AffiliationKind, OrganisationKind, PartyKind, PersonRoleKind, RegistrationState
from app.parties.models import Affiliation, Organisation, Party, Person, PersonRole
from app.permissions import SYSTEM, Actor, Grant, Role
from app.regions.models import Region, RegionLevel
from points.rulesets.kinds import ContributionKind
from projects.catalogue import items
from projects.contributions.entries import Entry, LineEntry
from projects.contributions.rules import ValueBasis
from tests.points import city as points_city

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
TODAY = date(2026, 11, 21)
COUNTY, OTHER_COUNTY, CITY = "610303000000", "610302000000", "610300000000"
K = ContributionKind


@dataclass
class City:
    """Keys of who lives there."""

    hub: UUID = field(default_factory=new_id)
    factory: UUID = field(default_factory=new_id)
    volunteer: UUID = field(default_factory=new_id)
    worker: UUID = field(default_factory=new_id)
    people: dict[Role, UUID] = field(default_factory=dict)

    def actor(
        self, role: Role, *, region: str = COUNTY, organisation: UUID | None = None, again: int = 0
    ) -> Actor:
        """Return somebody of this role; ``again`` gives another one of the same role."""
        member = role in (Role.ORGANISATION_CLERK, Role.ORGANISATION_MANAGER)
        person = self.people[role] if not again else new_id()
        grant = Grant(role, None, organisation or self.hub) if member else Grant(role, region)
        return Actor(user_id=new_id(), person_id=person, name=str(role.label), grants=(grant,))

    @property
    def clerk(self) -> Actor:
        return self.actor(Role.ORGANISATION_CLERK)

    @property
    def manager(self) -> Actor:
        return self.actor(Role.ORGANISATION_MANAGER)

    @property
    def staff(self) -> Actor:
        return self.actor(Role.COUNTY_REVIEWER)

    @property
    def approver(self) -> Actor:
        return self.actor(Role.COUNTY_APPROVER)

    @property
    def city_staff(self) -> Actor:
        return self.actor(Role.CITY_STAFF, region=CITY)

    def money(self, yuan: int = 10_000, *, receipt: str = "0012345678", **changes: Any) -> Entry:
        """Return a gift of money by the factory, received by the hub."""
        values: dict[str, Any] = {
            "party_id": self.factory,
            "kind": K.MONEY,
            "item": "money",
            "happened_on": TODAY - timedelta(days=1),
            "region_code": COUNTY,
            "amount_fen": yuan * 100,
            "receipt_number": receipt,
            "beneficiary": "金台区困难家庭",
        }
        return Entry(**{**values, **changes})

    def service(self, start: int = 540, end: int = 690, **changes: Any) -> Entry:
        """Return hours of the volunteer, by default 2.5 of them yesterday morning."""
        values: dict[str, Any] = {
            "party_id": self.volunteer,
            "kind": K.SERVICE,
            "item": "tutoring",
            "happened_on": TODAY - timedelta(days=1),
            "region_code": COUNTY,
            "start_minute": start,
            "end_minute": end,
            "published_before": True,
        }
        return Entry(**{**values, **changes})

    def goods(self, *lines: LineEntry, receipt: str = "0087654321", **changes: Any) -> Entry:
        """Return goods by the factory; by default rice with an invoice."""
        rice = LineEntry("rice", 100_000, "袋(10公斤)", 600_000, ValueBasis.INVOICE, "发票 12345678")
        return self.money(
            kind=K.GOODS, item="", amount_fen=None, receipt=receipt, lines=lines or (rice,), **changes
        )


@contextmanager
def noon() -> Iterator[None]:
    """Stop the clock at the city's noon."""
    with clock.at(NOON):
        yield


def join(person_id: UUID, organisation_id: UUID) -> None:
    """Let a person be one of an organisation's volunteers."""
    with db.transaction() as session:
        session.add(
            Affiliation(
                person_id=person_id,
                organisation_id=organisation_id,
                kind=AffiliationKind.VOLUNTEER,
                valid_from=date(2025, 1, 1),
            )
        )


def found() -> City:
    """Build the city in the connected database and return it."""
    made = City()
    with clock.at(NOON), db.transaction() as session:
        session.add(Region(code=CITY, name="宝鸡市", level=RegionLevel.CITY))
        session.add(Region(code=COUNTY, name="金台区", level=RegionLevel.COUNTY, parent_code=CITY))
        session.add(Region(code=OTHER_COUNTY, name="渭滨区", level=RegionLevel.COUNTY, parent_code=CITY))
        points_city.programme(session)
        items.load(session, items.read_list(), actor=SYSTEM)
        _organisation(
            session, made.hub, "金台区惠民社会工作服务中心", OrganisationKind.SOCIAL_SERVICE_INSTITUTION
        )
        _organisation(session, made.factory, "宝鸡秦岭机械有限公司", OrganisationKind.ENTERPRISE)
        _person(session, made.volunteer, "王秀英", PersonRoleKind.VOLUNTEER)
        _person(session, made.worker, "李建国", PersonRoleKind.SOCIAL_WORKER)
        for role in Role:
            made.people[role] = new_id()
            _person(session, made.people[role], f"{role.label}甲", None)
        session.flush()
        for role in (Role.ORGANISATION_CLERK, Role.ORGANISATION_MANAGER):
            session.add(
                Affiliation(
                    person_id=made.people[role],
                    organisation_id=made.hub,
                    kind=AffiliationKind.EMPLOYEE,
                    valid_from=date(2025, 1, 1),
                )
            )
    return made


def _organisation(session: Session, key: UUID, name: str, kind: OrganisationKind) -> None:
    session.add(_party(key, name, PartyKind.ORGANISATION))
    session.flush()
    session.add(Organisation(party_id=key, organisation_kind=kind))
    session.flush()


def _person(session: Session, key: UUID, name: str, role: PersonRoleKind | None) -> None:
    session.add(_party(key, name, PartyKind.PERSON))
    session.flush()
    session.add(Person(party_id=key, born_on=date(1990, 1, 1)))
    session.flush()
    if role is not None:
        session.add(PersonRole(person_id=key, role=role, valid_from=date(2025, 1, 1)))


def _party(key: UUID, name: str, kind: PartyKind) -> Party:
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    return Party(
        id=key,
        kind=kind,
        name=name,
        sort_key=name,
        match_key=name,
        region_code=COUNTY,
        state=RegistrationState.APPROVED,
        state_since=moment,
        created_at=moment,
    )
