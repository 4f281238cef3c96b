"""Somebody who owns the database and not the key: what such a one can do, and what a verification then says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import wsgi
from app import clock
from app.db import Base, Database, transaction
from app.ids import new_id
from app.parties.models import PartyKind
from app.permissions import SYSTEM
from points.adjustments import decisions
from points.adjustments.decisions import Paper
from points.awards import award
from points.closing import closing
from points.ledger import holds
from points.ledger.kinds import HoldPurpose, Purse
from points.ledger.models import Account
from points.reversals import reverse_award
from points.rulesets import publication
from points.rulesets.document import read
from points.rulesets.models import Programme
from points.seals.sealing import seal
from points.simulation import simulations
from points.verification import checks
from points.verification.verifying import Break, BreakKind, verify
from tests.covenants import village
from tests.points import city

_LATER = datetime(2026, 12, 2, 4, tzinfo=UTC)
CACHES = {
    "account_balance": "named all the same",
    "account_flow": "reconcile tells and mends it",
    "cap_use": "reconcile tells and mends it",
    "expiry_mark": "how far the nights have come",
    "flow_mark": "how far the flows have come; reconcile adds up as far",
    "frozen_stage": "what is not published yet",
    "roll_mark": "how far the standings have come",
    "simulation": "what would be; nothing rests on it",
    "standing": "made anew from the leaves",
    "covenant_household": "a village's register",
    "covenant_record": "told by the postings",
}
"""Tables of the points that verification does not answer for, and why."""
NAMED_AS = {
    "frozen_place": "frozen_ranking",
    "ranking": "frozen_ranking",
    "standing_bucket": "frozen_ranking",
}
"""Rows of a frozen ranking are named by it."""
FROZEN_ONLY = {
    "ranking": "frozen_id IS NOT NULL",
    "standing_bucket": "ranking_id IN (SELECT id FROM ranking WHERE frozen_id IS NOT NULL)",
}
NOT_INSERTED = ("programme", "covenant", "covenant_decision")
"""Another one of these changes nothing that is there."""


def tables() -> list[str]:
    """Return every table of the points that verification answers for: all but those that are named as caches.

    Taken from the models, so that a new table or column is never forgotten.
    """
    mapped = {
        one.class_.__tablename__
        for one in Base.registry.mappers
        if one.class_.__module__.startswith("points.")
    }
    assert mapped >= set(CACHES)
    return sorted((mapped - set(CACHES)) | {"account_balance"})


def is_signed(table: str) -> bool:
    """Return whether a table's rows are checked among all signatures; a closed month is by a check of its own."""
    return "hmac" in _table(table).columns and table != "period_close"


def lived_in() -> UUID:
    """Make a city whose ledger has sealed days, a complete node, and at last what no seal has yet."""
    with transaction() as session:
        city.programme(session)
        made = city.party(session)
        person = city.party(session, "王秀英", kind=PartyKind.PERSON)
    start = clock.now()
    for day in range(3):
        with clock.at(start + timedelta(days=day)):
            wrong = city.service(made)
            with transaction() as session:
                for request in (city.gift(made), city.service(person), wrong):
                    award(session, request, actor=SYSTEM)
            with transaction() as session:
                for _ in range(42):
                    award(session, city.service(person, minutes=1), actor=SYSTEM)
            with transaction() as session:
                reverse_award(
                    session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
                )
            seal()
    with clock.at(start + timedelta(days=3)):
        seal()
        with transaction() as session:
            award(session, city.gift(made), actor=SYSTEM)
            award(session, city.service(person), actor=SYSTEM)
    return made


