"""Points set aside: reserve, then post, release or time out, each once.

A hold is a row with a state; its points move between the purse and the party's held account by postings whose
source is the hold, so that each move happens once whoever asks and however often. Lock order: the hold's row,
all balances of the party in key order, the posting.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, keys
from app.db import lock, reading, transaction
from app.errors import Conflict, InvalidInput
from app.ids import new_id
from app.permissions import SYSTEM, Actor
from app.rows import insert_if_absent
from app.states import Moves, ensure_move
from points.ledger import accounts, expiry, postings, queries, words
from points.ledger.accounts import AccountRef
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldPurpose, HoldState, Purse, Reason
from points.ledger.postings import PostingRequest, TransferRequest
from points.ledger.queries import TransferView
from points.rulesets.words import points_words

S = HoldState
MOVES: Moves[HoldState] = {S.ACTIVE: frozenset({S.POSTED, S.RELEASED, S.TIMED_OUT})}
SOURCE = "hold"
"""The source kind of a hold's postings; their source is the hold."""
VERBS = {S.POSTED: "hold.post", S.RELEASED: "hold.release", S.TIMED_OUT: "hold.time_out"}
_BATCH = 200
_SET_ASIDE = (
    "id", "programme_id", "party_id", "purse", "points", "source_kind", "source_id", "purpose", "reason_hash", "until",
    "held_at", "held_by_id",
)  # fmt: skip
_ENDED = ("id", "points", "state", "ended_at", "ended_by_id")
_SAID = {Reason.HOLD: _SET_ASIDE, Reason.REDEEM: _ENDED, Reason.RELEASE: _ENDED}
"""Of each of a hold's postings the columns that it signs."""


def reserve(
    session: Session,
    *,
    programme_id: UUID,
    party_id: UUID,
    purse: Purse,
    points: int,
    source_kind: str,
    source_id: UUID,
    purpose: HoldPurpose,
    until: datetime | None = None,
    reason: str | None = None,
    about: TransferView | None = None,
    actor: Actor,
) -> Hold:
    """Set aside centipoints of a purse for a thing (an exchange, a disputed contribution) and return the hold.

    ``until``: then they go back by themselves. ``about``: the transfer that brought the points; its
    contribution kind, day, role and region go along. Points that have ended by now end first. Raises Conflict
    when the purse holds less than that (a purse in debt holds nothing), or when the thing holds points of
    this purse already.
    """
    if points <= 0:
        raise InvalidInput(_("冻结的积分必须大于零。"))
    held = accounts.of(session, programme_id, party_id)
    there = expiry.locked_balances(session, held)[held[purse.account].id]
    hold_id = new_id()
    if purse is Purse.REDEEMABLE:
        there -= expiry.expire_before_hold(session, programme_id, party_id, hold_id, actor=actor)
    _ensure_enough(purse, there, points)
    moment = clock.now()
    is_new = insert_if_absent(
        session,
        Hold,
        id=hold_id,
        programme_id=programme_id,
        party_id=party_id,
        purse=purse,
        points=points,
        source_kind=source_kind,
        source_id=source_id,
        purpose=purpose,
        reason=reason,
        reason_hash=None if reason is None else reason_hash(hold_id, reason),
        until=until,
        state=S.ACTIVE,
        held_at=moment,
        held_by_id=actor.person_id,
        ended_at=None,
        ended_by_id=None,
    )
    if not is_new:
        raise Conflict(_("这件事的积分已经冻结，不能再冻结一次。"))
    hold = session.get_one(Hold, hold_id)
    wording = words.HELD_AS_DISPUTED if purpose is HoldPurpose.DISPUTE else words.HELD_FOR_EXCHANGE
    source, target = held[purse.account], held[AccountKind.HELD]
    _move(session, hold, Reason.HOLD, source, target, wording, about, "hold.reserve", reason, actor=actor)
    return hold


def post(session: Session, hold: Hold, *, actor: Actor) -> Hold:
    """Redeem the points of a hold: held → redeemed. Raises Conflict when it has ended already."""
    return _end(session, hold.id, S.POSTED, Reason.REDEEM, words.REDEEMED, None, actor=actor)


def release(session: Session, hold: Hold, *, actor: Actor, reason: str | None = None) -> Hold:
    """Give the points of a hold back to the purse they came from. Raises Conflict when it has ended already.

    What would have ended meanwhile ends with the next nightly look.
    """
    return _end(session, hold.id, S.RELEASED, Reason.RELEASE, words.RELEASED, reason, actor=actor)


def time_out_due() -> int:
    """Give back the points of all holds whose time is over; return how many.

    Opens its own transactions, one per hold. Safe twice and at once. Raises Conflict, when all others are done,
    for a hold that its transfers do not bear out.
    """
    count = 0
    refused: dict[UUID, Conflict] = {}
    while True:
        with reading(fresh=True) as session:
            due = session.scalars(
                select(Hold.id)
                .where(Hold.state == S.ACTIVE, Hold.until <= clock.now(), Hold.id.not_in(refused))
                .order_by(Hold.until, Hold.id)
                .limit(_BATCH)
            ).all()
        if not due:
            break
        for key in due:
            try:
                count += _time_out(key)
            except Conflict as conflict:
                refused[key] = conflict
    if refused:
        raise next(iter(refused.values()))
    return count


