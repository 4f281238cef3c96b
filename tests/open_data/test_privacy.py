"""A whole demo city's open data: nothing in it leads to a person, and a stranger's script recomputes it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import wsgi
from app import clock, db
from app.config import load
from app.db import reading, transaction
from app.parties.kinds import PartyKind
from app.parties.models import Party, Person
from app.permissions import SYSTEM
from points.covenants.models import Covenant
from points.ledger.models import Account, Posting, Transfer
from points.open_data import folder
from points.rankings.freezing import freeze
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME
from points.seals import queries as seals
from portal.demo import closing
from portal.demo.load import load_city
from portal.demo.plan import Size
from tests.conftest import ENVIRONMENT
from tests.open_data.test_open_data import ROOT, run

ENDS_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SIZE = Size(organisations=14, volunteers=20, contributions=40)


@pytest.fixture(scope="module")
def web(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data = tmp_path_factory.mktemp("privacy")
    shutil.copy(_sqlite_template, data / "zhongli.sqlite3")
    made = wsgi.create_app(load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(data)}))
    load_city(made.extensions["zhongli"], seed=1, size=SIZE, ends_at=ENDS_AT)
    with clock.at(ENDS_AT), made.app_context():
        closing.settle()
        with transaction() as session:
            programme = session.scalars(select(Programme).where(Programme.code == CITY_PROGRAMME)).one()
            last = seals.last_seal(session)
            assert last is not None
            for period in ("2026-09", "2026-10", "2026-Q3"):
                freeze(session, programme, period, last.tree_size, actor=SYSTEM)
    yield made
    db.database().close()


@pytest.fixture(scope="module")
def files(web: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("open") / "data"
    with clock.at(ENDS_AT), web.app_context():
        folder.write(target)
    return target


def test_it_is_recomputed_from_outside(files: Path) -> None:
    told = run(ROOT / "tests" / "open_data" / "outsider.py", files)
    assert told.count("identical") == 3
    assert "\nall,organisation," in (files / "ranking-social-force-2026-Q3-1.csv").read_text()
    assert "All is right." in run(ROOT / "tools" / "verify_ledger.py", files)


def test_no_file_but_the_names_says_anything_in_words(files: Path) -> None:
    """Leaves, seals, days and rankings are ASCII: no name can stand in them."""
    for path in files.iterdir():
        if path.name.startswith(("leaves", "seals", "day-roots", "ranking")):
            assert path.read_bytes().isascii(), path.name


def test_nothing_leads_to_a_person(web: Flask, files: Path) -> None:
    texts = {
        path.name: path.read_text("utf-8")
        for path in files.iterdir()
        if path.name not in (folder.NAMES, folder.CHECKER, "dictionary.json")
    }
    with reading() as session:
        persons = session.execute(
            select(Party, Person)
            .join(Person, Person.party_id == Party.id)
            .where(Party.kind == PartyKind.PERSON)
        ).all()
        keys = [
            key
            for model in (Account, Posting, Transfer, Covenant)
            for key in session.scalars(select(model.id))
        ]
        days = {day.isoformat() for day in session.scalars(select(Transfer.happened_on))}
        villages = {one.region_code for one, _person in persons if one.region_code[9:] != "000"} | set(
            session.scalars(select(Covenant.region_code))
        )
        covenant = session.scalars(select(Covenant)).one()
        secrets = [covenant.code, covenant.name]
        for party, person in persons:
            keys.append(party.id)
            secrets += [party.code, party.name]
            secrets += [number for number in (person.identity_number, person.phone) if number]
    secrets += [text for key in keys for text in (str(key), key.hex)]
    assert len(persons) > 40 and len(secrets) > 500 and days and villages
    for name, text in texts.items():
        for secret in secrets:
            assert secret not in text, (name, secret)
        if name.startswith("leaves"):
            assert not [one for one in (*villages, *days) if one in text]
        if name.startswith("ranking"):
            assert not [day for day in days if f",{day}" in text]


def test_the_names_are_those_who_may_be_named(web: Flask, files: Path) -> None:
    names = (files / folder.NAMES).read_text("utf-8")
    with clock.at(ENDS_AT):
        assert web.test_client().get("/open-data/names.csv").text == names
    assert "organisation" in names and "person" in names
    leaves = (files / "leaves-1.csv").read_text("utf-8")
    for line in names.splitlines()[1:]:
        who, kind, _name = line.split(",", 2)
        assert kind == "organisation" or f",{who}," in leaves
