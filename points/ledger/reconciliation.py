"""Balances and used caps are caches, a hold's state repeats what its transfers say: every difference is named.

`reconcile` looks, `mend` makes balances and used caps anew from the transfers. What a hold says is nobody's cache:
its difference stays until somebody has understood it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from app.audit import events
from app.permissions import Actor
from app.rows import parts
from points.ledger import awarded
from points.ledger.hold_models import Hold
from points.ledger.kinds import PARTY_KINDS, HoldState, Reason
from points.ledger.models import Account, AccountBalance, Posting, Transfer
from points.rulesets import caps
from points.rulesets.models import CapUse
from points.rulesets.rules import CapPeriod
from points.rulesets.words import points_words

_STREAM = 5_000
_SCORING = (Reason.AWARD, Reason.ADJUSTMENT, Reason.REVERSAL)
_ENDS = {
    HoldState.POSTED: Reason.REDEEM,
    HoldState.RELEASED: Reason.RELEASE,
    HoldState.TIMED_OUT: Reason.RELEASE,
}

CapKey = tuple[UUID, UUID, str, date]
"""Programme, party, the cap's code and the first day of its period."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something kept that is not what the transfers say, told in a sentence.

    ``account_id`` for a balance, ``cap`` for a used cap; ``hold_id`` for a hold, which cannot be mended.
    """

    sentence: str
    account_id: UUID | None = None
    cap: CapKey | None = None
    hold_id: UUID | None = None


def reconcile(session: Session) -> Iterator[Difference]:
    """Yield every balance, running number, used cap and hold that differs from the transfers; changes nothing."""
    yield from _balances(session)
    yield from _caps(session)
    yield from holds(session)


def mend(session: Session, found: Sequence[Difference], *, actor: Actor) -> None:
    """Make the balances and used caps that ``reconcile`` found to differ anew from the transfers.

    Each is counted again under its lock, so that postings may go on meanwhile.
    """
    wrong_caps = sorted(one.cap for one in found if one.cap is not None)
    for programme_id, party_id, code, starts_on in wrong_caps:
        caps.hold(session, programme_id, party_id, [CapPeriod(code, starts_on)])
    used = _used(session) if wrong_caps else {}
    for key in wrong_caps:
        session.get_one(CapUse, key, populate_existing=True).used = used.get(key, 0)
    for account_id in sorted(one.account_id for one in found if one.account_id is not None):
        _mend_balance(session, account_id)
    session.flush()
    after = {"differences": [one.sentence for one in found]}
    events.record(session, "points.mend", "ledger", None, actor=actor, after=after)


def _balances(session: Session) -> Iterator[Difference]:
    moved = union_all(
        select(
            Transfer.from_account_id.label("account_id"),
            (-Transfer.points).label("points"),
            Transfer.from_number.label("number"),
        ),
        select(Transfer.to_account_id, Transfer.points, Transfer.to_number),
    ).subquery()
    sums = (
        select(
            moved.c.account_id,
            func.sum(moved.c.points).label("points"),
            func.max(moved.c.number).label("number"),
        )
        .group_by(moved.c.account_id)
        .subquery()
    )
    points, number = (func.coalesce(column, literal(0)) for column in (sums.c.points, sums.c.number))
    rows = session.execute(
        select(Account.id, AccountBalance.balance, points, AccountBalance.last_number, number)
        .outerjoin(AccountBalance, AccountBalance.account_id == Account.id)
        .outerjoin(sums, sums.c.account_id == Account.id)
        .where(
            Account.kind.in_(PARTY_KINDS),
            AccountBalance.account_id.is_(None)
            | (AccountBalance.balance != points)
            | (AccountBalance.last_number != number),
        )
        .order_by(Account.id)
    )
    for account_id, kept, true, kept_number, true_number in rows:
        yield Difference(_sentence(account_id, kept, int(true), kept_number, int(true_number)), account_id)


def _sentence(account_id: UUID, kept: int | None, true: int, number: int | None, last: int) -> str:
    if kept is None or number is None:
        return _("账户 %(account)s 没有余额行。", account=account_id)
    return _(
        "账户 %(account)s：余额 %(kept)s 分，流水合计 %(true)s 分；序号 %(number)d，流水到 %(last)d。",
        account=account_id,
        kept=points_words(kept),
        true=points_words(true),
        number=number,
        last=last,
    )


def _caps(session: Session) -> Iterator[Difference]:
    used = _used(session)
    rows = session.execute(
        select(CapUse.programme_id, CapUse.party_id, CapUse.cap_code, CapUse.starts_on, CapUse.used)
    )
    kept = {(row[0], row[1], row[2], row[3]): row[4] for row in rows}
    for key in sorted(used.keys() | kept.keys()):
        there, true = kept.get(key, 0), used.get(key, 0)
        if there != true:
            yield Difference(
                _(
                    "主体 %(party)s 的限额 %(cap)s（%(day)s 起）：已用记为 %(kept)s 分，记账合计 %(true)s 分。",
                    party=key[1],
                    cap=key[2],
                    day=key[3].isoformat(),
                    kept=points_words(there),
                    true=points_words(true),
                ),
                cap=key,
            )


def _used(session: Session) -> dict[CapKey, int]:
    """Return what the postings say was taken of each cap: awards and adjustments less reversals."""
    used: dict[CapKey, int] = {}
    takes = Posting.explanation.like('%"taken":[{%')
    # The first version's reversals do not tell what they gave back: all that the award which they name took.
    silent = (Posting.reason == Reason.REVERSAL) & Posting.explanation.not_like('%"taken":%')
    rows = session.execute(
        select(Posting.programme_id, Posting.explanation)
        .where(Posting.reason.in_(_SCORING), takes | silent)
        .execution_options(yield_per=_STREAM)
    )
    undone: list[UUID] = []
    for programme_id, explanation in rows:
        told: dict[str, Any] = json.loads(explanation or "{}")
        if "taken" in told:
            _use(used, programme_id, told, 1)
        else:
            undone += awarded.reversed_by(told)
    for some in parts(undone):
        query = select(Posting.programme_id, Posting.explanation).where(Posting.id.in_(some), takes)
        for programme_id, explanation in session.execute(query):
            _use(used, programme_id, json.loads(explanation or "{}"), -1)
    return used


def _use(used: dict[CapKey, int], programme_id: UUID, told: dict[str, Any], sign: int) -> None:
    party_id = UUID(told["party"])
    for one in told["taken"]:
        key = (programme_id, party_id, one["cap"], date.fromisoformat(one["from"]))
        used[key] = used.get(key, 0) + sign * one["points"]


def holds(session: Session) -> Iterator[Difference]:
    """Yield every hold that differs from its transfers, and those that transfers speak of and are not there."""
    moved = [
        func.coalesce(func.sum(case((Posting.reason == reason, Transfer.points), else_=0)), 0)
        for reason in (Reason.HOLD, Reason.REDEEM, Reason.RELEASE)
    ]
    rows = session.execute(
        select(Hold.id, Hold.state, Hold.points, *moved)
        .outerjoin(Posting, (Posting.source_id == Hold.id) & (Posting.source_kind == "hold"))
        .outerjoin(Transfer, Transfer.posting_id == Posting.id)
        .group_by(Hold.id, Hold.state, Hold.points)
        .order_by(Hold.id)
        .execution_options(yield_per=_STREAM)
    )
    strayed = _strayed_holds(session)
    for key, state, points, held, redeemed, released in rows:
        ends = _ENDS.get(state)
        expected = (
            points,
            points if ends is Reason.REDEEM else 0,
            points if ends is Reason.RELEASE else 0,
        )
        if (held, redeemed, released) != expected or key in strayed:
            yield Difference(
                _(
                    "冻结 %(hold)s（%(state)s，%(points)s 分）与流水不符。",
                    hold=key,
                    state=state.label,
                    points=points_words(points),
                ),
                hold_id=key,
            )
    known = select(Hold.id)
    strays = select(Posting.source_id).where(Posting.source_kind == "hold", Posting.source_id.not_in(known))
    for key in session.scalars(strays.distinct().order_by(Posting.source_id)):
        yield Difference(_("流水所指的冻结 %(hold)s 不存在。", hold=key), hold_id=key)


def _strayed_holds(session: Session) -> set[UUID]:
    """Return the holds whose points did not come from, or go back to, the purse that their rows name."""
    source, target = aliased(Account), aliased(Account)
    here = case((Posting.reason == Reason.HOLD, source.id), else_=target.id)
    purse = aliased(Account)
    found = session.scalars(
        select(Hold.id)
        .join(Posting, (Posting.source_id == Hold.id) & (Posting.source_kind == "hold"))
        .join(Transfer, Transfer.posting_id == Posting.id)
        .join(source, source.id == Transfer.from_account_id)
        .join(target, target.id == Transfer.to_account_id)
        .join(purse, purse.id == here)
        .where(
            Posting.reason.in_((Reason.HOLD, Reason.RELEASE)),
            (purse.programme_id != Hold.programme_id)
            | (purse.party_id != Hold.party_id)
            | (purse.kind != Hold.purse),
        )
    )
    return set(found)


def _mend_balance(session: Session, account_id: UUID) -> None:
    row = session.get(AccountBalance, account_id, with_for_update=True, populate_existing=True)
    total = number = 0
    for account, at, sign in (
        (Transfer.from_account_id, Transfer.from_number, -1),
        (Transfer.to_account_id, Transfer.to_number, 1),
    ):
        points, last = session.execute(
            select(func.coalesce(func.sum(Transfer.points), 0), func.coalesce(func.max(at), 0)).where(
                account == account_id
            )
        ).one()
        total += sign * int(points)
        number = max(number, last or 0)
    if row is None:
        session.add(AccountBalance(account_id=account_id, balance=total, last_number=number))
    else:
        row.balance, row.last_number = total, number
