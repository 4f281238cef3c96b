"""Postings with their transfers and the transfers' leaves: one walk in the order of the postings' keys.

A posting knows the number and the hash of its transfers; each transfer bears its signature, and its leaf, where it
has one, must be what the row says.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import Base
from points.ledger.form import UNDER_LOCK
from points.ledger.models import Posting, Transfer
from points.ledger.stored_form import SIGNING, form_sql
from points.seals import leaves
from points.verification.breaks import Break, BreakKind, changed, missing, shown
from points.verification.signatures import are_signed, chunks

_TRANSFER, _POSTING = (Base.metadata.tables[model.__tablename__] for model in (Transfer, Posting))


class KeyRange(NamedTuple):
    """Keys from the first on to before the last, as the driver takes them; None: no end."""

    first: Any = None
    last: Any = None

    def where(self, column: str, dialect: str) -> tuple[str, tuple[Any, ...]]:
        """Return the condition that a column lies in the range, and its parameters."""
        mark = "?" if dialect == "sqlite" else "%s"
        parts = [(f"{column} >= {mark}", self.first)] * (self.first is not None)
        parts += [(f"{column} < {mark}", self.last)] * (self.last is not None)
        if not parts:
            return "", ()
        return "WHERE " + " AND ".join(part for part, _value in parts), tuple(value for _part, value in parts)


@dataclass(slots=True)
class Walk:
    """What a walk saw besides breaks."""

    transfers: int = 0
    unsealed: int = 0
    oldest: UUID | None = None
    breaks: list[Break] = field(default_factory=list)


_Row = tuple[bool, Any, Any, bytes]
"""A transfer: whether its signature is right, its key, its posting's, and its form but what is under the lock."""
_IS_SIGNED, _ID, _POSTING_ID = range(3)


def walk(session: Session, at: KeyRange) -> Walk:
    """Check the postings of a range of keys with all that hangs on them."""
    seen = Walk()
    groups = _grouped(_transfers(session, at, seen))
    group = next(groups, None)
    for posting_id, sound, expected, digest in _postings(session, at):
        while group is not None and _rank(group[0][_POSTING_ID]) < _rank(posting_id):
            seen.breaks += _orphans(group)
            group = next(groups, None)
        rows: list[_Row] = []
        if group is not None and group[0][_POSTING_ID] == posting_id:
            rows, group = group, next(groups, None)
        if not sound:
            seen.breaks.append(changed("posting", posting_id))
        seen.breaks += _of_posting(posting_id, expected, digest, rows)
    while group is not None:
        seen.breaks += _orphans(group)
        group = next(groups, None)
    return seen


def _postings(session: Session, at: KeyRange) -> Iterator[tuple[Any, bool, Any, Any]]:
    connection = session.connection()
    dialect = connection.dialect.name
    where, values = at.where("t.id", dialect)
    form = form_sql(_POSTING, dialect, "t", 0, -SIGNING)
    statement = (
        f"SELECT {form}, t.key_id, t.hmac, t.id, t.transfer_count, t.transfers_hash "
        f"FROM posting t {where} ORDER BY t.id"
    )
    for rows in chunks(connection, statement, values):
        for row, sound in zip(rows, are_signed(rows), strict=True):
            yield row[3], sound, row[4], row[5]


def _transfers(session: Session, at: KeyRange, seen: Walk) -> Iterator[_Row]:
    """Yield the transfers in the order of their postings, each checked against its signature and its leaf."""
    connection = session.connection()
    dialect = connection.dialect.name
    where, values = at.where("t.posting_id", dialect)
    head, under, tail = (
        form_sql(_TRANSFER, dialect, "t", start, stop)
        for start, stop in (
            (0, UNDER_LOCK.start),
            (UNDER_LOCK.start, UNDER_LOCK.stop),
            (UNDER_LOCK.stop, -SIGNING),
        )
    )
    statement = (
        f"SELECT {head}, t.key_id, t.hmac, t.id, t.posting_id, {under}, {tail}, "
        "l.number, l.form, l.kind, l.public, l.commitment, l.leaf_hash, "
        f"{leaves.public_columns(dialect)} FROM transfer t LEFT JOIN seal_leaf l ON l.thing_id = t.id "
        f"{leaves.JOINS} {where} ORDER BY t.posting_id, t.id"
    )
    names: dict[tuple[Any, ...], bytes] = {}
    for rows in chunks(connection, statement, values):
        names.clear()
        forms = [(row[0] or b"") + (row[5] or b"") + (row[6] or b"") for row in rows]
        signed = [(form, row[1], row[2]) for form, row in zip(forms, rows, strict=True)]
        seen.transfers += len(rows)
        for row, form, sound in zip(rows, forms, are_signed(signed), strict=True):
            key = row[3]
            if not sound:
                seen.breaks.append(changed("transfer", key))
            if row[7] is None:
                seen.unsealed += 1
                if isinstance(key, bytes | UUID) and len(leaves.key_bytes(key)) == 16:
                    found = UUID(bytes=leaves.key_bytes(key))
                    seen.oldest = min(seen.oldest or found, found)
            elif not _is_plain_leaf(row, form, names) and not _is_leaf(row, form):
                seen.breaks.append(leaf_differs(row[7], key))
            yield sound, key, row[4], (row[0] or b"") + (row[6] or b"")


