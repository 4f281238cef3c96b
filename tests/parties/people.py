"""People, places and organisations for the tests of parties and users."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.db import transaction
from app.identity import DocumentKind, RegistrationClass
from app.identity.synthetic import synthetic_phone, synthetic_resident_id, synthetic_uscc
from app.parties import organisations, persons, registrations
from app.parties.kinds import OrganisationKind
from app.parties.models import Party
from app.parties.organisations import OrganisationData
from app.parties.persons import PersonData, VolunteerData
from app.permissions import SYSTEM, Actor, Grant, Role
from app.regions.models import Region, RegionLevel
from app.users import grants, passwords, users
from app.users.users import NewUser

CITY, WEIBIN, JINTAI, TOWN = "610300000000", "610302000000", "610303000000", "610302001000"
_PLACES = {
    "610000000000": ("陕西省", RegionLevel.PROVINCE, None),
    CITY: ("宝鸡市", RegionLevel.CITY, "610000000000"),
    WEIBIN: ("渭滨区", RegionLevel.COUNTY, CITY),
    JINTAI: ("金台区", RegionLevel.COUNTY, CITY),
    TOWN: ("金陵街道", RegionLevel.TOWN, WEIBIN),
}
PASSWORD = "渭河边上的老槐树开花了么"


def places(session: Session) -> None:
    """Load the few divisions that the tests need."""
    for code, (name, level, parent) in _PLACES.items():
        if session.get(Region, code) is None:
            session.add(Region(code=code, name=name, level=level, parent_code=parent))
    session.flush()


def organisation_data(index: int = 1, **changes: Any) -> OrganisationData:
    """Return what a good organisation states."""
    values: dict[str, Any] = {
        "name": f"宝鸡市第{index}爱心服务中心",
        "organisation_kind": OrganisationKind.SOCIAL_SERVICE_INSTITUTION,
        "region_code": WEIBIN,
        "uscc": synthetic_uscc(RegistrationClass.SOCIAL_SERVICE_INSTITUTION, index),
        "contact_name": "李经办",
        "contact_phone": synthetic_phone(index),
    }
    return OrganisationData(**values | changes)


def person_data(index: int = 1, **changes: Any) -> PersonData:
    """Return what a good person states."""
    values: dict[str, Any] = {
        "name": "王志愿",
        "region_code": TOWN,
        "document_kind": DocumentKind.RESIDENT_ID,
        "identity_number": synthetic_resident_id(
            date(1990, 5, 17) + timedelta(days=index // 400), index % 400
        ),
        "phone": synthetic_phone(1000 + index),
    }
    return PersonData(**values | changes)


def volunteer_data(index: int = 1, *, person: PersonData | None = None, **changes: Any) -> VolunteerData:
    """Return what a good volunteer states."""
    return VolunteerData(person=person or person_data(index), **changes)


def staff(
    session: Session, index: int, role: Role = Role.COUNTY_HANDLER, region: str | None = WEIBIN
) -> Actor:
    """Return somebody with a staff role and a person of their own."""
    party = persons.register_contact(
        session, person_data(5000 + index, name=f"工作人员{index}"), actor=SYSTEM
    )
    return Actor(user_id=None, person_id=party.id, name=party.name, grants=(Grant(role, region),))


def admitted_organisation(session: Session, index: int = 1, **changes: Any) -> Party:
    """Return an organisation that has been approved."""
    party = organisations.register(session, organisation_data(index, **changes), actor=SYSTEM)
    registrations.submit(session, party.id, actor=SYSTEM)
    return registrations.approve(session, party.id, revision=1, actor=SYSTEM)


def admitted_volunteer(session: Session, index: int = 1, **changes: Any) -> Party:
    """Return a volunteer who has been approved."""
    party = persons.register_volunteer(session, volunteer_data(index, **changes), actor=SYSTEM)
    registrations.submit(session, party.id, actor=SYSTEM)
    return registrations.approve(session, party.id, revision=1, actor=SYSTEM)


def sign_in_as(
    client: Any,
    name: str,
    role: Role,
    *,
    region: str | None = None,
    index: int = 7000,
    party: Party | None = None,
    organisation_id: UUID | None = None,
) -> Actor:
    """Make a user with one role and sign the test client in; returns the actor behind it."""
    from_form = users.normal_name(name)
    with transaction() as session:
        places(session)
        person = party or persons.register_contact(session, person_data(index, name="测试用户"), actor=SYSTEM)
        from_hash = NewUser(name=from_form, password_hash=_hash())
        user = users.create(session, person.id, from_hash, actor=SYSTEM)
        grants.write(session, user, role, by=SYSTEM, region_code=region, organisation_id=organisation_id)
        actor = Actor(user.id, person.id, person.name, (Grant(role, region),))
    answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return actor


def _hash() -> str:
    return passwords.hashed(PASSWORD)
