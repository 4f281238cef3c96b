"""Households for the tests of their files."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.parties import households, persons, registrations
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.parties.models import Party
from app.permissions import SYSTEM
from tests.parties.people import TOWN, person_data

SINCE = date(2024, 3, 1)
_RELATIONS = (
    HouseholdRelation.HEAD,
    HouseholdRelation.SPOUSE,
    HouseholdRelation.CHILD,
    HouseholdRelation.PARENT,
)


def people(session: Session, count: int, first: int = 100, region: str = TOWN) -> list[UUID]:
    """Return persons of the register, each with a number of their own."""
    return [
        persons.register_member(
            session,
            person_data(
                index, name=f"家人{'甲乙丙丁戊己庚辛'[index % 8]}{index}", phone="", region_code=region
            ),
            actor=SYSTEM,
        ).id
        for index in range(first, first + count)
    ]


def family(
    session: Session, count: int = 3, first: int = 100, region: str = TOWN
) -> tuple[Party, Sequence[UUID]]:
    """Return an admitted household with its members, the head first."""
    there = people(session, count, first, region)
    members = [MemberData(who, _RELATIONS[min(place, 3)]) for place, who in enumerate(there)]
    opened = households.open_household(
        session, region_code=region, members=members, actor=SYSTEM, on=SINCE, reason="入户登记"
    )
    registrations.submit(session, opened.id, actor=SYSTEM)
    return households.confirm(session, opened.id, revision=opened.revision, actor=SYSTEM), there
