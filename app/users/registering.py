"""Registering oneself at the public door: the party, the user who acts for it, and the form handed in."""

from sqlalchemy.orm import Session

from app.parties import consents, organisations, persons, registrations
from app.parties.kinds import ConsentPurpose
from app.parties.models import Party
from app.parties.organisations import OrganisationData
from app.parties.persons import PersonData, VolunteerData
from app.permissions import Actor, Grant, Role
from app.users import grants, users
from app.users.models import User
from app.users.users import NewUser


def register_volunteer(
    session: Session,
    data: VolunteerData,
    new: NewUser,
    *,
    agreed: frozenset[ConsentPurpose],
    actor: Actor,
) -> tuple[Party, User]:
    """Register a visitor as a volunteer: person, user, consents, and the registration submitted."""
    party = persons.register_volunteer(session, data, actor=actor)
    user = users.create(session, party.id, new, actor=actor)
    grants.write(session, user, Role.VOLUNTEER, by=actor)
    self_actor = _as_user(user, actor, Grant(Role.REGISTRANT))
    for purpose in sorted(agreed):
        consents.give(session, party.id, purpose, actor=self_actor)
    registrations.submit(session, party.id, actor=self_actor)
    return party, user


def register_organisation(
    session: Session,
    data: OrganisationData,
    manager: PersonData,
    new: NewUser,
    *,
    actor: Actor,
) -> tuple[Party, User]:
    """Register an organisation for a visitor, who becomes its manager, and hand the registration in."""
    person = persons.register_contact(session, manager, actor=actor)
    user = users.create(session, person.id, new, actor=actor)
    party = organisations.register(session, data, actor=actor, manager_id=person.id)
    grants.write(session, user, Role.ORGANISATION_MANAGER, by=actor, organisation_id=party.id)
    self_actor = _as_user(user, actor, Grant(Role.REGISTRANT, organisation_id=party.id))
    registrations.submit(session, party.id, actor=self_actor)
    return party, user


def _as_user(user: User, actor: Actor, grant: Grant) -> Actor:
    """Return the actor that the visitor has just become."""
    return Actor(
        user_id=user.id, person_id=user.person_id, name=user.name, grants=(grant,), address=actor.address
    )
