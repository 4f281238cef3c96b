"""Points that end: nightly, before anything is set aside, and never more than by rights.

There are no lots. A transfer with a last day (`expires_on`) adds to what was earned with that last day, or, on
its way out, takes from it (a reversal, a downward adjustment); every other transfer is something that left the
purse or came back. The rules over these sums stand in `rules`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import clock
from app.db import reading, transaction
from app.permissions import SYSTEM, Actor
from points.ledger import accounts, postings, rules, words
from points.ledger.accounts import AccountRef
from points.ledger.closing_models import ExpiryMark
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldState, Purse, Reason
from points.ledger.models import Account, AccountBalance, Posting, Transfer
from points.ledger.postings import PostingRequest, TransferRequest

ACCOUNT = "account"
MARK = "expiry"
BATCH = 500
_DAY = timedelta(days=1)
_LATE = timedelta(days=1)
"""How far back a look goes beyond the last one's begin.

For what was then being committed, and for what a hold gave back after its purse had been looked at in a run that
was killed and begun again: one day's points end once a day.
"""
_LONG_AGO = date(1970, 1, 1)
_FIRST = UUID(int=0)


class Owner(NamedTuple):
    """Whose a redeemable account is."""

    account_id: UUID
    programme_id: UUID
    party_id: UUID


def locked_balances(session: Session, held: Mapping[AccountKind, AccountRef]) -> dict[UUID, int]:
    """Lock all balances of a party, in the order of their keys as every posting does, and return them."""
    return _locked(session, [ref.id for ref in held.values() if ref.keeps_balance])


def expire_before_hold(
    session: Session, programme_id: UUID, party_id: UUID, hold_id: UUID, *, actor: Actor
) -> int:
    """End what has ended before today, before a hold takes from the purse; return how many centipoints.

    The party's balances must be locked. Whoever spends at five past midnight cannot spend what ended at midnight.
    """
    account = accounts.of(session, programme_id, party_id)[AccountKind.REDEEMABLE]
    owner = Owner(account.id, programme_id, party_id)
    day = clock.today() - _DAY
    ending = _due(session, [account.id], day).get(account.id, 0)
    if ending:
        request = _request(session, owner, ending, day, "hold", hold_id, 1)
        postings.post(session, request, actor=actor, verb="points.expire")
    return ending


def available(session: Session, account_id: UUID) -> int:
    """Return what a redeemable purse holds that has not ended, in centipoints; below zero is a debt."""
    balance = (
        session.scalar(select(AccountBalance.balance).where(AccountBalance.account_id == account_id)) or 0
    )
    return balance - _due(session, [account_id], clock.today() - _DAY).get(account_id, 0)


def expire_due(day: date) -> int:
    """End, in every redeemable purse, the points whose last day was this day or earlier; return how many purses.

    ``day`` must be over. Each purse and day once, 500 purses a transaction, each in its own: a run that was
    killed goes on where it stopped, runs at once wait for each other, days off are made up by the next run.
    Looks only at purses with points that end since the last look, and at those that got points back from a hold;
    at all when the last look lies in the future, since the clock was put back.
    """
    if day >= clock.today():
        raise ValueError("a day's points end when the day is over")
    began = clock.now()
    with reading(fresh=True) as session:
        mark = session.get(ExpiryMark, MARK)
    through = mark.done_through if mark and mark.done_through <= day else _LONG_AGO
    ended = _in_batches(day, through, None)
    if mark is not None:
        ended += _in_batches(day, through, min(mark.looked_at, began) - _LATE)
    if day != through:
        with transaction() as session:
            session.merge(ExpiryMark(name=MARK, done_through=day, looked_at=began))
    return ended


def give_back(session: Session, *, programme_id: UUID, party_id: UUID, posting_id: UUID, actor: Actor) -> int:
    """Give back what has ended beyond its rights now that a posting has taken earned points away.

    An award that is reversed after its points had ended: nobody owes points that were never spent. Returns
    how many centipoints went back; nothing when none had ended beyond its rights. Reads the purse's whole history,
    so ask only when points with a past last day were taken away.
    """
    held = accounts.of(session, programme_id, party_id)
    locked_balances(session, held)
    account_id = held[AccountKind.REDEEMABLE].id
    earned, left, ended = _history(session, account_id, held[AccountKind.EXPIRED].id)
    too_many = ended - rules.ended_by_rights(earned, left, clock.today())
    if too_many <= 0:
        return 0
    owner = Owner(account_id, programme_id, party_id)
    back = TransferRequest(
        held[AccountKind.EXPIRED], held[AccountKind.REDEEMABLE], too_many, words.GIVEN_BACK
    )
    request = _posting(owner, clock.today(), "posting", posting_id, 1, back)
    postings.post(session, request, actor=actor, verb="points.give_back")
    return too_many


def earned_by_day(session: Session, account_ids: Sequence[UUID], after: date) -> dict[UUID, dict[date, int]]:
    """Return what accounts have earned by last day, for the last days after a day."""
    sums: dict[UUID, dict[date, int]] = {}
    for account, number, sign in _SIDES:
        rows = session.execute(
            select(account, Transfer.expires_on, func.sum(Transfer.points))
            .where(account.in_(account_ids), number.is_not(None), Transfer.expires_on > after)
            .group_by(account, Transfer.expires_on)
        )
        for key, last, points in rows:
            assert last is not None  # asked for
            days = sums.setdefault(key, {})
            days[last] = days.get(last, 0) + sign * int(points)
    return sums


def _in_batches(day: date, through: date, since: datetime | None) -> int:
    ended, after = 0, _FIRST
    while True:
        with transaction() as session:
            found = _ending(session, through, day, after) if since is None else _freed(session, since, after)
            ended += _expire(session, found, day)
        if len(found) < BATCH:
            return ended
        after = found[-1].account_id


def _ending(session: Session, through: date, day: date, after: UUID) -> list[Owner]:
    """Return purses that got points whose last day is later than ``through`` and not later than ``day``."""
    keys = (
        select(Transfer.to_account_id)
        .where(
            Transfer.to_number.is_not(None),
            Transfer.expires_on > through,
            Transfer.expires_on <= day,
            Transfer.to_account_id > after,
        )
        .distinct()
        .order_by(Transfer.to_account_id)
        .limit(BATCH)
    )
    found = select(Account.id, Account.programme_id, Account.party_id).where(Account.id.in_(keys))
    return [Owner._make(row) for row in session.execute(found.order_by(Account.id))]


def _freed(session: Session, since: datetime, after: UUID) -> list[Owner]:
    """Return purses that got points back from a hold since an instant."""
    keys = select(Hold.party_id, Hold.programme_id).where(
        Hold.ended_at >= since, Hold.purse == Purse.REDEEMABLE, Hold.state != HoldState.POSTED
    )
    freed = keys.distinct().subquery()
    found = (
        select(Account.id, Account.programme_id, Account.party_id)
        .join(freed, (freed.c.party_id == Account.party_id) & (freed.c.programme_id == Account.programme_id))
        .where(Account.kind == AccountKind.REDEEMABLE, Account.id > after)
        .order_by(Account.id)
        .limit(BATCH)
    )
    return [Owner._make(row) for row in session.execute(found)]


def _expire(session: Session, owners: Sequence[Owner], day: date) -> int:
    """End what is due in these purses; those that this day was posted for already wait for the next."""
    _locked(session, [owner.account_id for owner in owners])
    due = _due(session, [owner.account_id for owner in owners], day)
    number = day.toordinal()
    posted = set(
        session.scalars(
            select(Posting.source_id).where(
                Posting.source_id.in_(due),
                Posting.reason == Reason.EXPIRE,
                Posting.revision == number,
                Posting.source_kind == ACCOUNT,
            )
        )
    )
    requests = [
        _request(session, owner, due[owner.account_id], day, ACCOUNT, owner.account_id, number)
        for owner in owners
        if owner.account_id in due and owner.account_id not in posted
    ]
    if requests:
        postings.post_many(session, requests, actor=SYSTEM, verb="points.expire")
    return len(requests)


def _due(session: Session, account_ids: Sequence[UUID], day: date) -> dict[UUID, int]:
    """Return what is due of each account whose points have to end, the others left out."""
    balances = session.execute(
        select(AccountBalance.account_id, AccountBalance.balance).where(
            AccountBalance.account_id.in_(account_ids), AccountBalance.balance > 0
        )
    )
    holding = {row.account_id: row.balance for row in balances}
    later = earned_by_day(session, list(holding), day)
    found = {key: rules.due(there, sum(later.get(key, {}).values())) for key, there in holding.items()}
    return {key: points for key, points in found.items() if points}


def _locked(session: Session, account_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(AccountBalance.account_id, AccountBalance.balance)
        .where(AccountBalance.account_id.in_(list(account_ids)))
        .order_by(AccountBalance.account_id)
        .with_for_update()
    )
    return {row.account_id: row.balance for row in rows}


def _history(
    session: Session, account_id: UUID, expired_id: UUID
) -> tuple[dict[date, int], list[tuple[date, int]], int]:
    """Return of a purse: what was earned by last day, what left it otherwise and when, and how much ended."""
    earned: dict[date, int] = {}
    moves: list[tuple[int, date, int]] = []
    ended = 0
    for account, number, sign in _SIDES:
        other = Transfer.to_account_id if sign < 0 else Transfer.from_account_id
        rows = session.execute(
            select(
                func.coalesce(number, 0),
                other.label("other"),
                Transfer.points,
                Transfer.expires_on,
                Transfer.posted_at,
            ).where(account == account_id)
        )
        for at, other_id, points, last, posted_at in rows:
            if last is not None:
                earned[last] = earned.get(last, 0) + sign * points
            elif other_id == expired_id:
                ended -= sign * points
            else:
                moves.append((at, clock.civil_date(posted_at), -sign * points))
    return earned, [(day, points) for _at, day, points in sorted(moves)], ended


def _request(
    session: Session,
    owner: Owner,
    points: int,
    day: date,
    source_kind: str,
    source_id: UUID,
    revision: int,
) -> PostingRequest:
    held = accounts.of(session, owner.programme_id, owner.party_id)
    transfer = TransferRequest(
        held[AccountKind.REDEEMABLE], held[AccountKind.EXPIRED], points, words.expired(day)
    )
    return _posting(owner, day, source_kind, source_id, revision, transfer)


def _posting(
    owner: Owner, day: date, source_kind: str, source_id: UUID, revision: int, transfer: TransferRequest
) -> PostingRequest:
    return PostingRequest(
        programme_id=owner.programme_id,
        reason=Reason.EXPIRE,
        source_kind=source_kind,
        source_id=source_id,
        revision=revision,
        inputs=(owner.account_id, source_id, revision),
        happened_on=day,
        transfers=(transfer,),
        party_id=owner.party_id,
    )


_SIDES: tuple[tuple[InstrumentedAttribute[UUID], InstrumentedAttribute[int | None], int], ...] = (
    (Transfer.to_account_id, Transfer.to_number, 1),
    (Transfer.from_account_id, Transfer.from_number, -1),
)
