"""What a question costs a database: its statements, caught as the program sends them, sent again by the bare driver."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from app import db

_DRAWS = 40


def milliseconds(question: Callable[[Session], object], draws: int = _DRAWS) -> float:
    """Return the median milliseconds of all SQL of a question."""
    took = []
    for _ in range(draws):
        with db.reading() as session:
            connection = session.connection()
            with _caught(connection) as statements:
                question(session)
            _send(connection, statements)
            took.append(_send(connection, statements))
    return sorted(took)[len(took) // 2] * 1000


def statements_of(question: Callable[[Session], object]) -> int:
    """Return how many statements a question sends."""
    with db.reading() as session, _caught(session.connection()) as statements:
        question(session)
    return len(statements)


@contextmanager
def _caught(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def catch(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", catch)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", catch)


def _send(connection: Connection, statements: list[tuple[str, Any]]) -> float:
    cursor = connection.connection.cursor()
    begun = time.perf_counter()
    for statement, parameters in statements:
        cursor.execute(statement, parameters)
        cursor.fetchall()
    return time.perf_counter() - begun
