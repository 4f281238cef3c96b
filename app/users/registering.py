"""Registering oneself at the public door: the party, the user who acts for it, and the form handed in.

Registering tells whether an identity number is known. So it is asked with the last step only, what was refused
leaves a trace, and an address that is refused often has to wait.
"""

import uuid
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit import events
from app.errors import Conflict
from app.parties import consents, organisations, persons, registrations
from app.parties.kinds import ConsentPurpose
from app.parties.models import Party
from app.parties.organisations import OrganisationData
from app.parties.persons import PersonData, VolunteerData
from app.permissions import Actor, Grant, Role
from app.users import grants, users
from app.users.models import SignInAttempt, User
from app.users.users import NewUser

REFUSED_PER_ADDRESS = 5  # a service hall registers many people, and few of them twice
WAIT = timedelta(minutes=30)


def register_volunteer(
    session: Session,
    data: VolunteerData,
    new: NewUser,
    *,
    agreed: frozenset[ConsentPurpose],
    actor: Actor,
) -> tuple[Party, User]:
    """Register a visitor as a volunteer: person, user, consents, and the registration submitted.

    Raises IdentityTaken, which the caller hands to `trace_taken` when this transaction is over, and Conflict
    while the visitor's address has to wait.
    """
    _ensure_may_ask(session, actor.address)
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


def trace_taken(session: Session, party_id: uuid.UUID, *, actor: Actor) -> None:
    """Note that a visitor tried to register with the identity number of a party, for the brake and the auditor."""
    session.add(
        SignInAttempt(name_hash=_counted(), address=actor.address, succeeded=False, happened_at=clock.now())
    )
    session.flush()
    events.record(session, "registration.refuse_taken", "party", party_id, actor=actor, party_id=party_id)


def _ensure_may_ask(session: Session, address: str | None) -> None:
    refused = select(func.count()).where(
        SignInAttempt.name_hash == _counted(),
        SignInAttempt.address == address,
        SignInAttempt.happened_at > clock.now() - WAIT,
    )
    if address is not None and (session.scalar(refused) or 0) >= REFUSED_PER_ADDRESS:
        raise Conflict(_("这里不能登记的次数太多，请 30 分钟后再试，或带证件到所在地民政部门办理。"))


def _counted() -> bytes:
    """Return under which name refused registrations stand among the tries of an address."""
    return keys.lookup_hash("registration", "identity_taken")


def _as_user(user: User, actor: Actor, grant: Grant) -> Actor:
    """Return the actor that the visitor has just become."""
    return Actor(
        user_id=user.id, person_id=user.person_id, name=user.name, grants=(grant,), address=actor.address
    )
