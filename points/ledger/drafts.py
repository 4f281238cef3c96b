"""Postings on their way: their rows made and signed as far as may be before a balance is locked.

Rows are made ready for the driver at once (keys as 16 bytes, instants and days as ISO text), many at a time: what is
signed is then made column by column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from app import keys
from app.canonical import canonical
from app.db import Base
from app.ids import new_keys
from app.parties.models import ActingRole
from app.permissions import Actor
from app.row_forms import RowForms
from app.rows import ready_instant
from points.ledger.accounts import AccountRef
from points.ledger.form import FORM, UNDER_LOCK, input_hash, row_forms, transfers_hash
from points.ledger.kinds import Reason
from points.ledger.models import Posting, Transfer
from points.rulesets.kinds import ContributionKind

POSTING = Base.metadata.tables[Posting.__tablename__]
TRANSFER = Base.metadata.tables[Transfer.__tablename__]
_FEW = 4
"""Up to so many rows are quicker one by one than column by column."""
_NOT_YET = (None,) * (UNDER_LOCK.stop - UNDER_LOCK.start)

UnderLock = tuple[int | None, int | None, int | None, int | None]
"""What is known of a transfer only under the lock: its numbers and the balances after it, from and to."""


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


class Leg(NamedTuple):
    """A transfer on its way: its row without signature and without what is known only under the lock.

    ``head`` and ``tail`` are the canonical forms of the columns before and after those; they serve the posting's
    hash and the transfer's own HMAC. ``sides`` are the accounts from and to, None for one that keeps no balance,
    with their change.
    """

    row: tuple[Any, ...]
    head: bytes
    tail: bytes
    sides: tuple[tuple[bytes | None, int], tuple[bytes | None, int]]


class Draft(NamedTuple):
    """A posting on its way: its signed row, and its transfers."""

    request: PostingRequest
    row: tuple[Any, ...]
    legs: Sequence[Leg]

    @property
    def id(self) -> UUID:
        """The posting's key."""
        return UUID(bytes=self.row[0])


def drafted(requests: Sequence[PostingRequest], actor: Actor, moment: datetime) -> list[Draft]:
    """Return the drafts of postings that ``actor`` makes at this moment, in the order of the requests."""
    fresh = iter(new_keys(sum(1 + len(request.transfers) for request in requests)))
    at, by, key_id = ready_instant(moment), _bytes(actor.user_id), keys.ledger.current_id
    postings, rows = [], []
    for request in requests:
        key = next(fresh)
        postings.append(key)
        rows += _rows(key, request, fresh, (at, by, key_id))
    legs = iter(_legs(requests, rows))
    groups = [[next(legs) for _ in request.transfers] for request in requests]
    bodies = [
        (
            key,
            FORM,
            request.programme_id.bytes,
            request.source_id.bytes,
            request.source_kind,
            request.reason.value,
            request.revision,
            input_hash(request.inputs),
            len(group),
            transfers_hash((leg.head, leg.tail) for leg in group),
            request.explanation,
            at,
            by,
            key_id,
        )
        for key, request, group in zip(postings, requests, groups, strict=True)
    ]
    macs = keys.ledger.sign_all(_forms(row_forms(POSTING), bodies))
    return [
        Draft(request, (*body, mac), group)
        for request, body, mac, group in zip(requests, bodies, macs, groups, strict=True)
    ]


def signed_transfers(legs: Sequence[Leg], under_lock: Sequence[UnderLock]) -> list[tuple[Any, ...]]:
    """Return the transfers' rows, signed, with what became known under the lock."""
    key_form = canonical((keys.ledger.current_id,))
    messages = [
        b"".join((leg.head, *map(_number_form, known), leg.tail, key_form))
        for leg, known in zip(legs, under_lock, strict=True)
    ]
    macs = keys.ledger.sign_all(messages)
    return [
        (*leg.row[: UNDER_LOCK.start], *known, *leg.row[UNDER_LOCK.stop :], mac)
        for leg, known, mac in zip(legs, under_lock, macs, strict=True)
    ]


@lru_cache(100_000)
def _number_form(value: int | None) -> bytes:
    """Return the form of a running number or a balance; a batch has the same ones again and again."""
    return canonical((value,))


def _rows(
    posting: bytes, request: PostingRequest, fresh: Iterator[bytes], signer: tuple[str, bytes | None, str]
) -> list[tuple[Any, ...]]:
    at, by, key_id = signer
    kind, role = request.contribution_kind, request.acting_role
    middle = (
        request.reason.value,
        request.source_kind,
        request.source_id.bytes,
        _bytes(request.ruleset_id),
        _bytes(request.rule_id),
        kind.value if kind else None,
        role.value if role else None,
        request.region_code,
    )
    day = request.happened_on.isoformat()
    return [
        (
            next(fresh),
            FORM,
            posting,
            one.source.id.bytes,
            one.target.id.bytes,
            *_NOT_YET,
            one.points,
            *middle,
            one.wording,
            day,
            at,
            one.expires_on.isoformat() if one.expires_on else None,
            _bytes(one.reverses_id),
            by,
            key_id,
        )
        for one in request.transfers
    ]


def _legs(requests: Sequence[PostingRequest], rows: list[tuple[Any, ...]]) -> list[Leg]:
    forms = row_forms(TRANSFER)
    heads, tails = _forms(forms, rows, 0, UNDER_LOCK.start), _forms(forms, rows, UNDER_LOCK.stop, -1)
    every = [one for request in requests for one in request.transfers]
    sides = [
        (
            (row[3] if one.source.keeps_balance else None, -one.points),
            (row[4] if one.target.keeps_balance else None, one.points),
        )
        for one, row in zip(every, rows, strict=True)
    ]
    return list(map(Leg, rows, heads, tails, sides))


def _forms(
    forms: RowForms, rows: Sequence[tuple[Any, ...]], start: int = 0, stop: int | None = None
) -> list[bytes]:
    if len(rows) <= _FEW:
        return [forms.of_one(row, start, stop) for row in rows]
    return forms.of(rows, start, stop)


def _bytes(key: UUID | None) -> bytes | None:
    return None if key is None else key.bytes
