"""Postings with their transfers and the transfers' leaves: one walk in the order of the postings' keys.

A posting knows the number and the hash of its transfers; each transfer bears its signature, and its leaf, where it
has one, must be what the row says. Some thousand rows at a time, column by column.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from app import keys
from app.db import Base
from app.row_forms import RowForms
from app.stored import raw_rows
from points.ledger.form import UNDER_LOCK
from points.ledger.models import Posting, Transfer
from points.ledger.stored_form import SIGNING
from points.seals import flows, leaves
from points.verification.breaks import Break, BreakKind, changed, missing, shown
from points.verification.marks import Marks, added
from points.verification.signatures import key_form

_TRANSFER, _POSTING = (Base.metadata.tables[model.__tablename__] for model in (Transfer, Posting))
_LEAF = ("number", "form", "kind", "public", "commitment", "leaf_hash")
_KIND = "transfer"
_NAMES = [column.name for column in _TRANSFER.columns]

Columns = Mapping[str, Sequence[Any]]
"""Transfers by column, their leaves' columns among them: ``leaf_number`` and so on."""


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
    """What a walk saw besides breaks; ``marks`` is a sum of ``points.verification.marks``, None in doubt."""

    transfers: int = 0
    unsealed: int = 0
    oldest: UUID | None = None
    marks: int | None = 0
    breaks: list[Break] = field(default_factory=list)


_Group = tuple[Any, int, bool, bytes]
"""The transfers of one posting: its key, how many, whether all are signed, and the hash by which it knows them."""


def walk(session: Session, at: KeyRange, secret: bytes) -> Walk:
    """Check the postings of a range of keys with all that hangs on them; ``secret`` is the marks'."""
    seen = Walk()
    connection = session.connection()
    groups = _groups(connection, at, seen, Marks(secret))
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
    while group is not None:
        seen.breaks.append(_orphan(group))
        group = next(groups, None)
    return seen


def _postings(connection: Connection, at: KeyRange) -> Iterator[tuple[Any, bool, Any, Any]]:
    where, values = at.where("t.id", connection.dialect.name)
    names = [column.name for column in _POSTING.columns]
    forms = _forms(_POSTING, connection)
    statement = f"SELECT {', '.join(f't.{name}' for name in names)} FROM posting t {where} ORDER BY t.id"
    for rows in raw_rows(connection, statement, values):
        columns = list(zip(*rows, strict=True))
        key_ids, macs = columns[-SIGNING:]
        sound = keys.ledger.check_all(key_ids, forms.of_columns(columns, 0, -1), macs)
        counts, digests = (columns[names.index(name)] for name in ("transfer_count", "transfers_hash"))
        yield from zip(columns[0], sound, counts, digests, strict=True)


def _groups(connection: Connection, at: KeyRange, seen: Walk, marks: Marks) -> Iterator[_Group]:
    """Yield the transfers by posting, each checked against its signature and its leaf."""
    where, values = at.where("t.posting_id", connection.dialect.name)
    wanted = [f"t.{name}" for name in _NAMES] + [f"l.{name}" for name in _LEAF]
    statement = (
        f"SELECT {', '.join(wanted)} FROM transfer t LEFT JOIN seal_leaf l ON l.thing_id = t.id "
        f"{where} ORDER BY t.posting_id, t.id"
    )
    forms, between = _forms(_TRANSFER, connection), flows.Flows(connection)
    posting_id, count, are_signed, digest = None, 0, True, hashlib.sha256()
    for rows in raw_rows(connection, statement, values):
        columns = list(zip(*rows, strict=True))
        heads = forms.of_columns(columns, 0, UNDER_LOCK.start)
        locked = forms.of_columns(columns, UNDER_LOCK.start, UNDER_LOCK.stop)
        tails = forms.of_columns(columns, UNDER_LOCK.stop, len(_NAMES) - SIGNING)
        whole = [head + known + tail for head, known, tail in zip(heads, locked, tails, strict=True)]
        named = dict(zip([*_NAMES, *(f"leaf_{name}" for name in _LEAF)], columns, strict=True))
        sound = _signed(named, whole)
        seen.transfers += len(rows)
        seen.breaks += [
            changed("transfer", key) for key, right in zip(named["id"], sound, strict=True) if not right
        ]
        seen.breaks += _unlike_leaves(named, whole, between)
        seen.marks = added(seen.marks, marks.of(named))
        _count_unsealed(named, seen)
        for owner, right, head, tail in zip(named["posting_id"], sound, heads, tails, strict=True):
            if owner != posting_id:
                if count:
                    yield posting_id, count, are_signed, digest.digest()
                posting_id, count, are_signed, digest = owner, 0, True, hashlib.sha256()
            count += 1
            are_signed = are_signed and right
            digest.update(b"%d:%b%b" % (len(head) + len(tail), head, tail))
    if count:
        yield posting_id, count, are_signed, digest.digest()


def _forms(table: Table, connection: Connection) -> RowForms:
    return RowForms(table, binary=connection.dialect.name != "sqlite")


def _signed(named: Columns, forms: Sequence[bytes]) -> list[bool]:
    key_ids = named["key_id"]
    messages = [form + key_form(key_id) for form, key_id in zip(forms, key_ids, strict=True)]
    return keys.ledger.check_all(key_ids, messages, named["hmac"])


def _unlike_leaves(named: Columns, forms: Sequence[bytes], between: flows.Flows) -> Iterator[Break]:
    """Yield the leaves that are not what their transfers say."""
    found = between.of(named["from_account_id"], named["to_account_id"])
    made = flows.made(
        found,
        *(named["id"], forms, named["happened_on"], named["region_code"]),
        *(named["contribution_kind"], named["points"]),
    )
    numbers, versions, kinds, *rest = (named[f"leaf_{name}"] for name in _LEAF)
    stored = list(zip(*rest, strict=True))
    plain = (set(versions), set(kinds), set(map(type, numbers))) == ({leaves.LEAF_FORM}, {_KIND}, {int})
    if plain and made == stored:
        return
    for number, version, kind, mine, leaf, flow, key in zip(
        numbers, versions, kinds, made, stored, found, named["id"], strict=True
    ):
        if number is None:
            continue
        is_leaf = version == leaves.LEAF_FORM and kind == _KIND and type(number) is int and mine is not None
        if not is_leaf or (mine != leaf and not (flow.is_erased and _is_all_but_who(mine, *leaf))):
            yield leaf_differs(number, key)


def _is_all_but_who(mine: flows.Made | None, public: Any, commitment: Any, digest: Any) -> bool:
    """Return whether a leaf is right as far as can be said when the salt of its party was erased.

    Who it was can no longer be said; what can be is compared, and the rest stands by its stored hash.
    """
    try:
        told = public.split("|")
        true = mine[0].split("|") if mine else []
        return told[:3] + told[4:] == true[:3] + true[4:] and digest == leaves.hash_of(public, commitment)
    except (TypeError, AttributeError):  # a damaged value
        return False


def leaf_differs(number: object, key: object) -> Break:
    """Return the break of a leaf that is not what its thing says."""
    sentence = _("第 %(number)s 号存证与 %(key)s 不符。", number=number, key=shown(key))
    return Break(BreakKind.LEAF, "seal_leaf", shown(number), sentence)


def _count_unsealed(named: Columns, seen: Walk) -> None:
    if None not in named["leaf_number"]:
        return
    for key, number in zip(named["id"], named["leaf_number"], strict=True):
        if number is None:
            seen.unsealed += 1
            if isinstance(key, bytes) and len(key) == 16:
                found = UUID(bytes=key)
                seen.oldest = min(seen.oldest or found, found)


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
