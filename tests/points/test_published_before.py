"""Versions that were published before terms were signed: the migration signs them as the program would have."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, RowMapping, column, insert, inspect, select, table

from app import db, migrate
from app.config import Settings
from app.db import Base, Database, reading, transaction
from app.permissions import SYSTEM
from points.awards import award
from points.rulesets import publication, publishing, queries
from points.rulesets.document import read
from points.rulesets.models import PublishedTerms, Ruleset
from points.verification import rules
from tests import postgres
from tests.points import city

BEFORE = "city_0013"
TABLES = ("programme", "ruleset", "ruleset_rule", "ruleset_multiplier", "ruleset_cap")
SECOND = (
    city.FIRST_RULES.read_text("utf-8")
    .replace("version = 1", "version = 2", 1)
    .replace("effective_from = 2025-11-01", "effective_from = 2027-01-01", 1)
)


@pytest.fixture
def published(database: Database) -> dict[str, list[RowMapping]]:
    """Rows of two published versions and a draft, as the program writes them now."""
    with transaction() as session:
        city.programme(session)
        second = publication.draft_ruleset(session, read(SECOND), actor=SYSTEM)
        publication.publish_ruleset(session, second.id, actor=SYSTEM)
        third = SECOND.replace("version = 2", "version = 3", 1).replace("2027-01-01", "2028-01-01", 1)
        publication.draft_ruleset(session, read(third), actor=SYSTEM)
    with reading() as session:
        return {
            name: list(session.execute(select(Base.metadata.tables[name])).mappings().all())
            for name in TABLES
        }


@pytest.fixture
def older(
    published: dict[str, list[RowMapping]], settings: Settings, tmp_path: Path, worker_id: str
) -> Iterator[Database]:
    """A database of the schema before terms were signed, in which these versions had been published."""
    there = replace(settings, database_url=f"sqlite:///{tmp_path / 'older.sqlite3'}")
    if not settings.database_url.startswith("sqlite"):
        url = postgres.create_database(settings.database_url, f"older_{worker_id}")
        there = replace(settings, database_url=url)
    made = db.connect(there)
    with made.writer.connect() as connection:
        for chain, target in (("shared", "head"), ("city", BEFORE)):
            migrate._prepare(connection, there, chain)
            config = migrate.config_of(chain)
            config.attributes["connection"] = connection
            config.attributes["settings"] = there
            command.upgrade(config, target)
            connection.commit()
        for name in TABLES:
            _write(connection, name, published[name])
        connection.commit()
    yield made
    made.close()


def _write(connection: Connection, name: str, rows: list[RowMapping]) -> None:
    columns = Base.metadata.tables[name].columns
    known = [one["name"] for one in inspect(connection).get_columns(name)]
    then = table(name, *(column(one, columns[one].type) for one in known))
    wanted: list[dict[str, Any]] = [{one: row[one] for one in known} for row in rows]
    connection.execute(insert(then), wanted)


def test_what_was_published_before_is_signed_as_it_stood(
    older: Database, published: dict[str, list[RowMapping]]
) -> None:
    migrate.upgrade(older)
    queries._kept.clear()
    with reading() as session:
        signed = {one.id: one for one in session.scalars(select(PublishedTerms))}
        versions = session.scalars(select(Ruleset).order_by(Ruleset.version)).all()
        assert [one.id in signed for one in versions] == [True, True, False]
        assert all(publishing.is_published(session, key) for key in signed)
        assert list(rules.check(session)) == []
        assert {one.published_at for one in signed.values()} == {
            row["published_at"] for row in published["ruleset"] if row["published_at"] is not None
        }
    with transaction() as session:
        scored = award(session, city.service(city.party(session)), actor=SYSTEM)
    assert scored.points > 0


def test_a_city_without_rules_is_migrated_too(older: Database) -> None:
    with older.writer.connect() as connection:
        for name in reversed(TABLES):
            connection.execute(Base.metadata.tables[name].delete())
        connection.commit()
    migrate.upgrade(older)
    with reading() as session:
        assert session.scalars(select(PublishedTerms)).all() == []
