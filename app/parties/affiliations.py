"""Who belongs to which organisation, from when to when."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, NotAllowed
from app.parties.kinds import AffiliationKind
from app.parties.models import Affiliation, Organisation, Party, Person
from app.permissions import Actor, Permission, ensure_may


def affiliate(
    session: Session, person_id: uuid.UUID, organisation_id: uuid.UUID, kind: AffiliationKind, *, actor: Actor
) -> Affiliation:
    """Record that a person belongs to an organisation from today; the same open affiliation is returned as it is."""
    party = session.get_one(Party, lock(session, Organisation, organisation_id).party_id)
    lock(session, Person, person_id)
    _ensure_may(actor, party)
    found = _open(session, person_id, organisation_id, kind)
    if found is not None:
        return found
    made = write(session, person_id, organisation_id, kind)
    events.record(
        session, "affiliation.begin", "party", organisation_id, actor=actor, party_id=person_id,
        after={"person": person_id, "kind": kind.value},
    )  # fmt: skip
    return made


def end_affiliation(session: Session, affiliation_id: uuid.UUID, *, actor: Actor) -> Affiliation:
    """End an affiliation with today."""
    affiliation = lock(session, Affiliation, affiliation_id)
    _ensure_may(actor, session.get_one(Party, affiliation.organisation_id))
    if affiliation.valid_to is not None:
        raise Conflict(_("这条所属关系已经结束。"))
    affiliation.valid_to = clock.today()
    events.record(
        session, "affiliation.end", "party", affiliation.organisation_id, actor=actor, party_id=affiliation.person_id,
        after={"person": affiliation.person_id, "kind": affiliation.kind.value},
    )  # fmt: skip
    return affiliation


def belongs(session: Session, person_id: uuid.UUID, organisation_id: uuid.UUID) -> bool:
    """Return whether a person belongs to an organisation at present, in whichever way."""
    found = select(Affiliation.id).where(
        Affiliation.person_id == person_id,
        Affiliation.organisation_id == organisation_id,
        Affiliation.valid_to.is_(None),
    )
    return session.scalars(found.limit(1)).first() is not None


def write(
    session: Session, person_id: uuid.UUID, organisation_id: uuid.UUID, kind: AffiliationKind
) -> Affiliation:
    """Write the row alone, for verbs that trace it as a part of their own."""
    made = Affiliation(
        person_id=person_id, organisation_id=organisation_id, kind=kind, valid_from=clock.today()
    )
    session.add(made)
    session.flush()
    return made


def _open(
    session: Session, person_id: uuid.UUID, organisation_id: uuid.UUID, kind: AffiliationKind
) -> Affiliation | None:
    return session.scalars(
        select(Affiliation).where(
            Affiliation.person_id == person_id,
            Affiliation.organisation_id == organisation_id,
            Affiliation.kind == kind,
            Affiliation.valid_to.is_(None),
        )
    ).first()


def _ensure_may(actor: Actor, organisation: Party) -> None:
    if actor.may(Permission.MANAGE_ORGANISATION_USERS) and organisation.id in actor.organisations(
        Permission.MANAGE_ORGANISATION_USERS
    ):
        return
    if actor.may(Permission.ENTER_PARTIES) or actor.is_system:
        ensure_may(actor, Permission.ENTER_PARTIES, region_code=organisation.region_code)
        return
    raise NotAllowed(_("只有本单位管理员或民政部门可以登记所属人员。"))
