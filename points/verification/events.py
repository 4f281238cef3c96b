"""Postings with their transfers and the transfers' leaves: one walk in the order of the postings' keys.

A posting knows the number and the hash of its transfers; each transfer bears its signature, and its leaf, where it
has one, must be what the row says. A lot of postings at a time is looked at as a whole; only where something
is not right there, each row is, and what is wrong is named.
"""

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app import keys
from app.stored import raw_rows
from points.ledger.stored_form import SIGNING
from points.verification import lots, walks
from points.verification.breaks import Break, BreakKind, changed, missing, shown
from points.verification.marks import added
from points.verification.walks import POSTING, KeyRange, Known, Walk

_Group = tuple[Any, int, bool, bytes]
"""The transfers of one posting: its key, how many, whether all are signed, and the hash by which it knows them."""


def walk(session: Session, at: KeyRange, known: Known) -> Walk:
    """Check the postings of a range of keys with all that hangs on them."""
    seen, connection = Walk(), session.connection()
    for part, rows in lots.each(connection, at):
        if not lots.is_right(connection, rows, part, known, seen):
            _name(connection, part, known, seen)
    return seen


def _name(connection: Connection, at: KeyRange, known: Known, seen: Walk) -> None:
    """Go over the postings of a range row by row, and name what is wrong."""
    groups = _groups(connection, at, seen, known)
    group = next(groups, None)
    for posting_id, sound, expected, digest in _postings(connection, at):
        while group is not None and group[0] != posting_id and _rank(group[0]) < _rank(posting_id):
            seen.breaks.append(_orphan(group))
            group = next(groups, None)
        if not sound:
            seen.breaks.append(changed("posting", posting_id))
        _key, count, are_signed, found = group if group and group[0] == posting_id else _NOTHING
        if count != expected or (are_signed and found != digest):
            seen.breaks.append(_miscounted(posting_id, expected, count))
        if count:
            group = next(groups, None)
    seen.breaks += map(_orphan, chain([group] if group else [], groups))


def _postings(connection: Connection, at: KeyRange) -> Iterator[tuple[Any, bool, Any, Any]]:
    dialect = connection.dialect.name
    where, values = at.where("t.id", dialect)
    names, forms = [column.name for column in POSTING.columns], walks.row_forms(POSTING, dialect)
    for rows in raw_rows(connection, f"{lots.POSTINGS} {where} ORDER BY t.id", values):
        columns = list(zip(*rows, strict=True))
        key_ids, macs = columns[-SIGNING:]
        sound = keys.ledger.check_all(key_ids, forms.of_columns(columns, 0, -1), macs)
        counts, digests = (columns[names.index(name)] for name in ("transfer_count", "transfers_hash"))
        yield from zip(columns[0], sound, counts, digests, strict=True)


def _groups(connection: Connection, at: KeyRange, seen: Walk, known: Known) -> Iterator[_Group]:
    """Yield the transfers by posting, each checked against its signature and its leaf."""
    dialect = connection.dialect.name
    statement, values = walks.transfers_sql(at, dialect, "t.posting_id, t.id")
    posting_id, count, are_signed, digest = None, 0, True, hashlib.sha256()
    for rows in raw_rows(connection, statement, values):
        columns = list(zip(*rows, strict=True))
        named, forms = walks.named(columns), walks.forms_of(columns, dialect)
        sound = walks.signed(named, forms.wholes)
        seen.transfers += len(rows)
        seen.breaks += [
            changed("transfer", key) for key, right in zip(named["id"], sound, strict=True) if not right
        ]
        seen.breaks += walks.unlike_leaves(connection, named, forms.wholes, known.flows)
        seen.marks = added(seen.marks, known.marks.of(named))
        walks.count_unsealed(named, seen)
        for owner, right, piece in zip(named["posting_id"], sound, walks.pieces(forms), strict=True):
            if owner != posting_id:
                if count:
                    yield posting_id, count, are_signed, digest.digest()
                posting_id, count, are_signed, digest = owner, 0, True, hashlib.sha256()
            count += 1
            are_signed = are_signed and right
            digest.update(piece)
    if count:
        yield posting_id, count, are_signed, digest.digest()


_NOTHING: _Group = (None, 0, True, hashlib.sha256().digest())


def _miscounted(key: Any, expected: Any, count: int) -> Break:
    if expected == count:
        sentence = _("记账 %(key)s 的流水与记账时不同。", key=shown(key))
    else:
        sentence = _(
            "记账 %(key)s 应有 %(expected)s 条流水，现有 %(count)d 条。",
            key=shown(key),
            expected=expected,
            count=count,
        )
    return Break(BreakKind.COUNT, "posting", shown(key), sentence)


def _orphan(group: _Group) -> Break:
    key, count, _signed, _hash = group
    return missing("posting", key, _("有 %(count)d 条流水说属于它。", count=count))


def _rank(key: Any) -> bytes:
    """Return how the databases order a key; SQLite puts whatever is no BLOB before all that are."""
    return key if isinstance(key, bytes) else b""