def active_of_source(session: Session, source_kind: str, source_id: UUID) -> list[Hold]:
    """Return the active holds of a thing, by purse."""
    found = session.scalars(
        select(Hold)
        .where(Hold.source_id == source_id, Hold.source_kind == source_kind, Hold.state == S.ACTIVE)
        .order_by(Hold.purse)
    )
    return list(found)


def held_sums(holds: Iterable[Hold]) -> dict[Purse, int]:
    """Return how many centipoints holds keep of each purse."""
    sums: dict[Purse, int] = {}
    for hold in holds:
        sums[hold.purse] = sums.get(hold.purse, 0) + hold.points
    return sums


def inputs_of(reason: Reason, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return from what a hold's posting is made: the columns of its row that are known by then, which it so signs.

    ``row`` is the hold's by column. Of its reason in words the keyed hash is among them.
    """
    return (reason.value, *(row[name] for name in _SAID[reason]))


def reason_hash(hold_id: UUID, reason: str) -> bytes:
    """Return the keyed hash of a hold's reason in words: nobody can guess them from it, or find equal ones."""
    return keys.lookup_hash("hold", f"{hold_id} {reason}")


def _ensure_enough(purse: Purse, there: int, points: int) -> None:
    if there < 0:
        raise Conflict(
            _(
                "%(purse)s现欠 %(debt)s 分（已用的积分后来被冲正），补足以前不能冻结或兑换。",
                purse=purse.label,
                debt=points_words(-there),
            )
        )
    if there < points:
        raise Conflict(
            _(
                "%(purse)s不足：现有 %(balance)s 分，需要 %(points)s 分。",
                purse=purse.label,
                balance=points_words(there),
                points=points_words(points),
            )
        )


def _time_out(key: UUID) -> int:
    with transaction() as session:
        if lock(session, Hold, key).state is not S.ACTIVE:
            return 0
        _end(session, key, S.TIMED_OUT, Reason.RELEASE, words.TIMED_OUT, None, actor=SYSTEM)
    return 1


def _end(
    session: Session,
    hold_id: UUID,
    new: HoldState,
    why: Reason,
    wording: str,
    reason: str | None,
    *,
    actor: Actor,
) -> Hold:
    hold = lock(session, Hold, hold_id)
    ensure_move(MOVES, hold.state, new)
    held = accounts.of(session, hold.programme_id, hold.party_id)
    expiry.locked_balances(session, held)
    set_aside = _set_aside(session, hold, held)
    target = held[AccountKind.REDEEMED if new is S.POSTED else hold.purse.account]
    about = set_aside if hold.purpose is HoldPurpose.DISPUTE else None
    source, verb = held[AccountKind.HELD], VERBS[new]
    hold.state = new
    hold.ended_at = clock.now()
    hold.ended_by_id = actor.person_id
    session.flush()
    _move(session, hold, why, source, target, wording, about, verb, reason, actor=actor)
    return hold


def _set_aside(session: Session, hold: Hold, held: Mapping[AccountKind, AccountRef]) -> TransferView:
    """Return the transfer by which the points were set aside: what it says of them goes back with them.

    It is signed, the hold's row is not: points never go to another party or purse than they came from.
    """
    said = held[hold.purse.account].id, held[AccountKind.HELD].id, hold.points
    for posting in queries.postings_of(session, SOURCE, hold.id, Reason.HOLD):
        for one in queries.transfers_of(session, posting.id):
            if (one.from_account_id, one.to_account_id, one.points) == said:
                return one
    raise Conflict(_("这笔冻结与积分流水不符，不能办理，请先核对账目。"))


def _move(
    session: Session,
    hold: Hold,
    reason: Reason,
    source: AccountRef,
    target: AccountRef,
    wording: str,
    about: TransferView | None,
    verb: str,
    note: str | None,
    *,
    actor: Actor,
) -> None:
    postings.post(
        session,
        PostingRequest(
            programme_id=hold.programme_id,
            reason=reason,
            source_kind=SOURCE,
            source_id=hold.id,
            revision=1,
            inputs=inputs_of(reason, {name: getattr(hold, name) for name in _SAID[reason]}),
            happened_on=about.happened_on if about else clock.today(),
            # No last day stands on it: what ends is told by what was earned less all that has left.
            transfers=(TransferRequest(source, target, hold.points, wording),),
            party_id=hold.party_id,
            ruleset_id=about.ruleset_id if about else None,
            rule_id=about.rule_id if about else None,
            contribution_kind=about.contribution_kind if about else None,
            acting_role=about.acting_role if about else None,
            region_code=about.region_code if about else None,
        ),
        actor=actor,
        verb=verb,
        note=note,
    )
