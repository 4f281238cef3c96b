"""The acts by which somebody comes to sign in: administrators, staff, clerks, persons with a user of their own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.parties import affiliations, persons
from app.parties.kinds import AffiliationKind
from app.parties.persons import PersonData
from app.permissions import SYSTEM, Actor, Role
from app.users import grants, users
from app.users.users import NewUser
from portal.demo.cast import UserPlan
from portal.demo.people import Human
from portal.demo.places import CITY
from portal.demo.stage import Stage


@dataclass(frozen=True)
class Administrators:
    """The operator makes the first two users; from then on they make the others."""

    at: datetime

    def perform(self, stage: Stage, session: Session) -> None:
        """Enter the system and the security administrator."""
        for one in stage.plan.cast.users:
            if one.role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
                _appoint(stage, session, one, by=SYSTEM, granting=SYSTEM)


@dataclass(frozen=True)
class Appoint:
    """The system administrator enters a member of staff, the security administrator gives the role."""

    at: datetime
    user: UserPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Enter the person, the user and the grant."""
        _appoint(
            stage,
            session,
            self.user,
            by=stage.user(session, "sysadmin"),
            granting=stage.user(session, "secadmin"),
        )


@dataclass(frozen=True)
class Join:
    """A clerk joins an organisation: by its manager, or, where it has none, by the administrators."""

    at: datetime
    user: UserPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Enter the person, the affiliation, the user and the grant."""
        assert self.user.organisation is not None
        body = stage.plan.cast.by_slug[self.user.organisation]
        party_id = stage.party(session, body.slug)
        if Role.ORGANISATION_MANAGER in body.users:
            by = granting = affiliating = stage.clerk(session, body.slug, manager=True)
        else:
            by, granting = stage.user(session, "sysadmin"), stage.user(session, "secadmin")
            affiliating = stage.staff(session, "handler", body.region_code)
        person = persons.register_contact(session, person_data(self.user.human, body.region_code), actor=by)
        affiliations.affiliate(session, person.id, party_id, AffiliationKind.EMPLOYEE, actor=affiliating)
        user = users.create(session, person.id, NewUser(self.user.name, stage.password_hash), actor=by)
        grants.grant_role(session, user.id, self.user.role, organisation_id=party_id, actor=granting)


@dataclass(frozen=True)
class OwnUser:
    """An admitted person gets a sign-in of their own."""

    at: datetime
    user: UserPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Make the user and give the role."""
        assert self.user.person is not None
        person_id = stage.party(session, self.user.person)
        new = NewUser(self.user.name, stage.password_hash, phone=self.user.human.phone)
        user = users.create(session, person_id, new, actor=stage.user(session, "sysadmin"))
        grants.grant_role(session, user.id, self.user.role, actor=stage.user(session, "secadmin"))


def person_data(human: Human, region_code: str) -> PersonData:
    """Return the form of a person as it is filled in."""
    return PersonData(human.name, region_code, identity_number=human.identity_number, phone=human.phone)


def _appoint(stage: Stage, session: Session, one: UserPlan, *, by: Actor, granting: Actor) -> None:
    region_code = one.region_code or CITY
    person = persons.register_contact(session, person_data(one.human, region_code), actor=by)
    user = users.create(session, person.id, NewUser(one.name, stage.password_hash), actor=by)
    grants.grant_role(session, user.id, one.role, region_code=region_code, actor=granting)
