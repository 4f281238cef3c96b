"""Clerks and managers: users who act for an organisation."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.identity import check_phone
from app.parties import affiliations, persons, queries
from app.parties.kinds import AffiliationKind
from app.parties.persons import PersonData
from app.permissions import Actor, Permission, Role, ensure_may
from app.users import grants, users
from app.users.models import User, UserGrant
from app.users.users import NewUser


def invite(
    session: Session, organisation_id: uuid.UUID, *, name: str, new: NewUser, role: Role, actor: Actor
) -> User:
    """Make a user for somebody of the organisation: the person, the affiliation, the user and the role.

    Each of the verbs called traces its own part.
    """
    ensure_may(actor, Permission.MANAGE_ORGANISATION_USERS, organisation_id=organisation_id)
    if role not in grants.OF_ORGANISATION:
        raise InvalidInput(_("请选择经办人或管理员。"), field="role")
    phone = check_phone(new.phone or "", mobile_only=True)
    if phone.error is not None:
        raise InvalidInput(phone.error.sentence, field="phone")
    region_code = queries.get(session, organisation_id).region_code
    person = persons.register_contact(
        session, PersonData(name=name, region_code=region_code, phone=phone.code), actor=actor
    )
    affiliations.affiliate(session, person.id, organisation_id, AffiliationKind.EMPLOYEE, actor=actor)
    user = users.create(
        session,
        person.id,
        NewUser(new.name, new.password_hash, phone.code, must_change_password=True),
        actor=actor,
    )
    grants.grant_role(session, user.id, role, organisation_id=organisation_id, actor=actor)
    return user


def dismiss(session: Session, affiliation_id: uuid.UUID, *, actor: Actor) -> None:
    """End somebody's belonging to the organisation with today, and with it the roles for it.

    Nobody ends their own while they hold such a role. Each of the verbs called traces its own part.
    """
    affiliation = affiliations.end_affiliation(session, affiliation_id, actor=actor)
    if affiliations.belongs(session, affiliation.person_id, affiliation.organisation_id):
        return  # in another way, such as a clerk who was a member too
    held = session.scalars(
        select(UserGrant.id)
        .join(User, User.id == UserGrant.user_id)
        .where(User.person_id == affiliation.person_id, UserGrant.ended_at.is_(None))
        .where(UserGrant.organisation_id == affiliation.organisation_id)
        .order_by(UserGrant.id)
    )
    for grant_id in held.all():
        grants.end_grant(session, grant_id, actor=actor)
