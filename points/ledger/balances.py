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
        chunk = [key for key, _, _ in changes[start : start + _CHUNK]]
        rows = connection.exec_driver_sql(_lock_statement(dialect, len(chunk)), driver_row(chunk, dialect))
        for key, balance, last in rows:
            before[key if isinstance(key, UUID) else UUID(bytes=key)] = (balance, last)
    connection.exec_driver_sql(
        _change_statement(dialect),
        [driver_row((points, count, key), dialect) for key, points, count in changes],
    )
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
