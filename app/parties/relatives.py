"""Near relatives whom staff and those who judge must declare; only a keyed hash of the number is kept."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import NotAllowed
from app.identity import DocumentKind
from app.parties import duplicates, rules
from app.parties.kinds import RelativeKind
from app.parties.models import DeclaredRelative, Person
from app.permissions import Actor, Permission


def declare(
    session: Session,
    person_id: uuid.UUID,
    relation: RelativeKind,
    identity_number: str,
    *,
    actor: Actor,
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID,
) -> DeclaredRelative:
    """Declare a near relative of a person by identity number; declaring the same one again changes nothing.

    One declares one's own relatives; those who manage users may enter them for staff.
    """
    if actor.person_id != person_id and not actor.may(Permission.MANAGE_USERS):
        raise NotAllowed(_("只能申报自己的亲属。"))
    lock(session, Person, person_id)
    check = rules.accepted_document(document_kind, identity_number, today=clock.today())
    hashed = duplicates.identity_hash(check.code)
    found = session.scalars(
        select(DeclaredRelative).where(
            DeclaredRelative.person_id == person_id, DeclaredRelative.identity_hash == hashed
        )
    ).first()
    if found is not None:
        return found
    declared = DeclaredRelative(
        person_id=person_id, relation=relation, identity_hash=hashed, declared_at=clock.now()
    )
    session.add(declared)
    session.flush()
    events.record(
        session, "relative.declare", "party", person_id, actor=actor, party_id=person_id,
        after={"relation": relation.value},
    )  # fmt: skip
    return declared
