"""Changing the kept balances of parties' accounts: late, in the order of their keys, numbers with them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.rows import ready_keys, run

_CHUNK = 500
_FEW = 4
"""Up to so many accounts SQLite changes one by one; there a statement is no trip."""
_SELECT = "SELECT account_id, balance, last_number FROM account_balance WHERE account_id"
_CHANGE = (
    "UPDATE account_balance SET balance = balance + ?, last_number = last_number + ? WHERE account_id = ?"
)
# The rows are locked in the order of their keys before any of them changes.
_CHANGE_MANY = (
    f"WITH locked AS ({_SELECT} = ANY(%s::uuid[]) ORDER BY account_id FOR UPDATE) "
    "UPDATE account_balance SET balance = locked.balance + change.points, "
    "last_number = locked.last_number + change.count "
    "FROM locked JOIN unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS change (id, points, count) "
    "ON change.id = locked.account_id WHERE account_balance.account_id = locked.account_id "
    "RETURNING account_balance.account_id, locked.balance, locked.last_number"
)

State = tuple[int, int]
"""Balance and last number of an account."""
Changes = Sequence[tuple[bytes, int, int]]
"""Account, points and number of transfers, in the order of the accounts' keys, each account once."""


def change(connection: Connection, changes: Changes) -> dict[bytes, State]:
    """Add points and numbers to accounts and return their states as they were before."""
    if not changes:
        return {}
    if connection.dialect.name != "sqlite":
        held, *columns = _arrays(changes)
        rows = run(connection, _CHANGE_MANY, [(held, held, *columns)]).fetchall()
        return {key.bytes: (balance, last) for key, balance, last in rows}
    if len(changes) <= _FEW:
        return {key: _change_one(connection, key, points, count) for key, points, count in changes}
    return _change_all(connection, changes)


def _arrays(changes: Changes) -> tuple[str, str, str]:
    """Return the accounts, the points and the counts as PostgreSQL's arrays."""
    keys, points, counts = zip(*changes, strict=True)
    columns = ready_keys(keys, "postgresql"), map(str, points), map(str, counts)
    held, sums, numbers = ("{" + ",".join(column) + "}" for column in columns)
    return held, sums, numbers


def _change_one(connection: Connection, key: bytes, points: int, count: int) -> State:
    balance, last = run(
        connection, f"{_CHANGE} RETURNING balance, last_number", [(points, count, key)]
    ).fetchone()
    return balance - points, last - count


def _change_all(connection: Connection, changes: Changes) -> dict[bytes, State]:
    """Change many accounts on SQLite, whose writing transaction holds them all."""
    before: dict[bytes, State] = {}
    for start in range(0, len(changes), _CHUNK):
        keys = tuple([key for key, _points, _count in changes[start : start + _CHUNK]])
        marks = ", ".join("?" * len(keys))
        for key, balance, last in run(connection, f"{_SELECT} IN ({marks})", [keys]):
            before[key] = (balance, last)
    run(connection, _CHANGE, [(points, count, key) for key, points, count in changes])
    return before
