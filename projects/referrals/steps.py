"""The history of a referral: moves, their rows, their words; and the guards that every verb of referrals asks."""

import uuid
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.errors import Conflict
from app.ids import new_id
from app.permissions import Actor
from app.states import ensure_move
from projects.referrals import clocks
from projects.referrals.kinds import ReferralState, StopCause
from projects.referrals.models import Referral, ReferralNote, ReferralStep
from projects.referrals.rules import MOVES, OPEN

THING = clocks.SUBJECT


def hold(session: Session, referral_id: uuid.UUID) -> Referral:
    """Return a referral under a lock, read afresh. Raises NotFound."""
    return db.lock(session, Referral, referral_id)


def held(session: Session, referral_id: uuid.UUID, revision: int, *wanted: ReferralState) -> Referral:
    """Return a referral under a lock while it stands where the step may be taken and as the page showed it."""
    referral = hold(session, referral_id)
    if referral.state not in wanted:
        raise Conflict(
            _(
                "这件事现在是“%(state)s”，可能已经有人办理过了。请看最新的经过，不必再办。",
                state=referral.state.label,
            )
        )
    if referral.revision != revision:
        raise Conflict(_("您打开这一页以后，这件事有了变化。请重新打开，看过最新的经过再办理。"))
    return referral


def begin(session: Session, referral: Referral, *, actor: Actor, note: str = "") -> uuid.UUID:
    """Write the first step of a referral that has just been sent, and start its clock."""
    clocks.start(session, referral, actor=actor)
    return _write(session, referral, None, actor=actor, note=note)


def move(
    session: Session,
    referral: Referral,
    new: ReferralState,
    *,
    actor: Actor,
    note: str = "",
    cause: StopCause | None = None,
) -> uuid.UUID:
    """Bring a locked referral into a state: the clock of who held it stops, that of who holds it now begins.

    ``cause``: why it is stopped; a clock then ends without its step having been taken.
    """
    ensure_move(MOVES, referral.state, new)
    due_on = None
    if cause is None:
        due_on = clocks.meet(session, referral, actor=actor)
    else:
        clocks.cancel(session, referral, actor=actor)
    old, referral.state, referral.state_since = referral.state, new, clock.now()
    referral.stop_cause = cause
    referral.revision += 1
    if new in OPEN:
        clocks.start(session, referral, actor=actor)
    return _write(session, referral, old, actor=actor, note=note, due_on=due_on)


def trace(session: Session, verb: str, referral: Referral, *, actor: Actor, **detail: Any) -> None:
    """Write a verb into the audit log."""
    session.flush()
    events.record(session, verb, THING, referral.id, actor=actor, party_id=referral.household_id, **detail)


def _write(
    session: Session,
    referral: Referral,
    old: ReferralState | None,
    *,
    actor: Actor,
    note: str = "",
    due_on: date | None = None,
) -> uuid.UUID:
    step = ReferralStep(
        id=new_id(),
        referral_id=referral.id,
        from_state=old,
        to_state=referral.state,
        leg=referral.leg,
        organisation_id=referral.organisation_id,
        liaison_id=referral.liaison_id,
        happened_at=referral.state_since,
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
        due_on=due_on,
    )
    session.add(step)
    session.flush()
    session.add(ReferralNote(step_id=step.id, actor_name=actor.name[:60], note=note.strip() or None))
    session.flush()
    return step.id
