"""Changing the kept balances of parties' accounts: late, in the order of their keys, numbers with them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.rows import driver_row

_CHUNK = 500
_FEW = 4
"""Up to so many accounts are changed one by one."""
_SELECT = "SELECT account_id, balance, last_number FROM account_balance WHERE account_id"
_CHANGE_MANY = (
    "UPDATE account_balance SET balance = balance + change.points, last_number = last_number + change.count "
    "FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS change (id, points, count) WHERE account_id = change.id"
)


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
    for key, balance, last in _locked(connection, [key for key, _, _ in changes]):
        before[key if isinstance(key, UUID) else UUID(bytes=key)] = (balance, last)
    if dialect == "sqlite":
        rows = [driver_row((points, count, key), dialect) for key, points, count in changes]
        connection.exec_driver_sql(_change_statement(dialect), rows)
        return before
    connection.exec_driver_sql(_CHANGE_MANY, tuple(list(column) for column in zip(*changes, strict=True)))
    return before


@cache
def _change_statement(dialect: str) -> str:
    statement = (
        "UPDATE account_balance SET balance = balance + {0}, last_number = last_number + {0} "
        "WHERE account_id = {0}"
    )
    return statement.format("?" if dialect == "sqlite" else "%s")


def _locked(connection: Connection, keys: list[UUID]) -> Iterable[Sequence[Any]]:
    """Return key, balance and last number of accounts, their rows locked in order (SQLite's writer has all)."""
    if connection.dialect.name != "sqlite":
        return connection.exec_driver_sql(
            f"{_SELECT} = ANY(%s) ORDER BY account_id FOR UPDATE", (keys,)
        ).all()
    found: list[Sequence[Any]] = []
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        found += connection.exec_driver_sql(f"{_SELECT} IN ({marks})", driver_row(chunk, "sqlite")).all()
    return found
