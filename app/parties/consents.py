"""Consents of a party, one per purpose; a withdrawal acts at once, wherever `queries.has_consent` is asked."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict
from app.parties.guards import ensure_may_handle
from app.parties.kinds import ConsentPurpose
from app.parties.models import Consent, Party
from app.parties.signals import tell_naming
from app.permissions import Actor


def give(session: Session, party_id: uuid.UUID, purpose: ConsentPurpose, *, actor: Actor) -> Consent:
    """Record that a party agrees to a purpose from now on; an open consent is returned as it is.

    The party's own user gives it, or staff who enter a form signed on paper.
    """
    party = lock(session, Party, party_id)
    ensure_may_handle(actor, party)
    found = _open(session, party_id, purpose)
    if found is not None and _in_force(found):
        return found
    if found is not None:
        found.withdrawn_at = clock.now()  # it ran out: closed, so that the new one is the only open one
        session.flush()
    consent = Consent(party_id=party_id, purpose=purpose, given_at=clock.now())
    session.add(consent)
    session.flush()
    events.record(
        session, "consent.give", "party", party_id, actor=actor, party_id=party_id,
        after={"purpose": purpose.value},
    )  # fmt: skip
    tell_naming(session, [party_id])
    return consent


def withdraw(session: Session, party_id: uuid.UUID, purpose: ConsentPurpose, *, actor: Actor) -> Consent:
    """Record that a party no longer agrees. Raises Conflict when it did not agree."""
    party = lock(session, Party, party_id)
    ensure_may_handle(actor, party)
    consent = _open(session, party_id, purpose)
    if consent is None or not _in_force(consent):
        raise Conflict(_("现在没有这项同意，无须撤回。"))
    consent.withdrawn_at = clock.now()
    events.record(
        session, "consent.withdraw", "party", party_id, actor=actor, party_id=party_id,
        before={"purpose": purpose.value},
    )  # fmt: skip
    tell_naming(session, [party_id])
    return consent


def _in_force(consent: Consent) -> bool:
    """Whether an open consent counts today, as `queries.open_consents` reads it."""
    return consent.expires_on is None or consent.expires_on >= clock.today()


def _open(session: Session, party_id: uuid.UUID, purpose: ConsentPurpose) -> Consent | None:
    return session.scalars(
        select(Consent).where(
            Consent.party_id == party_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        )
    ).first()
