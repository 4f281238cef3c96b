"""The clocks of a referral: one for each who holds it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.deadlines import deadlines
from app.deadlines import queries as deadline_queries
from app.deadlines.clocks import Clock
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from app.permissions import Actor
from projects.assistance import aid_kinds
from projects.referrals.kinds import ReferralKind, ReferralState
from projects.referrals.models import Referral

SUBJECT = "referral"
L = HolderLevel
ACCEPT = DeadlineKind("referral.accept", _l("转介转办接收"), "referral.accept", L.ORGANISATION)
DONE = DeadlineKind("referral.done", _l("转介转办办结"), "referral.done", L.ORGANISATION)
CONFIRM = DeadlineKind("referral.confirm", _l("转介结果确认"), "referral.confirm", L.VILLAGE)
AGAIN = DeadlineKind("referral.again", _l("退回后另行转介"), "referral.again", L.TOWN)
CLOSE = DeadlineKind("referral.close", _l("转介归档"), "referral.close", L.TOWN)
KINDS = (ACCEPT, DONE, CONFIRM, AGAIN, CLOSE)
_OF_STATE = {
    ReferralState.SENT: ACCEPT,
    ReferralState.ACCEPTED: DONE,
    ReferralState.RETURNED: AGAIN,
    ReferralState.DONE: CONFIRM,
    ReferralState.CONFIRMED: CLOSE,
}


def start(session: Session, referral: Referral, *, actor: Actor) -> None:
    """Start the clock of who holds a referral now; none when it is over."""
    kind = _OF_STATE.get(referral.state)
    if kind is None:
        return
    with_department = referral.kind is ReferralKind.HAND_OVER and kind in (ACCEPT, DONE)
    deadlines.start(
        session,
        kind,
        subject_kind=SUBJECT,
        subject_id=referral.id,
        region_code=referral.region_code,
        on=clock.today(),
        actor=actor,
        holder_level=L.COUNTY if with_department else None,
    )


def meet(session: Session, referral: Referral, *, actor: Actor) -> date | None:
    """Stop the clock of who holds a referral; return the day by which the step was due, None when no clock ran."""
    kind = _OF_STATE.get(referral.state)
    if kind is None:
        return None
    found = deadlines.meet(session, SUBJECT, referral.id, kind, on=clock.today(), actor=actor)
    return found.due_on if found else None


def cancel(session: Session, referral: Referral, *, actor: Actor) -> None:
    """Stop every clock of a referral that is not gone on with."""
    deadlines.cancel_all(session, SUBJECT, referral.id, actor=actor)


def running(session: Session, referral_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Clock]:
    """Return the clock of each referral that has one running."""
    found = deadline_queries.of(session, SUBJECT, referral_ids)
    return {key: clocks[0] for key, clocks in found.items() if clocks}


def shown(session: Session, referral_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls referrals, and where staff read them."""
    wanted = select(Referral.id, Referral.code, Referral.kind, Referral.aid_kind_id)
    rows = session.execute(wanted.where(Referral.id.in_(referral_ids))).all()
    kinds = aid_kinds.names_of(session, {row.aid_kind_id for row in rows})
    return {
        row.id: Shown(
            _("%(kind)s · %(aid)s", kind=row.kind.label, aid=kinds.get(row.aid_kind_id, "")),
            f"/staff/referrals/{row.code}",
        )
        for row in rows
    }
