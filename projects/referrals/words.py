"""What the parties to a referral are told. Nobody's name stands in a message, nor what is needed."""

import uuid

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.messages import inbox
from app.messages.inbox import Wording
from app.parties import household_queries
from projects.assistance import aid_kinds
from projects.referrals.kinds import ReferralKind
from projects.referrals.models import Referral

RECEIVED = Wording(
    "referral.received",
    1,
    _l("收到一件%(kind)s：%(aid)s"),
    _l("有一件%(kind)s（%(aid)s，编号 %(code)s）转给您，请及时接收；办不了的请写明理由退回。"),
)
DENIED = Wording(
    "referral.denied",
    1,
    _l("%(kind)s %(code)s 没有得到确认"),
    _l("%(kind)s（%(aid)s，编号 %(code)s）的办理结果没有得到救助对象或主责人的确认，请看理由并继续办理。"),
)
RETURNED = Wording(
    "referral.returned",
    1,
    _l("%(kind)s %(code)s 被退回"),
    _l("%(kind)s（%(aid)s，编号 %(code)s）被退回，请看理由，另转他处或者停止。"),
)
CONFIRMED = Wording(
    "referral.confirmed",
    1,
    _l("%(kind)s %(code)s 已经确认"),
    _l("%(kind)s（%(aid)s，编号 %(code)s）的结果已经确认，请归档。"),
)
TO_CONFIRM = Wording(
    "referral.to_confirm",
    1,
    _l("请确认帮助是否到位：%(aid)s"),
    _l("%(kind)s（%(aid)s，编号 %(code)s）已有结果，请确认是否属实；不属实的请写明情况。"),
)
STOPPED = Wording(
    "referral.stopped",
    1,
    _l("%(kind)s %(code)s 已停止"),
    _l("%(kind)s（%(aid)s，编号 %(code)s）已停止，请不要再办理，也不要再使用当事人的信息。"),
)


def tell_receiver(
    session: Session, referral: Referral, *, step_id: uuid.UUID, wording: Wording = RECEIVED
) -> None:
    """Put a message into the inbox of the organisation or the liaison."""
    if referral.organisation_id is not None:
        _send(session, referral, referral.organisation_id, wording, step_id, "/my/referrals")
    elif referral.liaison_id is not None:
        _send(session, referral, referral.liaison_id, wording, step_id, "/staff/referrals")


def tell_stopped(session: Session, referral: Referral, *, step_id: uuid.UUID) -> None:
    """Tell the receiver and the office that nobody goes on."""
    tell_receiver(session, referral, step_id=step_id, wording=STOPPED)
    tell_office(session, referral, STOPPED, step_id=step_id)


def tell_office(session: Session, referral: Referral, wording: Wording, *, step_id: uuid.UUID) -> None:
    """Put a message into the inbox of who sent it."""
    if referral.sent_by_id is not None:
        _send(session, referral, referral.sent_by_id, wording, step_id, "/staff/referrals")


def tell_to_confirm(session: Session, referral: Referral, *, step_id: uuid.UUID) -> None:
    """Ask the person concerned, and the lead worker, whether the help has come."""
    _send(session, referral, referral.person_id, TO_CONFIRM, step_id, "/my/referrals")
    lead = household_queries.lead_worker(session, referral.household_id)
    if lead is not None:
        _send(session, referral, lead.id, TO_CONFIRM, step_id, "/staff/referrals")


def _send(
    session: Session, referral: Referral, party_id: uuid.UUID, wording: Wording, step_id: uuid.UUID, door: str
) -> None:
    aid = aid_kinds.names_of(session, [referral.aid_kind_id]).get(referral.aid_kind_id, "")
    kind = ReferralKind(referral.kind).label
    values = {"kind": kind, "aid": aid, "code": referral.code}
    key, link = f"{wording.name}:{step_id.hex}", f"{door}/{referral.code}"
    inbox.send(session, party_id, wording, values, key=key, link=link)
