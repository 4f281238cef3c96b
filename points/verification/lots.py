"""The quick pass over the events: whether a lot of postings, with all that hangs on them, is right.

Everything that ``points.verification.events`` looks at is looked at here too, by whole columns: what each row signs,
what each posting knows of its transfers, what each leaf says. It says no more than "all is right"; where it is not,
or nearly not, that module goes over the same postings again and names what is wrong.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import Any

from sqlalchemy import Connection

from app import keys
from app.stored import raw_rows
from points.verification import walks
from points.verification.marks import added
from points.verification.walks import POSTING, KeyRange, Known, Walk

LOT = 192
"""Postings at a time: with their transfers they fit a processor's cache. Thousands would take half as long again."""
_MOST = 50_000
"""So many transfers are held at once; a lot that has more is gone over piece by piece."""
_NAMES = [column.name for column in POSTING.columns]
POSTINGS = f"SELECT {', '.join(f't.{name}' for name in _NAMES)} FROM posting t"


def each(connection: Connection, at: KeyRange) -> Iterator[tuple[KeyRange, Sequence[Any]]]:
    """Yield a lot of postings at a time with their part of the range; the parts make up all of it."""
    where, values = at.where("t.id", connection.dialect.name)
    rows: Sequence[Any] = ()
    first = at.first
    for following in raw_rows(connection, f"{POSTINGS} {where} ORDER BY t.id", values, lot=LOT):
        if rows:
            yield KeyRange(first, following[0][0]), rows
            first = following[0][0]
        rows = following
    yield KeyRange(first, at.last), rows


def is_right(
    connection: Connection, postings: Sequence[Sequence[Any]], at: KeyRange, known: Known, seen: Walk
) -> bool:
    """Return whether these postings, all of a range, are right with all that hangs on them; then add to ``seen``.

    ``postings`` are the rows of ``POSTINGS`` in the order of their keys.
    """
    if not postings:
        return _are_right(connection, at, (), ((), ()), known, seen)
    dialect = connection.dialect.name
    columns = list(zip(*postings, strict=True))
    *_body, key_ids, macs = columns
    forms = walks.row_forms(POSTING, dialect).of_columns(columns, 0, -1)
    counts, digests = (columns[_NAMES.index(name)] for name in ("transfer_count", "transfers_hash"))
    if not all(keys.ledger.check_all(key_ids, forms, macs)) or sum(counts) > _MOST:
        return False
    # Postings that are signed have whole numbers of transfers.
    ends = list(accumulate(counts, initial=0))
    expected = list(chain.from_iterable(map(repeat, columns[0], counts)))
    return _are_right(connection, at, expected, (ends, digests), known, seen)


def _are_right(
    connection: Connection,
    at: KeyRange,
    expected: Sequence[Any],
    known_by: tuple[Sequence[int], Sequence[Any]],
    known: Known,
    seen: Walk,
) -> bool:
    """Return whether the transfers of a range are those of the expected postings, and right with their leaves."""
    dialect = connection.dialect.name
    # Those of one posting come in the order in which they were written; were it another, their hash would say so.
    is_bare = dialect != "sqlite"
    statement, values = walks.transfers_sql(at, dialect, "t.posting_id", is_bare=is_bare)
    rows: list[Any] = []
    for some in raw_rows(connection, statement, values, is_short=True, lot=_MOST):
        rows += some
        if len(rows) > len(expected):
            return False
    if not rows:
        return not expected
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    if is_bare:
        leaves = walks.leaf_columns(connection, columns[0])
        if leaves is None:
            return False
        columns += leaves
    named = walks.named(columns)
    if list(named["posting_id"]) != expected:
        return False
    forms, (ends, digests) = walks.forms_of(columns, dialect), known_by
    pieces, sha256 = walks.pieces(forms), hashlib.sha256
    if [sha256(b"".join(pieces[start:end])).digest() for start, end in pairwise(ends)] != list(digests):
        return False
    if not all(walks.signed(named, forms.wholes)):
        return False
    if any(walks.unlike_leaves(connection, named, forms.wholes, known.flows)):
        return False
    seen.transfers += len(rows)
    seen.marks = added(seen.marks, known.marks.of(named))
    walks.count_unsealed(named, seen)
    return True
