"""Clerks and managers: users who act for an organisation."""

import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.identity import check_phone
from app.parties import affiliations, persons, queries
from app.parties.kinds import AffiliationKind
from app.parties.persons import PersonData
from app.permissions import Actor, Permission, Role, ensure_may
from app.users import grants, users
from app.users.models import User
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
