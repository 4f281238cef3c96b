"""What becomes of referrals when a consent is withdrawn, or when the household changes. In the change's transaction.

The office that sent a referral follows it even when the household moves. It goes with the person who founds a household
of their own. Death and the end of the file stop what nobody has done yet; what is done is still confirmed and closed.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.parties.household_kinds import HouseholdEventKind
from app.permissions import SYSTEM
from projects.referrals import referrals, sides, steps
from projects.referrals.kinds import ReferralKind, StopCause
from projects.referrals.models import Referral
from projects.referrals.rules import OPEN, STOPPABLE

K = HouseholdEventKind


def hear_naming(session: Session, *, party_ids: Sequence[uuid.UUID], **_more: Any) -> None:
    """Stop the referrals of persons who no longer agree to them."""
    session.flush()
    for start in range(0, len(party_ids), 500):
        stop_without_consent(session, Referral.person_id.in_(party_ids[start : start + 500]))


def stop_without_consent(session: Session, *which: ColumnElement[bool]) -> int:
    """Stop those of some referrals whose consent was withdrawn or ran out; return how many."""
    wanted = select(Referral.id).where(
        Referral.kind == ReferralKind.REFERRAL, Referral.state.in_(STOPPABLE), *which
    )
    stopped = 0
    for key in session.scalars(wanted.order_by(Referral.id)).all():
        referral = steps.hold(session, key)
        if referral.state in STOPPABLE and not sides.has_consent(session, referral):
            referrals.stop(session, referral, StopCause.CONSENT, actor=SYSTEM)
            stopped += 1
    return stopped


def hear_household(
    session: Session,
    *,
    household_id: uuid.UUID,
    kind: HouseholdEventKind,
    members: Sequence[uuid.UUID],
    other_id: uuid.UUID | None = None,
    **_more: Any,
) -> None:
    """Let open referrals follow what happened to their household."""
    if kind not in (K.SPLIT, K.DEATH, K.CLOSED):
        return
    session.flush()
    wanted = select(Referral.id).where(Referral.household_id == household_id, Referral.state.in_(OPEN))
    if kind is not K.CLOSED:
        wanted = wanted.where(Referral.person_id.in_(members))
    for key in session.scalars(wanted.order_by(Referral.id)).all():
        referral = steps.hold(session, key)
        if kind is K.SPLIT and other_id is not None:
            _follow(session, referral, other_id)
        elif kind is not K.SPLIT and referral.state in STOPPABLE:
            cause = StopCause.DEATH if kind is K.DEATH else StopCause.CLOSED
            referrals.stop(session, referral, cause, actor=SYSTEM)


def _follow(session: Session, referral: Referral, household_id: uuid.UUID) -> None:
    before, referral.household_id = referral.household_id, household_id
    steps.trace(session, "referral.split", referral, actor=SYSTEM, before={"household": before})
