"""Statements prepared past the driver: what goes in comes out, errors are SQLAlchemy's, a rollback costs nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from app import db
from app.config import Settings
from app.prepared import run_prepared

ADD = "INSERT INTO tried (number, words, bytes) VALUES (%s, %s, %s) RETURNING number"


@pytest.fixture(params=["", "?pgbouncer=1"], ids=["direct", "behind a proxy"])
def session(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Session]:
    """Open a transaction on PostgreSQL with a table to write to."""
    if settings.database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL alone")
    mark = request.param.replace("?", "&") if "?" in settings.database_url else request.param
    db.connect(replace(settings, database_url=settings.database_url + mark))
    with db.transaction() as session:
        session.execute(text("CREATE TABLE tried (number int PRIMARY KEY, words text, bytes bytea)"))
    with db.transaction() as session:
        yield session
    db.database().close()


def _rows(session: Session) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.execute(text("SELECT * FROM tried ORDER BY number"))]


def test_values_stay_as_they_are(session: Session) -> None:
    every = [(1, "二.五 \\x41 %s $1 '", b"\x00\\x41\xff"), (2, "", b""), (3, None, None)]
    for row in every:
        assert run_prepared(session.connection(), ADD, row) == [[row[0]]]
    assert _rows(session) == every


def test_a_zero_byte_in_text_is_refused(session: Session) -> None:
    with pytest.raises(DataError):
        run_prepared(session.connection(), ADD, (1, "a\0b", None))
    assert _rows(session) == []


def test_errors_are_told_apart(session: Session) -> None:
    run_prepared(session.connection(), ADD, (1, "a", None))
    for error, statement in (
        (IntegrityError, ADD),
        (ProgrammingError, "INSERT INTO nowhere VALUES (%s, %s, %s)"),
    ):
        with pytest.raises(error), session.begin_nested():
            run_prepared(session.connection(), statement, (1, "b", None))
    assert _rows(session) == [(1, "a", None)]


def test_what_makes_the_driver_forget_is_survived(session: Session) -> None:
    for number in range(
        20
    ):  # the driver prepares what comes often, and has it all forgotten after a rollback
        run_prepared(session.connection(), ADD, (number, "a", None))
        session.execute(text("SELECT 1"))
        nested = session.begin_nested()
        run_prepared(session.connection(), ADD, (number + 100, "b", None))
        nested.rollback()
    assert [row[0] for row in _rows(session)] == list(range(20))
    session.rollback()
    session.connection()
    run_prepared(session.connection(), ADD, (1, "a", None))
    assert len(_rows(session)) == 1
