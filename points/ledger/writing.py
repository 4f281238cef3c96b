"""Inserting whole rows that are ready for the driver, in few trips to the database.

Ready: keys as 16 bytes, instants and days as ISO text. PostgreSQL takes keys as hexadecimal text.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.db import Base
from app.prepared import run_prepared
from app.rows import insert_statement, pour_into, run
from app.types import KeyType
from points.ledger.balances import Changes, State, change
from points.ledger.models import Posting

_FEW = 4
"""Up to so many rows go in one INSERT, more of them as a COPY."""
_POSTING, _EVENT = (Base.metadata.tables[model.__tablename__] for model in (Posting, AuditEvent))

Rows = Sequence[Sequence[Any]]


def write(session: Session, table: Table, rows: Rows) -> None:
    """Insert whole rows in the order of the table's columns."""
    write_on(session.connection(), table, rows)


def write_on(connection: Connection, table: Table, rows: Rows) -> None:
    """Do what ``write`` does, for whoever has the connection at hand."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        run(connection, insert_statement(table, "sqlite"), rows)
    elif len(rows) <= _FEW:
        run_prepared(connection, _insert_few(table, len(rows)), [value for row in rows for value in row])
    else:
        names = [column.name for column in table.columns]
        pour_into(connection, table.name, names, _with_text_keys(table, rows))


def write_free(session: Session, table: Table, rows: Rows, key: Sequence[str] = ()) -> int:
    """Insert the rows whose unique key is free and return how many these are; in the order of ``key``.

    Whoever inserts rows of the same keys at once waits, and everybody in the same order.
    """
    connection = session.connection()
    once = insert_statement(table, connection.dialect.name) + " ON CONFLICT DO NOTHING"
    places = [list(table.columns.keys()).index(name) for name in key]
    if places:
        rows = sorted(rows, key=lambda row: [b"" if row[at] is None else row[at] for at in places])
    if connection.dialect.name == "sqlite":
        return int(run(connection, once, rows).rowcount) if rows else 0
    ready = _with_text_keys(table, rows)
    if len(rows) > _FEW:
        # A COPY is twice as fast, but one taken key stops it: then it goes back, and the rows come one by one.
        run(connection, "SAVEPOINT free", [()])
        try:
            pour_into(connection, table.name, [column.name for column in table.columns], ready)
        except IntegrityError:
            run(connection, "ROLLBACK TO SAVEPOINT free", [()])
        else:
            return len(rows)
    return int(run(connection, once, ready).rowcount) if rows else 0


def claim_one(
    connection: Connection, posting: Sequence[Any], event: Sequence[Any], changes: Changes
) -> dict[bytes, State] | None:
    """Insert a posting, its audit event and its changes of balances, and return the states before them.

    Returns None, and nothing has happened, when the posting's key is taken. All values are ready for
    the driver. PostgreSQL does it in one trip: every later part of the statement hangs on the claimed key.
    """
    if connection.dialect.name == "sqlite":
        statement = insert_statement(_POSTING, "sqlite") + " ON CONFLICT DO NOTHING"
        if not run(connection, statement, [posting]).rowcount:
            return None
        run(connection, insert_statement(_EVENT, "sqlite"), [event])
        return change(connection, changes)
    few = changes if len(changes) <= _FEW else ()
    moves = [value for key, points, count in few for value in (points, count, key)]
    rows = run_prepared(connection, _claim(connection.dialect, len(few)), [*posting, *event, *moves])
    if not rows:
        return None
    if not few:
        return change(connection, changes)
    found = iter(rows[0])
    return {
        key: (balance - points, last - count)
        for (key, points, count), balance, last in zip(changes, found, found, strict=True)
    }


@cache
def _claim(dialect: Dialect, accounts: int) -> str:
    """Return the statement that claims a posting and changes so many balances, each once the one before is locked.

    Were the order left to the database, two postings on the same accounts could wait for each other.
    """
    event = ", ".join(f"%s::{column.type.compile(dialect)}" for column in _EVENT.columns)
    names = ", ".join(column.name for column in _EVENT.columns)
    steps = [
        f"claimed AS ({insert_statement(_POSTING, 'postgresql')} ON CONFLICT DO NOTHING RETURNING id)",
        f"logged AS (INSERT INTO audit_event ({names}) SELECT {event} FROM claimed)",
    ]
    held, found = ["claimed"], []
    for number in range(accounts):
        one = f"account{number}"
        steps.append(
            f"{one} AS (UPDATE account_balance AS kept SET balance = kept.balance + %s, "
            f"last_number = kept.last_number + %s FROM {held[-1]} WHERE kept.account_id = %s "
            "RETURNING kept.balance, kept.last_number)"
        )
        held.append(one)
        found += [f"{one}.balance", f"{one}.last_number"]
    return f"WITH {', '.join(steps)} SELECT {', '.join(found) or '1'} FROM " + " LEFT JOIN ".join(
        [held[0], *(f"{one} ON TRUE" for one in held[1:])]
    )


@cache
def _insert_few(table: Table, count: int) -> str:
    head, values = insert_statement(table, "postgresql").split(" VALUES ")
    return f"{head} VALUES {', '.join([values] * count)}"


def _with_text_keys(table: Table, rows: Rows) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place in _key_places(table):
        columns[place] = [None if key is None else key.hex() for key in columns[place]]
    return list(zip(*columns, strict=True))


@cache
def _key_places(table: Table) -> list[int]:
    return [place for place, column in enumerate(table.columns) if isinstance(column.type, KeyType)]
