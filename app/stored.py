"""Signed rows as they are stored, read past the unit of work: fast, and never stopped by a damaged one."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Table
from sqlalchemy.orm import Session

from app.types import KeyType, UtcTimeType

STREAMED = {"stream_results": True, "max_row_buffer": 1000}
"""How a long answer is fetched: piece by piece, never whole."""


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