def grown_up() -> None:
    """Add what a city gets with time: held points, another version, a decision, a village, a closed month."""
    for feature in wsgi.FEATURES:
        for name, check in feature.checks.items():
            checks.register(name, check)
    with transaction() as session, clock.at(_LATER):
        programme = session.scalars(select(Programme)).one()
        party_id = session.scalars(
            select(Account.party_id).where(Account.party_id.is_not(None)).order_by(Account.id).limit(1)
        ).one()
        assert party_id is not None
        for ends in (None, holds.post, holds.release):
            held = holds.reserve(
                session,
                programme_id=programme.id,
                party_id=party_id,
                purse=Purse.HONOUR,
                points=100,
                source_kind="exchange",
                source_id=new_id(),
                purpose=HoldPurpose.EXCHANGE,
                until=_LATER + timedelta(days=2),
                reason="兑换时核对身份",
                actor=SYSTEM,
            )
            if ends is not None:
                ends(session, held, actor=SYSTEM)
        second = read(
            city.FIRST_RULES.read_text("utf-8")
            .replace("version = 1", "version = 2", 1)
            .replace("effective_from = 2025-11-01", "effective_from = 2027-01-01", 1)
        )
        draft = publication.draft_ruleset(session, second, actor=SYSTEM)
        ruleset_id = publication.publish_ruleset(session, draft.id, actor=SYSTEM).id
        village.make(session)
        asked = simulations.ask(session, ruleset_id, date(2026, 11, 1), date(2026, 11, 30), actor=SYSTEM).id
    with clock.at(_LATER):
        simulations.carry_out(asked)
        with transaction() as session:
            paper = Paper("宝民发〔2026〕9 号", date(2026, 12, 1), "依据", "理由")
            decision = decisions.draft(session, asked, paper, actor=SYSTEM)
            decisions.adopt(session, decision.id, actor=SYSTEM)
        closing.close("social-force", "2026-11", actor=SYSTEM)


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
            for table in tables():
                constraints = connection.exec_driver_sql(
                    "SELECT conname FROM pg_constraint "
                    f"WHERE conrelid = '{table}'::regclass AND contype IN ('c', 'f')"
                )
                for name in constraints.scalars().all():
                    connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield connection
        connection.invalidate()


def found_after(connection: Connection, *statements: str) -> list[Break]:
    """Return what verify finds after some changes, which are then undone; missing triggers are left out."""
    undone = connection.begin_nested()
    try:
        for statement in statements:
            connection.exec_driver_sql(statement)
        with Session(connection) as session:
            return [one for one in verify(session) if one.kind.value != "trigger"]
    finally:
        undone.rollback()


def rows_of(connection: Connection, table: str) -> list[dict[str, Any]]:
    """Return some rows of a table by column: the first, and the last, which in most tables has no seal."""
    keys = ", ".join(primary(table))
    chosen = FROZEN_ONLY.get(table, "1 = 1")
    rows = (
        connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {chosen} ORDER BY {keys}").mappings().all()
    )
    return [dict(row) for row in ([rows[0], rows[-1]] if len(rows) > 1 else rows)]


def primary(table: str) -> list[str]:
    """Return the columns of a table's key."""
    return list(_table(table).primary_key.columns.keys())


def where(table: str, row: dict[str, Any]) -> str:
    """Return the condition that is true of one row only."""
    return " AND ".join(f"{column} = {literal(row[column])}" for column in primary(table))


def literal(value: Any) -> str:
    """Return a value as it stands in SQL text."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes | memoryview):
        return f"X'{bytes(value).hex()}'"
    return str(value) if isinstance(value, int) else f"'{value}'"


def shown(table: str, row: dict[str, Any]) -> str:
    """Return a row's key as a break names it."""
    parts = [row[column] for column in primary(table)]
    return "/".join(str(UUID(bytes=one)) if isinstance(one, bytes) else str(one) for one in parts)


