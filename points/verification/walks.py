"""What both passes over the events share: the range that is walked, what was seen, and how a row is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Connection, Table

from app import keys
from app.db import Base
from app.row_forms import RowForms
from app.stored import raw_rows
from points.ledger.form import UNDER_LOCK
from points.ledger.models import Posting, Transfer
from points.ledger.stored_form import SIGNING
from points.seals import flows, leaves
from points.verification.breaks import Break, BreakKind, shown
from points.verification.marks import Marks
from points.verification.signatures import key_form

POSTING, TRANSFER = (Base.metadata.tables[model.__tablename__] for model in (Posting, Transfer))
_LEAF = ("number", "form", "kind", "public", "commitment", "leaf_hash")
_KIND = "transfer"
_NAMES = [column.name for column in TRANSFER.columns]
_of_transfer = ", ".join(f"t.{name}" for name in _NAMES)
_of_leaf = ", ".join(f"l.{name}" for name in _LEAF)
_NO_LEAF = (None,) * (1 + len(_LEAF))
_NEAR = 100

Columns = Mapping[str, Sequence[Any]]
"""Transfers by column, their leaves' columns among them: ``leaf_number`` and so on."""


class KeyRange(NamedTuple):
    """Keys from the first on to before the last, as ``raw_rows`` has them; None: no end."""

    first: Any = None
    last: Any = None

    def where(self, column: str, dialect: str) -> tuple[str, tuple[Any, ...]]:
        """Return the condition that a column lies in the range, and its parameters."""
        mark = "?" if dialect == "sqlite" else "%s"
        ends = [(f"{column} >= {mark}", self.first)] * (self.first is not None)
        ends += [(f"{column} < {mark}", self.last)] * (self.last is not None)
        if not ends:
            return "", ()
        values = tuple(end if dialect == "sqlite" else end.hex() for _part, end in ends)
        return "WHERE " + " AND ".join(part for part, _end in ends), values


@dataclass(slots=True)
class Walk:
    """What a walk saw besides breaks; ``marks`` is a sum of ``points.verification.marks``, None in doubt."""

    transfers: int = 0
    unsealed: int = 0
    oldest: UUID | None = None
    marks: int | None = 0
    breaks: list[Break] = field(default_factory=list)


class Known:
    """What walks in one process need not read or make again: the flows between accounts and the marks' secrets."""

    def __init__(self, secret: bytes) -> None:
        self.flows, self.marks = flows.Flows(), Marks(secret)


class Forms(NamedTuple):
    """Canonical forms of transfers, without the key's id.

    ``heads`` and ``tails``: the columns before and after those that become known only under the lock.
    """

    heads: list[bytes]
    tails: list[bytes]
    wholes: list[bytes]


def transfers_sql(
    at: KeyRange, dialect: str, order: str, *, is_bare: bool = False
) -> tuple[str, tuple[Any, ...]]:
    """Return a SELECT of the transfers of a range of postings with their leaves (bare: without), and its parameters."""
    where, values = at.where("t.posting_id", dialect)
    wanted, leaf = _of_transfer, ""
    if not is_bare:
        wanted, leaf = f"{_of_transfer}, {_of_leaf}", "LEFT JOIN seal_leaf l ON l.thing_id = t.id"
    return f"SELECT {wanted} FROM transfer t {leaf} {where} ORDER BY {order}", values


def leaf_columns(connection: Connection, keys_of: Sequence[Any]) -> Sequence[Sequence[Any]] | None:
    """Return the leaves of transfers by column, None where there is none; None when they lie too far apart.

    What was posted together lies together among the leaves' keys. On PostgreSQL reading that range costs half of
    what a join does, on SQLite more than one.
    """
    most = 2 * len(keys_of) + _NEAR
    statement = (
        f"SELECT l.thing_id, {_of_leaf} FROM seal_leaf l WHERE l.thing_id >= %s AND l.thing_id <= %s "
        f"ORDER BY l.thing_id LIMIT {most:d}"
    )
    ends = (min(keys_of).hex(), max(keys_of).hex())
    rows = next(raw_rows(connection, statement, ends, is_short=True, lot=most), [])
    if len(rows) == most:
        return None
    if [row[0] for row in rows] != list(keys_of):
        there = {row[0]: row for row in rows}
        rows = [there.get(key, _NO_LEAF) for key in keys_of]
    return list(zip(*rows, strict=True))[1:]


