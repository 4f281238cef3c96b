"""Changing the kept balances of parties' accounts: late, in the order of their keys, numbers with them."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import Connection

from app.rows import driver_row

_CHUNK = 500
_FEW = 4
"""Up to so many accounts are changed one by one."""


def change(connection: Connection, changes: Sequence[tuple[UUID, int, int]]) -> dict[UUID, tuple[int, int]]:
    """Change the balances, locked in the order of their keys, and return balance and last number as they were.

    One statement an account where there are few; many are locked and changed in two.
    """
    dialect = connection.dialect.name
    before: dict[UUID, tuple[int, int]] = {}
    if len(changes) <= _FEW:
        for key, points, count in changes:
            balance, last = connection.exec_driver_sql(
                _change_statement(dialect) + " RETURNING balance, last_number",
                driver_row((points, count, key), dialect),
            ).one()
            before[key] = (balance - points, last - count)
        return before
    for start in range(0, len(changes), _CHUNK):
        keys = [key for key, _, _ in changes[start : start + _CHUNK]]
        found = connection.exec_driver_sql(_lock_statement(dialect, len(keys)), driver_row(keys, dialect))
        for key, balance, last in found:
            before[key if isinstance(key, UUID) else UUID(bytes=key)] = (balance, last)
    if dialect == "sqlite":
        rows = [driver_row((points, count, key), dialect) for key, points, count in changes]
        connection.exec_driver_sql(_change_statement(dialect), rows)
        return before
    for start in range(0, len(changes), _CHUNK):
        chunk = changes[start : start + _CHUNK]
        values = tuple(value for row in chunk for value in row)
        connection.exec_driver_sql(_change_many_statement(len(chunk)), values)
    return before


@cache
def _change_statement(dialect: str) -> str:
    statement = (
        "UPDATE account_balance SET balance = balance + {0}, last_number = last_number + {0} "
        "WHERE account_id = {0}"
    )
    return statement.format("?" if dialect == "sqlite" else "%s")


@cache
def _lock_statement(dialect: str, count: int) -> str:
    marks = ", ".join(["?" if dialect == "sqlite" else "%s"] * count)
    held = "" if dialect == "sqlite" else " FOR UPDATE"
    return (
        "SELECT account_id, balance, last_number FROM account_balance "
        f"WHERE account_id IN ({marks}) ORDER BY account_id{held}"
    )


@cache
def _change_many_statement(count: int) -> str:
    values = ", ".join(["(%s::uuid, %s::bigint, %s::bigint)"] * count)
    return (
        "UPDATE account_balance SET balance = balance + change.points, last_number = last_number + change.count "
        f"FROM (VALUES {values}) AS change (id, points, count) WHERE account_id = change.id"
    )