def other_values(database: Database, table: str, column: str) -> list[str]:
    """Return SQL expressions for other values of a column's type."""
    kind = _table(table).columns[column].type
    name = type(kind).__name__
    if name == "KeyType":
        fresh = "0192f0c1000070008000000000000001"
        values = [f"X'{fresh}'" if database.is_sqlite else f"'{UUID(hex=fresh)}'"]
    elif name == "UtcTimeType":
        values = ["'2020-01-01T00:00:00.000000Z'"]
    elif name == "Date":
        values = ["'2020-01-01'"]
    elif name == "Boolean":
        values = [f"NOT {column}"]
    elif name == "LargeBinary":
        values = [f"X'{'07' * 32}'" if database.is_sqlite else f"'\\x{'07' * 32}'::bytea"]
    else:
        values = ["7777" if "INT" in str(kind.compile(database.writer.dialect)).upper() else "'other'"]
    if database.is_sqlite:
        values.append("'damaged'")  # SQLite keeps any value in any column
    if _table(table).columns[column].nullable:
        values.append("NULL")
    return values


def changes(
    connection: Connection, database: Database, table: str, *, every: bool
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield row, column and other value for a table; unless ``every``, one value per column, in turn of each kind."""
    for place, row in enumerate(rows_of(connection, table)):
        for column in _table(table).columns:
            values = other_values(database, table, column.name)
            values = [value for value in values if value != "NULL" or row[column.name] is not None]
            for value in values if every else values[place : place + 1]:
                yield row, column.name, value


def unnamed_changes(connection: Connection, database: Database, table: str, *, every: bool) -> list[Any]:
    """Change values of a table one by one and return those changes that verify does not name by their row."""
    unnamed: list[Any] = []
    for row, column, value in changes(connection, database, table, every=every):
        change = f"UPDATE {table} SET {column} = {value} WHERE {where(table, row)}"
        try:
            found = {(one.kind, one.table, one.key) for one in found_after(connection, change)}
        except IntegrityError:
            continue  # a number that is a row's key: the database itself refuses anything else
        if column in primary(table):  # a row under another key: the old one is missed, or the new one named
            named = bool(found)
        elif table in NAMED_AS:
            named = any(one[1] == NAMED_AS[table] for one in found)
        elif is_signed(table):
            named = (BreakKind.SIGNATURE, table, shown(table, row)) in found
        else:
            named = any(one[1:] == (table, shown(table, row)) for one in found)
        if not named:
            unnamed.append((row, column, value, found))
    return unnamed


def unnamed_insertions(connection: Connection, database: Database, table: str) -> list[Any]:
    """Copy rows of a table under another key and return the copies that verify finds nothing wrong with."""
    columns = [column.name for column in _table(table).columns]
    unique = {"account": ["kind"], "transfer": ["from_number", "to_number"], "posting": ["revision"]}
    unique |= {"seal_leaf": ["thing_id"], "seal": ["tree_size"], "period_close": ["month"]}
    unique |= {"frozen_ranking": ["number"], "hold": ["source_id"], "ruleset_reach": ["number"]}
    unique |= {"ruleset": ["version", "effective_from"], "ruleset_rule": ["code", "category"]}
    unique |= {"ruleset_multiplier": ["value"], "ruleset_cap": ["code"], "covenant_item": ["name"]}
    unique |= {"adjustment_decision": ["code", "number"], "ranking": ["kind"]}
    fresh_key = {"frozen_place": ["party_id"], "standing_bucket": ["bucket"]}  # else they are of no ranking
    if table in NOT_INSERTED:
        return []
    unnamed = []
    for row in rows_of(connection, table):
        fresh = {
            name: other_values(database, table, name)[0]
            for name in fresh_key.get(table, primary(table)) + unique.get(table, [])
            if row[name] is not None
        }
        chosen = ", ".join(fresh.get(name, name) for name in columns)
        copied = f"SELECT {chosen} FROM {table} WHERE {where(table, row)}"
        if not found_after(connection, f"INSERT INTO {table} ({', '.join(columns)}) {copied}"):
            unnamed.append(row)
    return unnamed


def unnamed_deletions(connection: Connection, table: str) -> list[Any]:
    """Delete rows of a table one by one and return those whose loss verify does not tell."""
    return [
        row
        for row in rows_of(connection, table)
        if not found_after(connection, f"DELETE FROM {table} WHERE {where(table, row)}")
    ]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
