"""Writing to the ledger: one posting for one event, exactly once.

The only module that writes transfers. Constant SQL inside the caller's transaction, no unit of work: the key
first (whoever comes second finds the first posting), the audit row, then, late and in key order, the balances
of parties' accounts, and at last the signed rows. An issuer has no balance row, so nothing queues on it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import Base
from app.errors import Conflict
from app.ids import new_id
from app.parties.models import ActingRole
from app.permissions import Actor
from app.rows import driver_row
from points.ledger import balances
from points.ledger.accounts import AccountRef
from points.ledger.form import (
    FORM,
    UNDER_LOCK,
    TransferForm,
    input_hash,
    signed,
    signed_transfer,
    transfer_form,
    transfers_hash,
)
from points.ledger.insertion import insert
from points.ledger.kinds import Reason
from points.ledger.models import Posting, Transfer
from points.rulesets.kinds import ContributionKind
from points.rulesets.words import points_words

_POSTING = Base.metadata.tables[Posting.__tablename__]
_TRANSFER = Base.metadata.tables[Transfer.__tablename__]
_KEY = ("source_id", "reason", "revision", "source_kind")
_MAY_OWE = frozenset({Reason.REVERSAL, Reason.ADJUSTMENT})  # what is taken back may have been spent
_NOT_YET = (None,) * (UNDER_LOCK.stop - UNDER_LOCK.start)


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Points that are to go from one account to another, in centipoints, with the arithmetic in words."""

    source: AccountRef
    target: AccountRef
    points: int
    wording: str
    expires_on: date | None = None
    reverses_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PostingRequest:
    """One event to be posted. ``inputs`` is what it was made from, such as the verified figures; never the score."""

    programme_id: UUID
    reason: Reason
    source_kind: str
    source_id: UUID
    revision: int
    inputs: tuple[Any, ...]
    happened_on: date
    transfers: tuple[TransferRequest, ...]
    party_id: UUID | None = None
    ruleset_id: UUID | None = None
    rule_id: UUID | None = None
    contribution_kind: ContributionKind | None = None
    acting_role: ActingRole | None = None
    region_code: str | None = None
    explanation: str | None = None


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
    below zero (a reversal or an adjustment may); the transaction must then be rolled back, as ``transaction()`` does.
    """
    draft = _draft(request, actor, clock.now())
    posted = _claim(session, [draft])[0]
    if posted.is_new:
        events.record(
            session, verb, "posting", draft.row[0], actor=actor, party_id=request.party_id, reason=note
        )
        _move(session, [draft])
    return posted


def post_many(
    session: Session, requests: Sequence[PostingRequest], *, actor: Actor, verb: str = "points.post_many"
) -> list[Posted]:
    """Post many events in one go, as ``post`` would one after the other, with one audit event for all of them.

    Nothing is posted when one of them is refused. Raises Conflict as ``post`` does.
    """
    moment = clock.now()
    drafts = [_draft(request, actor, moment) for request in requests]
    posted = _claim(session, drafts)
    new = [draft for draft, result in zip(drafts, posted, strict=True) if result.is_new]
    if new:
        digest = hashlib.sha256(b"".join(draft.row[0].bytes for draft in new)).hexdigest()
        after = {"postings": len(new), "hash": digest}
        events.record(session, verb, "posting", new[0].row[0], actor=actor, after=after)
        _move(session, new)
    return posted


@dataclass(frozen=True, slots=True)
class _Draft:
    """A posting's signed row, and for each transfer what was asked, its unsigned row and that row's form."""

    request: PostingRequest
    row: tuple[Any, ...]
    transfers: list[tuple[TransferRequest, tuple[Any, ...], TransferForm]]

    @property
    def key(self) -> tuple[UUID, str, int, str]:
        one = self.request
        return one.source_id, one.reason.value, one.revision, one.source_kind


def _draft(request: PostingRequest, actor: Actor, moment: datetime) -> _Draft:
    posting_id = new_id()
    transfers = [_transfer_row(posting_id, request, one, actor, moment) for one in request.transfers]
    forms = [transfer_form(body) for body in transfers]
    row = signed(
        (
            posting_id,
            FORM,
            request.programme_id,
            request.source_id,
            request.source_kind,
            request.reason.value,
            request.revision,
            input_hash(request.inputs),
            len(transfers),
            transfers_hash(forms),
            request.explanation,
            moment,
            actor.user_id,
        )
    )
    return _Draft(request, row, list(zip(request.transfers, transfers, forms, strict=True)))


def _transfer_row(
    posting_id: UUID, request: PostingRequest, one: TransferRequest, actor: Actor, moment: datetime
) -> tuple[Any, ...]:
    kind, role = request.contribution_kind, request.acting_role
    return (
        new_id(),
        FORM,
        posting_id,
        one.source.id,
        one.target.id,
        *_NOT_YET,
        one.points,
        request.reason.value,
        request.source_kind,
        request.source_id,
        request.ruleset_id,
        request.rule_id,
        kind.value if kind else None,
        role.value if role else None,
        request.region_code,
        one.wording,
        request.happened_on,
        moment,
        one.expires_on,
        one.reverses_id,
        actor.user_id,
    )


def _claim(session: Session, drafts: Sequence[_Draft]) -> list[Posted]:
    """Insert the postings' rows; those whose key is taken stay out and give the first posting back."""
    connection = session.connection()
    rows = [draft.row for draft in drafts]
    if insert(connection, _POSTING, rows, f" ON CONFLICT ({', '.join(_KEY)}) DO NOTHING") == len(drafts):
        return [Posted(draft.row[0], True) for draft in drafts]
    return [_first(connection, draft) for draft in drafts]


