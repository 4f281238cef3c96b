"""Signed rows as they are stored, read past the unit of work: fast, and never stopped by a damaged one."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from psycopg.types.string import ByteaBinaryLoader
from sqlalchemy import Connection, Date, Table
from sqlalchemy.orm import Session

from app.types import KeyType, UtcTimeType

STREAMED = {"stream_results": True, "max_row_buffer": 1000}
"""How a long answer is fetched: piece by piece, never whole."""

LOT = 2_000
_AS_BYTES = ("uuid", "timestamptz", "date")
_numbers = count()
_BY_INDEX = "SELECT " + ", ".join(
    f"set_config('{way}', 'off', true)"
    # Without the last one PostgreSQL would compile a plan whose cost it believes to be huge.
    for way in ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_sort", "jit")
)


def prefer_indexes(connection: Connection) -> None:
    """Have PostgreSQL go by indexes, in their order, until the transaction ends.

    For short ranges of long tables that grow at one end: its statistics never know the newest rows, so that it takes
    a few of them for a good part of the table and goes over all of that.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(_BY_INDEX)


def raw_rows(
    connection: Connection,
    statement: str,
    parameters: tuple[Any, ...] = (),
    *,
    is_short: bool = False,
    lot: int = LOT,
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of an answer in lots, with as little made of their values as a driver can.

    A short answer comes in one trip, a long one piece by piece, ``lot`` rows at a time.
    Keys are 16 bytes on both databases; instants and days are ISO text on SQLite, and on PostgreSQL the bytes of
    its binary format. Text that is no UTF-8, which only SQLite can hold, comes with surrogates in its place.
    """
    raw: Any = connection.connection
    if connection.dialect.name == "sqlite":
        yield from _raw_sqlite(raw.dbapi_connection, statement, parameters, lot)
        return
    name = "" if is_short else f"raw_{next(_numbers)}"
    with raw.cursor(name=name, binary=True) as cursor:
        for kind in _AS_BYTES:
            cursor.adapters.register_loader(kind, ByteaBinaryLoader)
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(lot):
            yield rows
            if len(rows) < lot:
                break


def _raw_sqlite(
    raw: Any, statement: str, parameters: tuple[Any, ...], lot: int
) -> Iterator[list[tuple[Any, ...]]]:
    cursor, done = raw.cursor(), 0
    try:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(lot):
            yield rows
            done += len(rows)
        return
    except sqlite3.OperationalError as problem:
        if "UTF-8" not in str(problem):
            raise
    finally:
        cursor.close()
    # A damaged text: the rest is read again, with a call of Python for each text.
    before, raw.text_factory = raw.text_factory, _decoded
    try:
        cursor = raw.execute(f"{statement} LIMIT -1 OFFSET {done:d}", parameters)
        while rows := cursor.fetchmany(lot):
            yield rows
    finally:
        raw.text_factory = before


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def stored_rows(
    session: Session, table: Table, tail: str = "", parameters: tuple[Any, ...] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield whole rows in the order of the columns; ``tail`` is WHERE and ORDER BY in the driver's own style.

    A value that cannot be what its column holds stays as it is stored, and so fails its signature.
    """
    connection = session.connection()
    names = ", ".join(column.name for column in table.columns)
    result = connection.exec_driver_sql(
        f"SELECT {names} FROM {table.name} {tail}", parameters, execution_options=STREAMED
    )
    readers = _readers(table, connection.dialect.name)
    for row in result:
        values = list(row)
        for place, read in readers:
            if values[place] is not None:
                values[place] = _tried(read, values[place])
        yield tuple(values)


@cache
def _readers(table: Table, dialect: str) -> list[tuple[int, Callable[[Any], Any]]]:
    if dialect != "sqlite":
        return []
    known: list[tuple[type, Callable[[Any], Any]]] = [
        (KeyType, lambda value: UUID(bytes=value)),
        (UtcTimeType, datetime.fromisoformat),
        (Date, date.fromisoformat),
    ]
    return [
        (place, read)
        for place, column in enumerate(table.columns)
        for kind, read in known
        if isinstance(column.type, kind)
    ]


def _tried(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError):
        return value
