"""Disputed contributions: their points are set aside until somebody decides.

Releasing gives them back; upholding the dispute is the reversal of the contribution, which releases first, in the
same transaction, and must be done by somebody else.
"""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound
from app.messages import inbox
from app.messages.inbox import Wording
from app.parties.models import Party
from app.permissions import Actor, Permission, ensure_may
from points.ledger import accounts, awarded, expiry, holds
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldPurpose, Purse
from points.rulesets.words import points_words

LONGEST_REASON = 500
DISPUTED = Wording(
    "points.disputed",
    1,
    _l("一项贡献的积分有争议，先行冻结"),
    _l("您有 %(points)s 分荣誉积分因有争议被冻结，原因：%(reason)s。核实以后退回或冲正，结果另行通知。"),
)
RELEASED = Wording(
    "points.released",
    1,
    _l("有争议的积分已经解除冻结"),
    _l("此前冻结的 %(points)s 分荣誉积分已经退回，说明：%(reason)s。"),
)


def dispute(session: Session, *, source_kind: str, source_id: UUID, reason: str, actor: Actor) -> list[Hold]:
    """Set aside what a contribution has earned, of both purses, and return the holds.

    Of redeemable points as many as are still there: what was spent or has ended cannot be held. Raises NotFound
    when it has earned nothing that stands, Conflict when it is disputed already.
    """
    reason = _ensure_reason(reason)
    awards = awarded.lock(session, source_kind, source_id)
    standing = awarded.standing(session, source_kind, source_id)
    transfers = awarded.transfers(session, standing)
    honour = awarded.net(transfers, Purse.HONOUR)
    if not awards or honour <= 0:
        raise NotFound(_("这件事现在没有记着积分，没有可以冻结的。"))
    programme_id, party_id = awards[0].programme_id, UUID(awarded.told(awards[0])["party"])
    _ensure_may(session, party_id, actor)
    held = accounts.of(session, programme_id, party_id)
    expiry.locked_balances(session, held)
    there = expiry.available(session, held[AccountKind.REDEEMABLE].id)
    sums = {
        Purse.HONOUR: honour,
        Purse.REDEEMABLE: min(awarded.net(transfers, Purse.REDEEMABLE), there),
    }
    made = [
        holds.reserve(
            session,
            programme_id=programme_id,
            party_id=party_id,
            purse=purse,
            points=points,
            source_kind=source_kind,
            source_id=source_id,
            purpose=HoldPurpose.DISPUTE,
            reason=reason,
            about=transfers[0],
            actor=actor,
        )
        for purse, points in sums.items()
        if points > 0
    ]
    _tell(session, made, DISPUTED, reason)
    return made


def release(session: Session, *, source_kind: str, source_id: UUID, reason: str, actor: Actor) -> list[Hold]:
    """Give disputed points back: the contribution stands. Raises Conflict when nothing of it is disputed now."""
    reason = _ensure_reason(reason)
    awarded.lock(session, source_kind, source_id)
    found = [
        hold
        for hold in holds.active_of_source(session, source_kind, source_id)
        if hold.purpose is HoldPurpose.DISPUTE
    ]
    if not found:
        raise Conflict(_("这件事的积分现在没有因争议冻结。"))
    _ensure_may(session, found[0].party_id, actor)
    ended = [holds.release(session, hold, actor=actor, reason=reason) for hold in found]
    _tell(session, ended, RELEASED, reason)
    return ended


def _ensure_may(session: Session, party_id: UUID, actor: Actor) -> None:
    party = session.get_one(Party, party_id)
    ensure_may(actor, Permission.HOLD_POINTS, region_code=party.region_code)


def _ensure_reason(reason: str) -> str:
    reason = (reason or "").strip()
    if not reason:
        raise InvalidInput(_("请说明理由。"), field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(_("理由最多 %(most)d 个字。", most=LONGEST_REASON), field="reason")
    return reason


def _tell(session: Session, found: Sequence[Hold], wording: Wording, reason: str) -> None:
    honour = holds.held_sums(found).get(Purse.HONOUR, 0)
    one = found[0]
    inbox.send(
        session,
        one.party_id,
        wording,
        {"points": points_words(honour), "reason": reason},
        key=f"{wording.name}:{one.id}",
        link="/my/points",
    )
