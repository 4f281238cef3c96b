"""Fixtures that every test may use: a fresh database on SQLite and on PostgreSQL, and the web application on it."""

import base64
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

import wsgi
from app import clock, db, keys, migrate
from app.config import Settings, load
from tests import hypothesis_profiles, postgres  # noqa: F401


def _key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


ENVIRONMENT = {
    "ZHONGLI_MODE": "test",
    "ZHONGLI_SECRET_KEY": "only-for-tests-" + "x" * 32,
    "ZHONGLI_ENCRYPTION_KEYS": "e1:" + _key("e"),
    "ZHONGLI_LOOKUP_KEY": _key("l"),
    "ZHONGLI_LEDGER_KEYS": "l1:" + _key("p"),
    "ZHONGLI_AUDIT_KEYS": "a1:" + _key("a"),
    "ZHONGLI_PASSWORD_COST": "low",
    "ZHONGLI_HTTPS": "0",
    "ZHONGLI_PUBLIC_URL": "http://127.0.0.1:8000",
}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("ZHONGLI_") and name != postgres.URL_VARIABLE:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    settings = load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(folder)})
    keys.use(settings)
    database = db.Database(settings)
    migrate.upgrade(database)
    with database.writer.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    return folder / "zhongli.sqlite3"


@pytest.fixture(scope="session")
def _postgresql(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the URL of a server that holds the worker's template database."""
    url = os.environ.get(postgres.URL_VARIABLE)
    if url:
        yield _template(url, worker_id, tmp_path_factory)
    else:
        with postgres.server() as url:
            yield _template(url, worker_id, tmp_path_factory)


def _template(url: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    made = postgres.create_database(url, f"template_{worker_id}")
    settings = load(
        {**ENVIRONMENT, "DATABASE_URL": made, "ZHONGLI_DATA_DIR": str(tmp_path_factory.mktemp("pg"))}
    )
    database = db.Database(settings)
    migrate.upgrade(database)
    database.close()
    return url


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Return this test process's name: gw0 … under xdist, else "main"."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Settings:
    """Return settings of a city with an empty, migrated database of its own, on each of the two."""
    plain = load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(tmp_path)})
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "zhongli.sqlite3")
        return plain
    url = request.getfixturevalue("_postgresql")
    made = postgres.create_database(url, f"city_{worker_id}", template=f"template_{worker_id}")
    return replace(plain, database_url=made)


@pytest.fixture
def database(settings: Settings) -> Iterator[db.Database]:
    """Connect the process to a fresh database; the clock is true and the keys are the tests'."""
    keys.use(settings)
    clock.follow(settings.clock_file)
    connected = db.connect(settings)
    yield connected
    connected.close()


@pytest.fixture
def web(settings: Settings) -> Iterator[Flask]:
    """Return the web application on a fresh database."""
    made = wsgi.create_app(settings)
    made.testing = False  # problem pages, as a visitor sees them
    yield made
    db.database().close()
