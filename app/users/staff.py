"""Members of staff as users: the person, the user, and a first password, entered by the system administrator."""

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.identity import DocumentKind, check_phone
from app.parties import persons
from app.parties.persons import PersonData
from app.permissions import Actor, Permission, ensure_may
from app.users import users
from app.users.models import User
from app.users.users import NewUser


def enter(
    session: Session, *, name: str, identity_number: str, region_code: str, new: NewUser, actor: Actor
) -> User:
    """Enter a member of staff; roles are given by the security administrator afterwards.

    The verbs called trace their own parts. The identity number serves the test for relatives only.
    """
    ensure_may(actor, Permission.MANAGE_USERS)
    phone = check_phone(new.phone or "", mobile_only=True)
    if phone.error is not None:
        raise InvalidInput(phone.error.sentence, field="phone")
    person = persons.register_contact(
        session,
        PersonData(
            name=name,
            region_code=region_code,
            document_kind=DocumentKind.RESIDENT_ID,
            identity_number=identity_number,
            phone=phone.code,
        ),
        actor=actor,
    )
    return users.create(
        session,
        person.id,
        NewUser(new.name, new.password_hash, phone.code, must_change_password=True),
        actor=actor,
    )
