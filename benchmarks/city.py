"""A durable database of its own for a benchmark, with the program's own schema, on SQLite and on PostgreSQL."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app import db, keys, migrate
from app.config import Settings, load
from tests import postgres
from tests.conftest import ENVIRONMENT

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def cities(dialect: str, names: tuple[str, ...]) -> Iterator[list[Settings]]:
    """Yield the settings of empty cities with all tables and triggers, every commit durable.

    Only one is connected at a time; ``connect`` chooses.
    """
    with tempfile.TemporaryDirectory(prefix="zhongli-benchmark-") as folder:
        plain = load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": folder})
        keys.use(plain)
        if dialect == "sqlite":
            files = [f"sqlite:///{Path(folder) / name}.sqlite3" for name in names]
            yield [_made(replace(plain, database_url=url)) for url in files]
        else:
            with postgres.server(**DURABLE) as url:
                urls = [postgres.create_database(url, name) for name in names]
                yield [_made(replace(plain, database_url=one)) for one in urls]


def _made(settings: Settings) -> Settings:
    database = db.Database(settings)
    migrate.upgrade(database)
    database.close()
    return settings
