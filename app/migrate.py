"""Bringing the schema up to date, and refusing to serve an older one.

Two chains of migrations: ``shared`` (tables that all cities of a server share) and ``city`` (one schema per
city, recorded there). A lock makes two starts do it once.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.config import Settings
from app.db import SHARED, Database

CHAINS = ("shared", "city")
_LOCK_NUMBER = 7_402_061  # any number, the same for every start


def upgrade(database: Database) -> None:
    """Run all migrations that are not there yet, each chain in its own schema."""
    with _alone(database), database.writer.connect() as connection:
        for chain in CHAINS:
            _prepare(connection, database.settings, chain)
            config = config_of(chain)
            config.attributes["connection"] = connection
            config.attributes["settings"] = database.settings
            command.upgrade(config, "head")
            connection.commit()


def missing(database: Database) -> list[str]:
    """Return the revisions that the database lacks; empty when it is up to date."""
    lacking = []
    with database.fresh_reader.connect() as connection:  # a question must not wait for SQLite's write lock
        for chain in CHAINS:
            schema = schema_of(chain, database.settings) if not database.is_sqlite else None
            context = MigrationContext.configure(
                connection, opts={"version_table": version_table(chain), "version_table_schema": schema}
            )
            there = set(context.get_current_heads())
            lacking += [
                head
                for head in ScriptDirectory.from_config(config_of(chain)).get_heads()
                if head not in there
            ]
        connection.rollback()
    return lacking


def config_of(chain: str) -> Config:
    """Return Alembic's settings for a chain."""
    root = Path(__file__).resolve().parent.parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(root))
    config.set_main_option("version_locations", str(root / chain))
    config.set_main_option("path_separator", "os")
    config.attributes["chain"] = chain
    return config


def version_table(chain: str) -> str:
    """Return the table in which a chain records how far it came."""
    return f"migration_{chain}"


def schema_of(chain: str, settings: Settings) -> str:
    """Return the PostgreSQL schema of a chain."""
    return SHARED if chain == "shared" else settings.city_schema


def _prepare(connection: Connection, settings: Settings, chain: str) -> None:
    if connection.dialect.name == "postgresql":
        schema = schema_of(chain, settings)
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        connection.commit()


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    if database.is_sqlite:
        name = Path(str(database.writer.url.database) + ".migrating")
        with name.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        return
    with database.writer.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _LOCK_NUMBER})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _LOCK_NUMBER})
            connection.commit()
