"""Whoever changes the ledger past the program is named; the databases refuse it in the first place."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock
from app.db import Base, Database, append_only_ddl, reading, transaction
from app.permissions import SYSTEM
from points.awards import award
from points.ledger.reconciliation import reconcile
from points.reversals import reverse_award
from points.seals.sealing import seal
from points.verification.verifying import Break, BreakKind, verify
from tests.points import city

SIGNED = ("account", "posting", "transfer")


@pytest.fixture
def party(database: Database) -> UUID:
    """A party with a gift, a service and a reversed service, all with their leaves."""
    with transaction() as session:
        city.programme(session)
        made = city.party(session)
        wrong = city.service(made)
        for request in (city.gift(made), city.service(made), wrong):
            award(session, request, actor=SYSTEM)
    with transaction() as session:
        reverse_award(
            session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
        )
    assert seal() == 7
    return made


def breaks() -> list[BreakKind]:
    with reading() as session:
        return [one.kind for one in verify(session)]


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """Yield a connection of somebody who owns the database: no trigger, check or foreign key stands in the way."""
    with database.writer.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in triggers.scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            for table in SIGNED:
                constraints = connection.exec_driver_sql(
                    "SELECT conname FROM pg_constraint "
                    f"WHERE conrelid = '{table}'::regclass AND contype IN ('c', 'f')"
                )
                for name in constraints.scalars().all():
                    connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield connection
        connection.invalidate()


def found_after(connection: Connection, *statements: str) -> list[Break]:
    """Return what verify finds after some changes, which are then undone."""
    undone = connection.begin_nested()
    try:
        for statement in statements:
            connection.exec_driver_sql(statement)
        with Session(connection) as session:
            return list(verify(session))
    finally:
        undone.rollback()


def literal(key: Any) -> str:
    """Return a key as it stands in SQL text."""
    if isinstance(key, bytes):
        return f"X'{key.hex()}'"
    return f"'{key}'" if isinstance(key, UUID) else str(key)


def shown(key: Any) -> str:
    """Return a row's key as a break names it."""
    return str(UUID(bytes=key)) if isinstance(key, bytes) else str(key)


def other_value(database: Database, table: str, column: str) -> str:
    """Return an SQL expression for another value of a column's type."""
    kind = str(Base.metadata.tables[table].columns[column].type.compile(database.writer.dialect)).upper()
    key = (
        "X'0192f0c1000070008000000000000001'"
        if database.is_sqlite
        else "'0192f0c1-0000-7000-8000-000000000001'"
    )
    moment = "'2020-01-01T00:00:00.000000Z'" if database.is_sqlite else "'2020-01-01T00:00:00Z'"
    if Base.metadata.tables[table].columns[column].type.__class__.__name__ == "KeyType":
        return key
    if column.endswith("_at"):
        return moment
    if column.endswith("_on"):
        return "'2020-01-01'"
    if column in {"hmac", "input_hash", "transfers_hash"}:
        return "X'00'" if database.is_sqlite else "'\\x00'::bytea"
    return "77" if "INT" in kind else "'other'"


def test_all_is_right(database: Database, party: UUID) -> None:
    assert breaks() == []
    with reading() as session:
        assert list(reconcile(session)) == []


def test_every_changed_column_is_named(database: Database, party: UUID) -> None:
    with unguarded(database) as connection:
        for table in SIGNED:
            key = connection.exec_driver_sql(f"SELECT id FROM {table} ORDER BY id").scalars().first()
            for column in Base.metadata.tables[table].columns:
                if column.name == "id":
                    continue
                values = [other_value(database, table, column.name)]
                if database.is_sqlite:
                    values.append("'damaged'")  # SQLite keeps any value in any column
                for value in values:
                    change = f"UPDATE {table} SET {column.name} = {value} WHERE id = {literal(key)}"
                    found = found_after(connection, change)
                    assert (BreakKind.SIGNATURE, table, shown(key)) in {
                        (one.kind, one.table, one.key) for one in found
                    }, (column, value)


def test_every_deleted_row_is_named(database: Database, party: UUID) -> None:
    with unguarded(database) as connection:
        for table, key_column in (("posting", "id"), ("transfer", "id"), ("seal_leaf", "number")):
            keys = connection.exec_driver_sql(f"SELECT {key_column} FROM {table}").scalars().all()
            for key in keys:
                found = found_after(connection, f"DELETE FROM {table} WHERE {key_column} = {literal(key)}")
                assert found, (table, key)


def test_a_removed_event_leaves_a_gap(database: Database, party: UUID) -> None:
    """Posting and transfers gone together: the running numbers of the party's account tell."""
    with unguarded(database) as connection:
        gone = literal(connection.exec_driver_sql("SELECT id FROM posting ORDER BY id").scalars().all()[1])
        found = found_after(
            connection,
            f"DELETE FROM transfer WHERE posting_id = {gone}",
            f"DELETE FROM posting WHERE id = {gone}",
        )
    assert BreakKind.NUMBER in {one.kind for one in found}


def test_a_forged_balance_is_a_difference(database: Database, party: UUID) -> None:
    with transaction() as session:
        session.execute(text("UPDATE account_balance SET balance = balance + 1"))
    with reading() as session:
        found = list(reconcile(session))
    assert len(found) == 3
    assert all(one.kept_balance == one.true_balance + 1 for one in found)


@pytest.mark.parametrize("table", [*SIGNED, "seal_leaf"])
def test_databases_refuse_update_and_delete(database: Database, party: UUID, table: str) -> None:
    key = "number" if table == "seal_leaf" else "id"
    for statement in (
        f"UPDATE {table} SET form = 2",
        f"DELETE FROM {table}",
        f"UPDATE {table} SET {key} = {key}",
    ):
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(statement))
    if not database.is_sqlite:
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
    assert append_only_ddl(table, "sqlite", key=key)


def test_leaves_are_added_once(database: Database, party: UUID) -> None:
    assert seal() == 0
    assert seal(everything=True) == 0
    with transaction() as session:
        award(session, city.gift(party), actor=SYSTEM)
    assert seal() == 1
    assert breaks() == []


def test_after_an_outage_nothing_is_left_without_a_leaf(
    database: Database, party: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        award(session, city.gift(party), actor=SYSTEM)
    real = clock.true_now
    monkeypatch.setattr(clock, "true_now", lambda: real() + timedelta(hours=30))  # the jobs stood still
    assert seal() == 1
    assert seal(everything=True) == 0
