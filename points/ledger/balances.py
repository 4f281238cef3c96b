"""Changing the kept balances of parties' accounts: late, in the order of their keys, numbers with them."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import Connection

from app.rows import driver_row, run

_CHUNK = 500
_FEW = 4
"""Up to so many accounts SQLite changes one by one; there a statement is no trip."""
_SELECT = "SELECT account_id, balance, last_number FROM account_balance WHERE account_id"
# The rows are locked in the order of their keys before any of them changes.
_CHANGE_MANY = (
    f"WITH locked AS ({_SELECT} = ANY(%s) ORDER BY account_id FOR UPDATE) "
    "UPDATE account_balance SET balance = locked.balance + change.points, "
    "last_number = locked.last_number + change.count "
    "FROM locked JOIN unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS change (id, points, count) "
    "ON change.id = locked.account_id WHERE account_balance.account_id = locked.account_id "
    "RETURNING account_balance.account_id, locked.balance, locked.last_number"
)

State = tuple[int, int]
"""Balance and last number of an account."""


def change(connection: Connection, changes: Sequence[tuple[UUID, int, int]]) -> dict[UUID, State]:
    """Add points and numbers to accounts, given in key order, and return their states as they were before."""
    if not changes:
        return {}
    is_sqlite = connection.dialect.name == "sqlite"
    if len(changes) == 1 or (is_sqlite and len(changes) <= _FEW):
        return {key: _change_one(connection, key, points, count) for key, points, count in changes}
    if is_sqlite:
        return _change_all(connection, changes)
    keys, points, counts = (list(column) for column in zip(*changes, strict=True))
    rows = run(connection, _CHANGE_MANY, [(keys, keys, points, counts)]).fetchall()
    return {key: (balance, last) for key, balance, last in rows}


def _change_one(connection: Connection, key: UUID, points: int, count: int) -> State:
    dialect = connection.dialect.name
    statement = _change_statement(dialect) + " RETURNING balance, last_number"
    balance, last = run(connection, statement, [driver_row((points, count, key), dialect)]).fetchone()
    return balance - points, last - count


def _change_all(connection: Connection, changes: Sequence[tuple[UUID, int, int]]) -> dict[UUID, State]:
    """Change many accounts on SQLite, whose writing transaction holds them all."""
    before: dict[UUID, State] = {}
    for start in range(0, len(changes), _CHUNK):
        keys = [key for key, _, _ in changes[start : start + _CHUNK]]
        statement = f"{_SELECT} IN ({', '.join('?' * len(keys))})"
        for key, balance, last in connection.exec_driver_sql(statement, driver_row(keys, "sqlite")):
            before[UUID(bytes=key)] = (balance, last)
    rows = [driver_row((points, count, key), "sqlite") for key, points, count in changes]
    connection.exec_driver_sql(_change_statement("sqlite"), rows)
    return before


@cache
def _change_statement(dialect: str) -> str:
    statement = (
        "UPDATE account_balance SET balance = balance + {0}, last_number = last_number + {0} "
        "WHERE account_id = {0}"
    )
    return statement.format("?" if dialect == "sqlite" else "%s")
