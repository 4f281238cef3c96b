"""Inserting whole rows in few trips to the database: SQLite in one executemany, PostgreSQL by columns."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from app.rows import driver_row, insert_statement, run

_FEW = 3
"""Up to so many rows go one by one: a statement of constant text that the driver has prepared."""


def insert(connection: Connection, table: Table, rows: Sequence[Sequence[Any]], then: str = "") -> int:
    """Insert rows in the order of the table's columns and return how many went in.

    ``then`` follows the values: ON CONFLICT … DO NOTHING lets rows stay out.
    """
    dialect = connection.dialect.name
    if not rows:
        return 0
    one_by_one = insert_statement(table, dialect) + then
    if dialect == "sqlite":
        return int(run(connection, one_by_one, [driver_row(row, dialect) for row in rows]).rowcount)
    if len(rows) <= _FEW:
        return sum(run(connection, one_by_one, [row]).rowcount for row in rows)
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    return int(run(connection, _by_columns(table, connection.dialect) + then, [columns]).rowcount)


@cache
def _by_columns(table: Table, dialect: Dialect) -> str:
    """Return an INSERT that takes each column as one array: its text is the same however many rows there are."""
    names = ", ".join(column.name for column in table.columns)
    arrays = ", ".join(f"%s::{column.type.compile(dialect)}[]" for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"
