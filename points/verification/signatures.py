"""Signatures of any signed table: one pass over its rows, the forms made by the database."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from app import keys
from app.canonical import canonical
from app.db import Base
from app.stored import STREAMED
from points.ledger.models import Account, Posting, Transfer
from points.ledger.stored_form import SIGNING, form_sql, sound_sql
from points.verification.breaks import Break, changed

CHUNK = 2_000


def tables() -> list[Table]:
    """Return every table whose rows bear the ledger's HMAC: those of the ledger, and those that say so of themselves.

    A table says so by ``SIGNED`` of ``points.ledger.stored_form`` in its info; nothing else is needed to have it
    checked.
    """
    own = [Base.metadata.tables[model.__tablename__] for model in (Account, Posting, Transfer)]
    return own + [
        table
        for table in Base.metadata.sorted_tables
        if table.info.get("signed") == "ledger" and table not in own
    ]


def unsound(session: Session, table: Table) -> Iterator[Break]:
    """Yield the rows that hold a value of another type than their column's; only SQLite can have such."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    key = _keys(table, "t")
    statement = f"SELECT {key} FROM {table.name} t WHERE NOT ({sound_sql(table, 't')})"
    for row in connection.exec_driver_sql(statement, execution_options=STREAMED):
        yield changed(table.name, tuple(row) if len(row) > 1 else row[0])


def unsigned(session: Session, table: Table) -> Iterator[Break]:
    """Yield every row whose HMAC is not its own."""
    connection = session.connection()
    form = form_sql(table, connection.dialect.name, "t", 0, -SIGNING)
    statement = f"SELECT {form}, t.key_id, t.hmac, {_keys(table, 't')} FROM {table.name} t"
    for rows in chunks(connection, statement):
        for row, sound in zip(rows, are_signed(rows), strict=True):
            if not sound:
                yield changed(table.name, tuple(row[3:]) if len(row) > 4 else row[3])


def are_signed(rows: Sequence[Sequence[Any]]) -> list[bool]:
    """Return of each row, which begins with form, key's id and HMAC, whether the HMAC is its own."""
    messages = [(row[0] or b"") + key_form(row[1]) for row in rows]
    return keys.ledger.check_all([row[1] for row in rows], messages, [row[2] for row in rows])


@cache
def key_form(key_id: object) -> bytes:
    """Return the canonical form of a key's id, with which the signed form of each row ends."""
    return canonical((str(key_id),))


def chunks(
    connection: Connection, statement: str, parameters: tuple[Any, ...] = ()
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a long answer as the driver gives them, some thousand at a time."""
    is_sqlite = connection.dialect.name == "sqlite"
    raw: Any = connection.connection
    cursor = raw.cursor() if is_sqlite else raw.cursor(name=f"verify_{id(statement)}_{next(_numbers)}")
    try:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield rows
    finally:
        cursor.close()


def _count() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


_numbers = _count()


def _keys(table: Table, alias: str) -> str:
    return ", ".join(f"{alias}.{column.name}" for column in table.primary_key.columns)
