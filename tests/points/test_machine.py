"""Random acts on the ledger agree with a plain model, whatever their order; the deep form tries many more."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as tries
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.engine import make_url

from app import clock, db, keys
from app.config import Settings
from app.db import transaction
from tests import postgres
from tests.points import city
from tests.points.machine import PARTIES, START, Machine

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture
def prepare(settings: Settings) -> Iterator[Callable[[], list[UUID]]]:
    """Yield what gives a ledger with the city's rules and some parties, each time a fresh copy of one database."""
    keys.use(settings)
    clock.follow(settings.clock_file)
    db.connect(settings)
    with clock.at(START), transaction() as session:
        city.programme(session)
        parties = [city.party(session, f"单位{number}") for number in range(PARTIES)]
    db.database().close()
    is_sqlite = settings.database_url.startswith("sqlite")
    file = settings.data_dir / "zhongli.sqlite3"
    template = settings.data_dir / "template.sqlite3"
    if is_sqlite:
        shutil.copy(file, template)

    def fresh() -> list[UUID]:
        db.database().close()
        if is_sqlite:
            for left in settings.data_dir.glob("zhongli.sqlite3*"):
                left.unlink()
            shutil.copy(template, file)
            db.connect(settings)
        else:
            url = make_url(settings.database_url)
            beside = url.set(database="postgres").render_as_string(hide_password=False)
            made = postgres.create_database(beside, f"{url.database}_act", template=url.database)
            db.connect(replace(settings, database_url=made))
        return parties

    yield fresh
    db.database().close()


def run(prepare: Callable[[], list[UUID]], examples: int, steps: int) -> None:
    """Let so many machines do so many acts each."""

    class Prepared(Machine):
        pass

    Prepared.prepare = staticmethod(prepare)
    run_state_machine_as_test(
        Prepared,
        settings=tries(max_examples=examples, stateful_step_count=steps, **QUIET),  # type: ignore[arg-type]
    )


def test_random_acts(prepare: Callable[[], list[UUID]]) -> None:
    run(prepare, 6, 30)


@pytest.mark.deep
@pytest.mark.timeout(7_200)
def test_many_random_acts(prepare: Callable[[], list[UUID]]) -> None:
    run(prepare, 500, 50)