def named(columns: Sequence[Sequence[Any]]) -> Columns:
    """Return the columns of that SELECT by their names."""
    return dict(zip([*_NAMES, *(f"leaf_{name}" for name in _LEAF)], columns, strict=True))


def forms_of(columns: Sequence[Sequence[Any]], dialect: str) -> Forms:
    """Return the forms of transfers that are given column by column."""
    forms = row_forms(TRANSFER, dialect)
    heads = forms.of_columns(columns, 0, UNDER_LOCK.start)
    locked = forms.of_columns(columns, UNDER_LOCK.start, UNDER_LOCK.stop)
    tails = forms.of_columns(columns, UNDER_LOCK.stop, len(_NAMES) - SIGNING)
    return Forms(heads, tails, list(map(b"".join, zip(heads, locked, tails, strict=True))))


def pieces(forms: Forms) -> list[bytes]:
    """Return what each transfer adds to the hash by which its posting knows it."""
    return [
        b"%d:%b%b" % (len(head) + len(tail), head, tail)
        for head, tail in zip(forms.heads, forms.tails, strict=True)
    ]


@cache
def row_forms(table: Table, dialect: str) -> RowForms:
    """Return what makes the canonical forms of a table's rows as ``raw_rows`` has them."""
    return RowForms(table, binary=dialect != "sqlite")


def signed(columns: Columns, forms: Sequence[bytes]) -> list[bool]:
    """Return of each transfer whether its HMAC is its own."""
    key_ids = columns["key_id"]
    ends = {key_id: key_form(key_id) for key_id in set(key_ids)}
    messages = [form + ends[key_id] for form, key_id in zip(forms, key_ids, strict=True)]
    return keys.ledger.check_all(key_ids, messages, columns["hmac"])


def unlike_leaves(
    connection: Connection, columns: Columns, forms: Sequence[bytes], known: flows.Flows
) -> Iterator[Break]:
    """Yield the leaves that are not what their transfers say."""
    found = known.of(connection, columns["from_account_id"], columns["to_account_id"])
    made = flows.made(
        found,
        *(columns["id"], forms, columns["happened_on"], columns["region_code"]),
        *(columns["contribution_kind"], columns["points"]),
    )
    numbers, versions, kinds, *stored = (columns[f"leaf_{name}"] for name in _LEAF)
    if (
        (set(versions), set(kinds), set(map(type, numbers))) == ({leaves.LEAF_FORM}, {_KIND}, {int})
        and all(list(mine) == list(leaf) for mine, leaf in zip(made, stored, strict=True))
    ):  # fmt: skip
        return
    for number, version, kind, flow, key, mine, leaf in zip(
        numbers, versions, kinds, found, columns["id"], zip(*made, strict=True), zip(*stored, strict=True),
        strict=True,
    ):  # fmt: skip
        if number is None:
            continue
        is_leaf = (
            version == leaves.LEAF_FORM and kind == _KIND and type(number) is int and mine[0] is not None
        )
        if not is_leaf or (mine != leaf and not (flow.is_erased and _is_all_but_who(mine, *leaf))):
            yield leaf_differs(number, key)


def _is_all_but_who(mine: flows.Made, public: Any, commitment: Any, digest: Any) -> bool:
    """Return whether a leaf is right as far as can be said when the salt of its party was erased.

    Who it was can no longer be said; what can be is compared, and the rest stands by its stored hash.
    """
    try:
        told, true = public.split("|"), mine[0].split("|")
        return told[:3] + told[4:] == true[:3] + true[4:] and digest == leaves.hash_of(public, commitment)
    except (TypeError, AttributeError):  # a damaged value
        return False


def leaf_differs(number: object, key: object) -> Break:
    """Return the break of a leaf that is not what its thing says."""
    sentence = _("第 %(number)s 号存证与 %(key)s 不符。", number=number, key=shown(key))
    return Break(BreakKind.LEAF, "seal_leaf", shown(number), sentence)


def count_unsealed(columns: Columns, seen: Walk) -> None:
    """Add to a walk how many transfers have no leaf, and which is the oldest."""
    if None not in columns["leaf_number"]:
        return
    for key, number in zip(columns["id"], columns["leaf_number"], strict=True):
        if number is None:
            seen.unsealed += 1
            if isinstance(key, bytes) and len(key) == 16:
                found = UUID(bytes=key)
                seen.oldest = min(seen.oldest or found, found)
