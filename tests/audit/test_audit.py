"""The audit log on both databases: signed, chained, never changed, and able to say what was touched."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import db, keys, migrate
from app.audit import chain, events
from app.audit.models import AuditDetail, AuditEvent, DataKey
from app.config import load
from app.db import reading, transaction
from app.ids import new_id
from app.permissions import SYSTEM
from tests.conftest import ENVIRONMENT


def _three(session: object) -> list[object]:
    return [
        events.record(
            session, "thing.change", "thing", new_id(), actor=SYSTEM, after={"name": f"第{n}件"}, reason="试"
        )  # type: ignore[arg-type]
        for n in range(3)
    ]


def test_an_event_keeps_its_detail_apart_and_encrypted(database: db.Database) -> None:
    with transaction() as session:
        first, *_ = _three(session)
    with reading() as session:
        event = session.get(AuditEvent, first)
        assert event is not None
        assert events.detail_of(session, event) == {"after": {"name": "第0件"}, "reason": "试"}
        sealed = session.get(AuditDetail, first)
        assert sealed is not None and "第0件".encode() not in sealed.sealed


def test_shredding_the_key_erases_details_and_keeps_the_chain(database: db.Database) -> None:
    with transaction() as session:
        first, *_ = _three(session)
        chain.extend(session)
    with transaction() as session:
        session.execute(DataKey.__table__.delete())
    with reading() as session:
        assert events.detail_of(session, session.get(AuditEvent, first)) is None  # type: ignore[arg-type]
        assert list(chain.verify(session)) == []


def test_the_chain_takes_each_event_once(database: db.Database) -> None:
    with transaction() as session:
        _three(session)
    for expected in (3, 0):
        with transaction() as session:
            assert chain.extend(session) == expected
    with reading() as session:
        assert chain.unchained(session) == 0
        assert list(chain.verify(session)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET verb = 'other'",
        "DELETE FROM audit_event",
        "UPDATE audit_chain SET number = number + 10",
        "DELETE FROM audit_chain",
    ],
)
def test_sql_cannot_change_or_remove_a_row(database: db.Database, statement: str) -> None:
    with transaction() as session:
        _three(session)
        chain.extend(session)
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))


def test_or_replace_and_truncate_are_refused_too(database: db.Database) -> None:
    with transaction() as session:
        _three(session)
    statement = (
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event"
        if database.is_sqlite
        else "TRUNCATE audit_event CASCADE"
    )
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "column", [column.name for column in AuditEvent.__table__.columns if column.name not in {"id"}]
)
def test_a_changed_column_is_named(database: db.Database, column: str) -> None:
    with transaction() as session:
        first, *_ = _three(session)
        chain.extend(session)
    with database.writer.connect() as connection:  # as somebody with the database's own keys would
        off = (
            "DROP TRIGGER audit_event_no_update"
            if database.is_sqlite
            else "ALTER TABLE city.audit_event DISABLE TRIGGER ALL"
        )
        connection.exec_driver_sql(off)
        connection.commit()
    other = {"form": 2, "at": "2020-01-01T00:00:00.000000Z", "detail_hash": b"x" * 32, "hmac": b"y" * 32}
    with transaction() as session:
        table = AuditEvent.__table__
        value = other.get(column, new_id() if column.endswith("_id") and column != "key_id" else "x")
        if column == "at":
            session.execute(
                text(
                    "UPDATE audit_event SET at = :at WHERE id = (SELECT min(event_id::text)::uuid FROM audit_chain)"
                    if not database.is_sqlite
                    else "UPDATE audit_event SET at = :at WHERE id = (SELECT min(event_id) FROM audit_chain)"
                ),
                {"at": value},
            )
        else:
            session.execute(table.update().where(table.c.id == first).values({column: value}))
    with reading() as session:
        broken = list(chain.verify(session))
    assert broken and any(one.event_id == first for one in broken)


def test_a_removed_event_is_named(database: db.Database) -> None:
    with transaction() as session:
        first, *_ = _three(session)
        chain.extend(session)
    with database.writer.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER audit_event_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE city.audit_event DISABLE TRIGGER ALL")
        connection.commit()
    with transaction() as session:
        session.execute(AuditDetail.__table__.delete().where(AuditDetail.event_id == first))
        session.execute(AuditEvent.__table__.delete().where(AuditEvent.id == first))
    with reading() as session:
        assert [one.kind for one in chain.verify(session)] == ["missing"]
        assert session.scalars(select(AuditEvent)).all()


@pytest.mark.parametrize(
    ("column", "value"), [("at", "never"), ("id", b"short"), ("hmac", "text"), ("form", "x")]
)
def test_a_damaged_row_never_stops_the_check(tmp_path: Path, column: str, value: object) -> None:
    settings = load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(tmp_path)})
    keys.use(settings)
    database = db.connect(settings)  # only SQLite stores what its column cannot hold
    migrate.upgrade(database)
    try:
        with transaction() as session:
            _three(session)
            chain.extend(session)
        with database.writer.connect() as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
            connection.commit()
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        raw = sqlite3.connect(tmp_path / "zhongli.sqlite3")
        statement = f"UPDATE audit_event SET {column} = ? WHERE id = (SELECT min(id) FROM audit_event)"
        raw.execute(statement, (value,))
        raw.commit()
        raw.close()
        with reading() as session:
            assert list(chain.verify(session))
    finally:
        database.close()