def _is_plain_leaf(row: Sequence[Any], form: bytes, names: dict[tuple[Any, ...], bytes]) -> bool:
    """Return whether a leaf between the programme and one party is right; the many are, and this is quick about it.

    False only says that it has to be looked at closely. ``names`` remembers the beginnings of public lines.
    """
    public, commitment = row[10], row[11]
    if row[17] is None and row[21] is not None:
        party = row[21:25]
    elif row[21] is None and row[17] is not None:
        party = row[17:21]
    else:
        return False
    salt = party[3]
    if not salt or row[8] != leaves.LEAF_FORM or row[9] != "transfer" or type(row[7]) is not int:
        return False
    try:
        begin = names.get((salt, row[14], row[15]))
        if begin is None:
            period = f"{row[14]}|{row[15]}"
            name = leaves.name(leaves.Side(*party), period)
            begin = names[salt, row[14], row[15]] = f"{leaves.LEAF_FORM}|{period}|{name}|".encode()
        line = begin + row[16].encode()
        mine = hashlib.sha256(hmac.digest(salt, leaves.key_bytes(row[3]), "sha256") + form).digest()
        return bool(
            commitment == mine
            and public.encode() == line
            and row[12] == hashlib.sha256(b"\x00" + line + b"\n" + mine).digest()
        )
    except (TypeError, ValueError, AttributeError):  # a damaged value
        return False


def _is_leaf(row: Sequence[Any], form: bytes) -> bool:
    """Return whether the leaf of a transfer says what the row says."""
    number, version, kind, public, commitment, digest = row[7:13]
    if version != leaves.LEAF_FORM or kind != "transfer" or not isinstance(number, int):
        return False
    one = leaves.sealable((row[3], form, *row[13:]))
    try:
        if one.source.salt == b"" or one.target.salt == b"":
            # Who it was can no longer be said; what can be is compared, and the rest stands by its stored hash.
            told = public.split("|")
            mine = f"{leaves.LEAF_FORM}|{one.programme}|{one.month}|{told[3]}|{one.tail}"
            return mine == public and digest == leaves.hash_of(public, commitment)
        true_public = leaves.public_line(one)
        true_commitment = leaves.commitment_of(leaves.own_salt(one), form)
        return (
            public == true_public
            and commitment == true_commitment
            and digest == leaves.hash_of(true_public, true_commitment)
        )
    except (TypeError, ValueError, AttributeError, IndexError):  # a damaged value
        return False


def leaf_differs(number: object, key: object) -> Break:
    """Return the break of a leaf that is not what its thing says."""
    sentence = _("第 %(number)s 号存证与 %(key)s 不符。", number=number, key=shown(key))
    return Break(BreakKind.LEAF, "seal_leaf", shown(number), sentence)


def _of_posting(key: Any, expected: Any, digest: Any, rows: list[_Row]) -> Iterator[Break]:
    if len(rows) != expected:
        sentence = _(
            "记账 %(key)s 应有 %(expected)s 条流水，现有 %(count)d 条。",
            key=shown(key),
            expected=expected,
            count=len(rows),
        )
        yield Break(BreakKind.COUNT, "posting", shown(key), sentence)
    elif all(row[_IS_SIGNED] for row in rows) and _hash(rows) != digest:
        yield Break(
            BreakKind.COUNT, "posting", shown(key), _("记账 %(key)s 的流水与记账时不同。", key=shown(key))
        )


def _hash(rows: Sequence[_Row]) -> bytes:
    """Return the hash by which a posting knows its transfers, as ``form.transfers_hash`` makes it."""
    digest = hashlib.sha256()
    for _signed, _id, _posting, form in rows:
        digest.update(b"%d:%b" % (len(form), form))
    return digest.digest()


def _orphans(group: list[_Row]) -> Iterator[Break]:
    yield missing(
        "posting", group[0][_POSTING_ID], _("流水 %(transfer)s 说属于它。", transfer=shown(group[0][_ID]))
    )


def _grouped(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    group: list[_Row] = []
    for row in rows:
        if group and row[_POSTING_ID] != group[0][_POSTING_ID]:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _rank(key: Any) -> bytes:
    """Return how the databases order a key; SQLite puts whatever is no BLOB before all that are."""
    if isinstance(key, UUID):
        return key.bytes
    return key if isinstance(key, bytes) else b""
