"""Plain inserts of whole rows, for the few tables where the unit of work would cost more than the write.

Statements are constant text, run on the driver's cursor inside the SQLAlchemy transaction; values are
turned into what the driver wants. Signed, append-only rows are written this way (audit, ledger).
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Connection, CursorResult, Table, any_, bindparam
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app.db import Base
from app.types import KeyType

T = TypeVar("T")
VARIABLES = 500  # per IN (…): far below the limit of either database


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield many values in parts that fit one statement's IN (…) on either database."""
    for start in range(0, len(values), VARIABLES):
        yield values[start : start + VARIABLES]


@cache
def insert_statement(table: Table, dialect: str) -> str:
    """Return the INSERT of all columns of a table, in their order, in the driver's own parameter style."""
    mark = "?" if dialect == "sqlite" else "%s"
    names = [column.name for column in table.columns]
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"


def driver_row(values: Iterable[Any], dialect: str) -> tuple[Any, ...]:
    """Return the values as the driver takes them: on SQLite keys as 16 bytes, instants and days as ISO text."""
    if dialect != "sqlite":
        return tuple(values)
    return tuple([_SQLITE.get(type(value), _same)(value) for value in values])


def run(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> Any:
    """Run a statement of the driver's own style for one row or many and return the driver's cursor.

    As ``exec_driver_sql``, without its result object, which costs more than the statement does on SQLite.
    Errors come as SQLAlchemy's, told apart by their class.
    """
    cursor = connection.connection.cursor()
    try:
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)
    except connection.dialect.loaded_dbapi.Error as problem:
        base = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(
            statement, None, problem, base, hide_parameters=True, dialect=connection.dialect
        ) from problem
    return cursor


def insert_rows(session: Session, table: Table, rows: Sequence[Sequence[Any]], *, once: bool = False) -> None:
    """Insert whole rows, each a sequence in the order of the table's columns, in one executemany.

    ``once``: a row whose unique key is taken stays out.
    """
    connection = session.connection()
    dialect = connection.dialect.name
    statement = insert_statement(table, dialect) + (" ON CONFLICT DO NOTHING" if once else "")
    if rows:
        run(connection, statement, [driver_row(row, dialect) for row in rows])


def pour(session: Session, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows that are ready for the driver: COPY on PostgreSQL, one executemany on SQLite.

    Ready means: keys from ``ready_keys``, instants and days as ISO text, everything else as the column stores it.
    Nothing is converted here, since a list brings hundreds of thousands of rows. Table and columns are the
    program's own words, never somebody's input.
    """
    if rows:
        pour_into(session.connection(), table, columns, rows)


def pour_into(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Do what ``pour`` does, for whoever has the connection at hand."""
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        run(connection, f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    base = connection.dialect.loaded_dbapi.Error
    statement = f"COPY {table} ({names}) FROM STDIN"
    try:
        with cast(Any, connection.connection.cursor()).copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except base as problem:
        raise DBAPIError.instance(
            statement, None, problem, base, hide_parameters=True, dialect=connection.dialect
        ) from problem


def present(session: Session, column: InstrumentedAttribute[Any], values: Sequence[Any]) -> list[Any]:
    """Return which of many texts or hashes stand in an indexed column, in one statement.

    Asked of a whole list before its rows are fetched: of a new one hardly any are there, and binding thousands of
    values one by one costs more than finding them.
    """
    if not values:
        return []
    connection = session.connection()
    place = f"SELECT {column.key} FROM {column.class_.__tablename__} WHERE {column.key}"
    if connection.dialect.name == "sqlite":
        marks = ", ".join(["?"] * len(values))
        found = run(connection, f"{place} IN ({marks})", [tuple(values)]).fetchall()
    else:
        found = run(connection, f"{place} = ANY(%s)", [(list(values),)]).fetchall()
    return [row[0] for row in found]


def among(session: Session, column: Any, keys: Collection[UUID]) -> ColumnElement[bool]:
    """Return that a column of keys has one of these.

    PostgreSQL gets one array instead of many values: a third of the time, and one prepared statement for any number.
    """
    if session.get_bind().dialect.name == "postgresql":
        wanted: BindParameter[Any] = bindparam("keys", list(keys), type_=ARRAY(KeyType()), unique=True)
        return cast(ColumnElement[bool], column == any_(wanted))
    return cast(ColumnElement[bool], column.in_(list(keys)))


def ready_keys(keys: Sequence[bytes], dialect: str) -> Sequence[Any]:
    """Return keys of 16 bytes as ``pour`` takes them: as they are on SQLite, as hexadecimal text for COPY."""
    return keys if dialect == "sqlite" else [key.hex() for key in keys]


def ready_row(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return a row's values ready for the driver: keys as 16 bytes, instants and days as ISO text."""
    return driver_row(values, "sqlite")


def ready_instant(value: datetime) -> str:
    """Return an aware instant as ``pour`` takes it."""
    return _iso(value)


def insert_if_absent(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert one row unless a unique key already has it; return whether it was new. Never raises for a twin."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(cast(Table, model.__table__)).values(**values).on_conflict_do_nothing()
    statement = statement.execution_options(preserve_rowcount=True)
    return cast(CursorResult[Any], session.execute(statement)).rowcount == 1


def _same(value: Any) -> Any:
    return value


def _iso(value: datetime) -> str:
    # isoformat is ten times faster than strftime, and signed rows are written often.
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


_SQLITE: dict[type, Any] = {
    uuid.UUID: lambda value: value.bytes,
    datetime: _iso,
    date: date.isoformat,
}
