"""Statements of constant text on PostgreSQL, prepared once a connection and run by libpq itself.

For the few statements where the driver's cursor costs more than the database: those of a posting. Each runs inside
the connection's transaction like any other.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any, cast

import psycopg
from psycopg import errors, pq
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Sequence[str | int | bytes | None]
_DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class Driver(psycopg.Connection[Any]):
    """The driver's connection, which knows what has been prepared on it past the driver."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.names: dict[str, bytes] = {}

    def _deallocate(self, name: bytes | None) -> Any:
        # After a rollback, DROP or ALTER the driver has the server forget all that is prepared: ours too.
        if name is None:
            self.names.clear()
        return super()._deallocate(name)


def run_prepared(connection: Connection, statement: str, values: Values) -> list[list[int]]:
    """Run a statement whose places are ``%s`` and return its rows; their columns are whole numbers.

    Values are ready for the driver: keys as 16 bytes, instants and days as ISO text. Errors come as SQLAlchemy's,
    told apart by their class.
    """
    driver = cast(Driver, connection.connection.dbapi_connection)
    try:
        result = _result(driver, statement, values)
    except psycopg.Error as problem:
        raise DBAPIError.instance(
            statement, None, problem, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from problem
    columns = range(result.nfields)
    return [
        [int(cast(bytes, result.get_value(row, column))) for column in columns]
        for row in range(result.ntuples)
    ]


def send(driver: Any, command: bytes) -> None:
    """Run a command without values or rows on the driver's connection. Raises the driver's errors."""
    _checked(driver.pgconn.exec_(command))


def _result(driver: Driver, statement: str, values: Values) -> Any:
    # Bytes go as they are. The driver takes text for ended at a zero byte, and would cut it short without a word.
    if [one for one in values if one.__class__ is str and "\0" in one]:
        raise psycopg.DataError("text cannot contain zero bytes")
    ready: list[Any] = [one if one is None or one.__class__ is bytes else _ready(one) for one in values]
    formats = [one.__class__ is bytes for one in values]
    if driver.prepare_threshold is None:  # behind a proxy: see app.db
        return _checked(driver.pgconn.exec_params(_numbered(statement), ready, None, formats))
    name = driver.names.get(statement)
    if name is None:
        name = b"prepared_%d" % len(driver.names)
        _checked(driver.pgconn.prepare(name, _numbered(statement)))
        driver.names[statement] = name
    return _checked(driver.pgconn.exec_prepared(name, ready, formats))


def _ready(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else b"%d" % value


def _checked(result: Any) -> Any:
    if result.status not in _DONE:
        raise errors.error_from_result(result)
    return result


@cache
def _numbered(statement: str) -> bytes:
    """Return the statement with its places as libpq names them: $1, $2 …"""
    places = count(1)
    return re.sub("%s", lambda _place: f"${next(places)}", statement).encode()