def _first(connection: Connection, draft: _Draft) -> Posted:
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    where = " AND ".join(f"{column} = {mark}" for column in _KEY)
    row = connection.exec_driver_sql(
        f"SELECT id, input_hash FROM posting WHERE {where}", driver_row(draft.key, connection.dialect.name)
    ).one()
    first_id = row[0] if isinstance(row[0], UUID) else UUID(bytes=row[0])
    if bytes(row[1]) != input_hash(draft.request.inputs):
        raise Conflict(_("这件事已经记过账，但内容不同：请先冲正原来的记账，再重新登记。"))
    return Posted(first_id, first_id == draft.row[0])


def _move(session: Session, drafts: Sequence[_Draft]) -> None:
    """Move the balances, number and sign the transfers, write them."""
    connection = session.connection()
    before = balances.change(connection, _changes(drafts))
    rows = [_numbered(before, draft.request.reason, *one) for draft in drafts for one in draft.transfers]
    insert(connection, _TRANSFER, rows)


def _changes(drafts: Sequence[_Draft]) -> list[tuple[UUID, int, int]]:
    """Return each party account with the points and the number of transfers that come to it, in key order."""
    changes: dict[UUID, tuple[int, int]] = {}
    for draft in drafts:
        for one in draft.request.transfers:
            for side, points in ((one.source, -one.points), (one.target, one.points)):
                if side.keeps_balance:
                    total, count = changes.get(side.id, (0, 0))
                    changes[side.id] = (total + points, count + 1)
    return sorted((key, points, count) for key, (points, count) in changes.items())


def _numbered(
    states: dict[UUID, tuple[int, int]],
    reason: Reason,
    request: TransferRequest,
    body: tuple[Any, ...],
    form: TransferForm,
) -> tuple[Any, ...]:
    """Return the signed row of a transfer; ``states`` (balance, last number) then are as they are after it."""
    numbers: list[int | None] = []
    after: list[int | None] = []
    for side, change in ((request.source, -request.points), (request.target, request.points)):
        if not side.keeps_balance:
            numbers.append(None)
            after.append(None)
            continue
        balance, last = states[side.id]
        if change < 0 and balance + change < 0 and reason not in _MAY_OWE:
            raise Conflict(
                _(
                    "积分不足：现有 %(balance)s 分，需要 %(points)s 分。",
                    balance=points_words(balance),
                    points=points_words(-change),
                )
            )
        states[side.id] = (balance + change, last + 1)
        numbers.append(last + 1)
        after.append(balance + change)
    return signed_transfer(body, form, (*numbers, *after))
