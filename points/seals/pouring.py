"""Leaves on their way into their table: one executemany on SQLite, one binary COPY on PostgreSQL.

A COPY's rows are made here column by column, which costs a third of what the driver takes for a row at a time.
"""

from functools import cache
from itertools import repeat
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.db import Base
from app.rows import insert_statement, run
from points.seals.leaves import LEAF_FORM, Leaves
from points.seals.models import SealLeaf

_LEAF = Base.metadata.tables[SealLeaf.__tablename__]
_COPY = f"COPY {_LEAF.name} ({', '.join(column.name for column in _LEAF.columns)}) FROM STDIN (FORMAT BINARY)"
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


def pour(connection: Connection, first: int, leaves: Leaves) -> None:
    """Insert leaves, numbered from ``first`` on."""
    if connection.dialect.name == "sqlite":
        numbers = range(first, first + len(leaves.things))
        rows = zip(numbers, repeat(LEAF_FORM), repeat(leaves.kind), *leaves[1:], strict=False)
        run(connection, insert_statement(_LEAF, "sqlite"), list(rows))
        return
    base = connection.dialect.loaded_dbapi.Error
    try:
        with cast(Any, connection.connection.cursor()).copy(_COPY) as copy:
            copy.write(_copied(first, leaves))
    except base as problem:
        raise DBAPIError.instance(
            _COPY, None, problem, base, hide_parameters=True, dialect=connection.dialect
        ) from problem


def _copied(first: int, leaves: Leaves) -> bytes:
    """Return the rows as a binary COPY takes them: how many values, then each one's length and bytes."""
    kind, texts = leaves.kind.encode(), list(map(str.encode, leaves.publics))
    after_number = _sized(LEAF_FORM.to_bytes(2, "big")) + _sized(kind) + _length(16)
    rows = zip(
        repeat(len(_LEAF.columns).to_bytes(2, "big") + _length(8)),
        [number.to_bytes(8, "big") for number in range(first, first + len(texts))],
        repeat(after_number),
        leaves.things,
        [_length(len(text)) for text in texts],
        texts,
        repeat(_length(32)),
        leaves.commitments,
        repeat(_length(32)),
        leaves.hashes,
        strict=False,
    )
    return b"".join((_BEGIN, *map(b"".join, rows), _END))


@cache
def _length(length: int) -> bytes:
    return length.to_bytes(4, "big")


def _sized(value: bytes) -> bytes:
    return _length(len(value)) + value
