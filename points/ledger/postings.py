"""Writing to the ledger: one posting for one event, exactly once.

The only module that writes transfers. Constant SQL inside the caller's transaction, no unit of work: the key
first (whoever comes second finds the first posting), the audit row, then, late and in key order, the balances
of parties' accounts, and at last the signed rows. An issuer has no balance row, so nothing queues on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Conflict
from app.permissions import Actor
from app.rows import driver_row, ready_row
from points.ledger import balances, writing
from points.ledger.balances import Changes, State
from points.ledger.drafts import (
    POSTING,
    TRANSFER,
    Draft,
    PostingRequest,
    TransferRequest,
    UnderLock,
    drafted,
    signed_transfers,
)
from points.ledger.form import input_hash
from points.ledger.kinds import Reason
from points.rulesets.words import points_words

__all__ = ["Posted", "PostingRequest", "TransferRequest", "post", "post_many"]

_KEY = ("source_id", "reason", "revision", "source_kind")
_MAY_OWE = frozenset((Reason.REVERSAL, Reason.ADJUSTMENT))
"""What puts a wrong award right may leave a purse below zero; spending may not."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting in the ledger: the one just made, or the first one of the same key."""

    id: UUID
    is_new: bool


def post(
    session: Session,
    request: PostingRequest,
    *,
    actor: Actor,
    verb: str = "points.post",
    note: str | None = None,
) -> Posted:
    """Post one event and return its posting; ``note`` is why, for the audit log only.

    The same key (reason, source, revision) with the same inputs returns the first posting and changes
    nothing. Raises Conflict for the same key with other inputs, and when spending would take an account
    below zero (a reversal or an adjustment may); the transaction must then be rolled back, as
    ``transaction()`` does.
    """
    drafts = drafted([request], actor, clock.now())
    draft, connection = drafts[0], session.connection()
    event = events.prepare(verb, "posting", draft.id, actor=actor, party_id=request.party_id, reason=note)
    before = writing.claim_one(connection, draft.row, ready_row(event.row), _changes(drafts))
    if before is None:
        return _first(connection, draft)
    events.keep_detail(session, event)
    _write(connection, drafts, before)
    return Posted(draft.id, True)


def post_many(
    session: Session, requests: Sequence[PostingRequest], *, actor: Actor, verb: str = "points.post_many"
) -> list[Posted]:
    """Post many events in one go, as ``post`` would one after the other, with one audit event for all of them.

    Nothing is posted when one of them is refused. Raises Conflict as ``post`` does.
    """
    drafts = drafted(requests, actor, clock.now())
    posted = _claim(session, drafts)
    new = [draft for draft, result in zip(drafts, posted, strict=True) if result.is_new]
    if new:
        things = [result.id for result in posted if result.is_new]
        after = {"postings": len(new), "hash": events.digest_of(things)}
        events.record(session, verb, "posting", things[0], actor=actor, after=after)
        connection = session.connection()
        _write(connection, new, balances.change(connection, _changes(new)))
    return posted


def _claim(session: Session, drafts: Sequence[Draft]) -> list[Posted]:
    """Insert the postings' rows; those whose key is taken stay out and give the first posting back."""
    if writing.write_free(session, POSTING, [draft.row for draft in drafts], _KEY) == len(drafts):
        return [Posted(draft.id, True) for draft in drafts]
    connection = session.connection()
    return [_first(connection, draft) for draft in drafts]


def _first(connection: Connection, draft: Draft) -> Posted:
    one = draft.request
    key = one.source_id, one.reason.value, one.revision, one.source_kind
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    where = " AND ".join(f"{column} = {mark}" for column in _KEY)
    row = connection.exec_driver_sql(
        f"SELECT id, input_hash FROM posting WHERE {where}", driver_row(key, connection.dialect.name)
    ).one()
    first_id = row[0] if isinstance(row[0], UUID) else UUID(bytes=row[0])
    if bytes(row[1]) != input_hash(one.inputs):
        raise Conflict(_("这件事已经记过账，但内容不同：请先冲正原来的记账，再重新登记。"))
    return Posted(first_id, first_id == draft.id)


def _changes(drafts: Sequence[Draft]) -> Changes:
    """Return each party account with the points and the number of transfers that come to it, in key order."""
    changes: dict[bytes, tuple[int, int]] = {}
    for draft in drafts:
        for leg in draft.legs:
            for key, points in leg.sides:
                if key is not None:
                    total, count = changes.get(key, (0, 0))
                    changes[key] = (total + points, count + 1)
    return sorted((key, points, count) for key, (points, count) in changes.items())


def _write(connection: Connection, drafts: Sequence[Draft], states: dict[bytes, State]) -> None:
    """Number and sign the transfers, whose accounts are locked and were in these states, and write them."""
    legs, known = [], []
    for draft in drafts:
        may_owe = draft.request.reason in _MAY_OWE
        for leg in draft.legs:
            legs.append(leg)
            known.append(_numbered(states, leg.sides, may_owe=may_owe))
    writing.write_on(connection, TRANSFER, signed_transfers(legs, known))


def _numbered(
    states: dict[bytes, State],
    sides: tuple[tuple[bytes | None, int], tuple[bytes | None, int]],
    *,
    may_owe: bool,
) -> UnderLock:
    """Return the numbers of a transfer and the balances after it; ``states`` then are as they are after it."""
    found: list[tuple[int | None, int | None]] = []
    for key, change in sides:
        if key is None:
            found.append((None, None))
            continue
        balance, last = states[key]
        after = balance + change
        if after < 0 and change < 0 and not may_owe:
            raise Conflict(
                _(
                    "积分不足：现有 %(balance)s 分，需要 %(points)s 分。",
                    balance=points_words(balance),
                    points=points_words(-change),
                )
            )
        states[key] = (after, last + 1)
        found.append((last + 1, after))
    (from_number, from_balance), (to_number, to_balance) = found
    return from_number, to_number, from_balance, to_balance
