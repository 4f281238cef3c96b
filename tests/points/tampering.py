"""Somebody who owns the database and not the key: what such a one can do, and what a verification then says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from app import clock
from app.db import Base, Database, transaction
from app.parties.models import PartyKind
from app.permissions import SYSTEM
from points.awards import award
from points.reversals import reverse_award
from points.seals.sealing import seal
from points.verification.verifying import Break, BreakKind, verify
from tests.points import city

TABLES = (
    "account",
    "account_balance",
    "party_salt",
    "posting",
    "transfer",
    "seal_leaf",
    "seal_node",
    "seal",
    "day_root",
    "tree_head",
)
SIGNED = ("account", "party_salt", "posting", "transfer", "seal", "day_root", "tree_head")


def lived_in() -> UUID:
    """Make a city whose ledger has sealed days, a complete node, and at last what no seal has yet."""
    with transaction() as session:
        city.programme(session)
        made = city.party(session)
        person = city.party(session, "王秀英", kind=PartyKind.PERSON)
    start = clock.now()
    for day in range(3):
        with clock.at(start + timedelta(days=day)):
            wrong = city.service(made)
            with transaction() as session:
                for request in (city.gift(made), city.service(person), wrong):
                    award(session, request, actor=SYSTEM)
            with transaction() as session:
                for _ in range(42):
                    award(session, city.service(person, minutes=1), actor=SYSTEM)
            with transaction() as session:
                reverse_award(
                    session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
                )
            seal()
    with clock.at(start + timedelta(days=3)):
        seal()
        with transaction() as session:
            award(session, city.gift(made), actor=SYSTEM)
            award(session, city.service(person), actor=SYSTEM)
    return made


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """Yield a connection of somebody who owns the database: no trigger, check or foreign key stands in the way."""
    with database.writer.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in triggers.scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            for table in TABLES:
                constraints = connection.exec_driver_sql(
                    "SELECT conname FROM pg_constraint "
                    f"WHERE conrelid = '{table}'::regclass AND contype IN ('c', 'f')"
                )
                for name in constraints.scalars().all():
                    connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield connection
        connection.invalidate()


def found_after(connection: Connection, *statements: str) -> list[Break]:
    """Return what verify finds after some changes, which are then undone; missing triggers are left out."""
    undone = connection.begin_nested()
    try:
        for statement in statements:
            connection.exec_driver_sql(statement)
        with Session(connection) as session:
            return [one for one in verify(session) if one.kind.value != "trigger"]
    finally:
        undone.rollback()


def rows_of(connection: Connection, table: str) -> list[dict[str, Any]]:
    """Return some rows of a table by column: the first, and the last, which in most tables has no seal."""
    keys = ", ".join(primary(table))
    rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY {keys}").mappings().all()
    return [dict(row) for row in ([rows[0], rows[-1]] if len(rows) > 1 else rows)]


def primary(table: str) -> list[str]:
    """Return the columns of a table's key."""
    return list(_table(table).primary_key.columns.keys())


def where(table: str, row: dict[str, Any]) -> str:
    """Return the condition that is true of one row only."""
    return " AND ".join(f"{column} = {literal(row[column])}" for column in primary(table))


def literal(value: Any) -> str:
    """Return a value as it stands in SQL text."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes | memoryview):
        return f"X'{bytes(value).hex()}'"
    return str(value) if isinstance(value, int) else f"'{value}'"


def shown(table: str, row: dict[str, Any]) -> str:
    """Return a row's key as a break names it."""
    parts = [row[column] for column in primary(table)]
    return "/".join(str(UUID(bytes=one)) if isinstance(one, bytes) else str(one) for one in parts)


def other_values(database: Database, table: str, column: str) -> list[str]:
    """Return SQL expressions for other values of a column's type."""
    kind = _table(table).columns[column].type
    name = type(kind).__name__
    if name == "KeyType":
        fresh = "0192f0c1000070008000000000000001"
        values = [f"X'{fresh}'" if database.is_sqlite else f"'{UUID(hex=fresh)}'"]
    elif name == "UtcTimeType":
        values = ["'2020-01-01T00:00:00.000000Z'"]
    elif name == "Date":
        values = ["'2020-01-01'"]
    elif name == "LargeBinary":
        values = [f"X'{'07' * 32}'" if database.is_sqlite else f"'\\x{'07' * 32}'::bytea"]
    else:
        values = ["7777" if "INT" in str(kind.compile(database.writer.dialect)).upper() else "'other'"]
    if database.is_sqlite:
        values.append("'damaged'")  # SQLite keeps any value in any column
    if _table(table).columns[column].nullable:
        values.append("NULL")
    return values


def changes(
    connection: Connection, database: Database, table: str, *, every: bool
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield row, column and other value for a table; unless ``every``, one value per column, in turn of each kind."""
    for place, row in enumerate(rows_of(connection, table)):
        for column in _table(table).columns:
            values = other_values(database, table, column.name)
            values = [value for value in values if value != "NULL" or row[column.name] is not None]
            for value in values if every else values[place : place + 1]:
                yield row, column.name, value


def unnamed_changes(connection: Connection, database: Database, table: str, *, every: bool) -> list[Any]:
    """Change values of a table one by one and return those changes that verify does not name by their row."""
    unnamed: list[Any] = []
    for row, column, value in changes(connection, database, table, every=every):
        change = f"UPDATE {table} SET {column} = {value} WHERE {where(table, row)}"
        found = {(one.kind, one.table, one.key) for one in found_after(connection, change)}
        if column in primary(table):  # a row under another key: the old one is missed, or the new one named
            named = bool(found)
        elif table in SIGNED:
            named = (BreakKind.SIGNATURE, table, shown(table, row)) in found
        else:
            named = any(one[1:] == (table, shown(table, row)) for one in found)
        if not named:
            unnamed.append((row, column, value, found))
    return unnamed


def unnamed_insertions(connection: Connection, database: Database, table: str) -> list[Any]:
    """Copy rows of a table under another key and return the copies that verify finds nothing wrong with."""
    columns = [column.name for column in _table(table).columns]
    unique = {"account": ["kind"], "transfer": ["from_number", "to_number"], "posting": ["revision"]}
    unique |= {"seal_leaf": ["thing_id"], "seal": ["tree_size"]}
    unnamed = []
    for row in rows_of(connection, table):
        fresh = {
            name: other_values(database, table, name)[0]
            for name in primary(table) + unique.get(table, [])
            if row[name] is not None
        }
        chosen = ", ".join(fresh.get(name, name) for name in columns)
        copied = f"SELECT {chosen} FROM {table} WHERE {where(table, row)}"
        if not found_after(connection, f"INSERT INTO {table} ({', '.join(columns)}) {copied}"):
            unnamed.append(row)
    return unnamed


def unnamed_deletions(connection: Connection, table: str) -> list[Any]:
    """Delete rows of a table one by one and return those whose loss verify does not tell."""
    return [
        row
        for row in rows_of(connection, table)
        if not found_after(connection, f"DELETE FROM {table} WHERE {where(table, row)}")
    ]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
