"""Inserting whole rows in few trips to the database: SQLite in one executemany, PostgreSQL many rows a statement."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from app.rows import driver_row, insert_statement

_CHUNK = 500
"""Rows a statement: with 26 columns far below the 65,535 parameters that PostgreSQL takes."""


def insert(connection: Connection, table: Table, rows: Sequence[Sequence[Any]], then: str = "") -> int:
    """Insert rows in the order of the table's columns and return how many went in.

    ``then`` follows the values: ON CONFLICT … DO NOTHING lets rows stay out.
    """
    dialect = connection.dialect.name
    if not rows:
        return 0
    if dialect == "sqlite":
        statement = insert_statement(table, dialect) + then
        return connection.exec_driver_sql(statement, [driver_row(row, dialect) for row in rows]).rowcount
    inserted = 0
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        values = tuple(value for row in chunk for value in row)
        inserted += connection.exec_driver_sql(_statement(table, len(chunk)) + then, values).rowcount
    return inserted


@cache
def _statement(table: Table, count: int) -> str:
    head, values = insert_statement(table, "postgresql").split(" VALUES ")
    return f"{head} VALUES {', '.join([values] * count)}"
