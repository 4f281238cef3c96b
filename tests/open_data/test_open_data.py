"""The files are downloaded through the public door and a stranger's script recomputes them; on both databases."""

import csv
import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.db import reading, transaction
from app.ids import new_id
from app.parties import consents
from app.parties.models import Consent, ConsentPurpose, Party, PartyKind
from app.permissions import SYSTEM, Actor, Grant, Role
from points.awards import award
from points.open_data import folder, sources
from points.rankings.freezing import correct, freeze
from points.rankings.rollup import roll_up
from points.reversals import reverse_award
from points.rulesets.models import Programme
from points.seals import days
from points.seals import queries as seals
from points.seals.sealing import seal
from tests.points import city

ROOT = Path(__file__).parents[2]
YEARS_END = datetime(2027, 1, 6, 4, tzinfo=UTC)
VILLAGE = "610302101200"


@pytest.fixture
def parties(web: Flask) -> dict[str, UUID]:
    """A year with organisations, persons who agreed and who did not, a reversal, and its frozen ranking."""
    made: dict[str, UUID] = {}
    with clock.at(city.NOON), transaction() as session:
        programme = city.programme(session)
        for name in ("暖阳协会", "爱心企业", "助学基金会"):
            made[name] = city.party(session, name)
        for name in ("甘愿名", "施隐名", "童未成"):
            born_on = date(2012, 5, 1) if name == "童未成" else None
            made[name] = city.party(
                session, name, kind=PartyKind.PERSON, region_code=VILLAGE, born_on=born_on
            )
        _agree(session, made["甘愿名"])
        _agree(session, made["童未成"])
        for number, key in enumerate(made.values()):
            for month in (3, 7, 11):
                award(
                    session,
                    city.service(key, minutes=60 + 30 * number, day=date(2026, month, 9)),
                    actor=SYSTEM,
                )
        award(session, city.gift(made["爱心企业"]), actor=SYSTEM)
        wrong = city.gift(made["暖阳协会"], yuan=90_000)
        award(session, wrong, actor=SYSTEM)
    with clock.at(city.NOON):
        seal(everything=True)
    with clock.at(YEARS_END), transaction() as session:
        reverse_award(
            session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
        )
    with clock.at(YEARS_END):
        seal(everything=True)
        roll_up()
        with transaction() as session:
            days.close(session)
            programme = session.scalars(select(Programme)).one()
            size = seals.last_seal(session)
            assert size is not None
            freeze(session, programme, "2026", size.tree_size, actor=SYSTEM)
    return made


def _agree(session: object, party_id: UUID) -> None:
    session.add(Consent(party_id=party_id, purpose=ConsentPurpose.PUBLISH_NAME, given_at=clock.now()))  # type: ignore[attr-defined]


def download(client: FlaskClient, target: Path) -> None:
    """Fetch what files.txt names, as the first command of the page does."""
    target.mkdir()
    for address in client.get("/open-data/files.txt").text.split():
        path = address[address.index("/open-data/") :]
        answer = client.get(path)
        assert answer.status_code == 200, path
        (target / path.rpartition("/")[2]).write_bytes(answer.data)
    (target / "index.json").write_bytes((folder.place() / "index.json").read_bytes())


def run(script: Path, target: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(target)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_stranger_recomputes_everything(web: Flask, parties: dict[str, UUID], tmp_path: Path) -> None:
    with clock.at(YEARS_END):
        folder.publish()
    download(web.test_client(), tmp_path / "files")
    told = run(Path(__file__).with_name("outsider.py"), tmp_path / "files")
    assert "identical: ranking-social-force-2026-1.csv" in told and "2 seals" in told
    assert "All is right." in run(ROOT / "tools" / "verify_ledger.py", tmp_path / "files")
    sums = (tmp_path / "files" / "SHA256SUMS").read_text()
    for line in sums.splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "files" / name).read_bytes()).hexdigest() == digest
    published = (tmp_path / "files" / "ranking-social-force-2026-1.csv").read_text()
    assert published.count("\nall,organisation,") == 3 and published.count("\nall,person,") == 1
    # A leaf that says one point more is found, and so is a line that was moved up.
    file = tmp_path / "files" / "leaves-1.csv"
    file.write_text(file.read_text().replace("issuer>honour,", "issuer>honour,1", 1))
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/verify_ledger.py"), str(file.parent)], check=False
    )
    assert done.returncode == 1


def test_a_correction_stands_beside(web: Flask, parties: dict[str, UUID], tmp_path: Path) -> None:
    with clock.at(YEARS_END):
        folder.publish()
        before = folder.read()
        with transaction() as session:
            award(
                session, city.gift(parties["助学基金会"], yuan=500_000, day=date(2026, 12, 30)), actor=SYSTEM
            )
        seal(everything=True)
        with transaction() as session:
            programme = session.scalars(select(Programme)).one()
            last = seals.last_seal(session)
            assert last is not None
            assert correct(session, programme, "2026", last.tree_size, actor=SYSTEM)
        after = folder.publish()
    assert before is not None
    first = before.find("ranking-social-force-2026-1.csv")
    assert first is not None and first in after.files and first.final
    assert after.find("ranking-social-force-2026-2.csv") is not None
    download(web.test_client(), tmp_path / "files")
    told = run(Path(__file__).with_name("outsider.py"), tmp_path / "files")
    assert "identical: ranking-social-force-2026-2.csv" in told


def test_what_is_downloaded_twice_costs_nothing(web: Flask, parties: dict[str, UUID]) -> None:
    client = web.test_client()
    with clock.at(YEARS_END):
        assert client.get("/open-data/leaves-1.csv").status_code == 404
        assert "文件还没有生成" in client.get("/open-data").text
        made = folder.publish()
        page = client.get("/open-data").text
        assert made.root in page and "python3 verify_ledger.py ." in page
        for one in made.files:
            assert one.sha256 in page
            plain = client.get(f"/open-data/{one.name}", headers={"Accept-Encoding": "identity"})
            assert hashlib.sha256(plain.data).hexdigest() == one.sha256
            assert ("immutable" in plain.headers["Cache-Control"]) == one.final
            packed = client.get(f"/open-data/{one.name}", headers={"Accept-Encoding": "gzip"})
            assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.data) == plain.data
            assert packed.headers["ETag"] != plain.headers["ETag"]
            again = client.get(
                f"/open-data/{one.name}",
                headers={"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"},
            )
            assert (again.status_code, again.data) == (304, b"")
        part = client.get(
            "/open-data/leaves-1.csv", headers={"Range": "bytes=0-5", "Accept-Encoding": "gzip"}
        )
        assert (part.status_code, part.data) == (206, b"number")
    for wrong in ("leaves-9.csv", "index.json.part", "..%2Fzhongli.sqlite3", "%00", "x" * 400):
        assert client.get(f"/open-data/{wrong}").status_code in (400, 404), wrong


def test_names_follow_consent_at_once(web: Flask, parties: dict[str, UUID]) -> None:
    client = web.test_client()
    with clock.at(YEARS_END):
        folder.publish()
        names = client.get("/open-data/names.csv").text
        assert "暖阳协会" in names and names.count("甘愿名") == 3  # a pseudonym for each month
        assert "施隐名" not in names and "童未成" not in names
        leaves = client.get("/open-data/leaves-1.csv").text
        mine = [line.split(",")[0] for line in names.splitlines() if line.endswith("甘愿名")]
        assert all(f",{who}," in leaves for who in mine)
        person = Actor(new_id(), parties["甘愿名"], "甘愿名", (Grant(Role.VOLUNTEER),))
        with transaction() as session:
            consents.withdraw(session, parties["甘愿名"], ConsentPurpose.PUBLISH_NAME, actor=person)
        assert "甘愿名" not in client.get("/open-data/names.csv").text
        packed = client.get("/open-data/names.csv", headers={"Accept-Encoding": "gzip"}).data
        assert "甘愿名" not in gzip.decompress(packed).decode()


def test_a_name_is_no_formula(web: Flask, parties: dict[str, UUID]) -> None:
    with clock.at(YEARS_END):
        with transaction() as session:
            city.party(session, '=HYPERLINK("https://example.org","点我")')
            city.party(session, '甲,乙"丙"协会')
        names = web.test_client().get("/open-data/names.csv").text
    lines = list(csv.reader(names.splitlines()))
    assert all(len(line) == 3 for line in lines)
    assert {'\'=HYPERLINK("https://example.org","点我")', '甲,乙"丙"协会'} <= {line[2] for line in lines}


def test_full_files_are_written_once_and_a_killed_run_leaves_the_old_list(
    web: Flask, parties: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "LEAVES_OF_A_FILE", 10)
    with clock.at(YEARS_END):
        first = folder.publish()
        sizes = {one.name: one.final for one in first.files if one.name.startswith("leaves-")}
        assert list(sizes.values()) == [True] * (len(sizes) - 1) + [False] and len(sizes) > 2
        kept = folder.path_of(first.files[0])
        written = kept.stat().st_mtime_ns
        with transaction() as session:
            award(session, city.gift(parties["助学基金会"], day=date(2026, 12, 30)), actor=SYSTEM)
        seal(everything=True)

        def killed(_session: object, _tree_size: int) -> Iterator[str]:
            yield ""
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(sources, "day_roots", killed)
            with pytest.raises(KeyboardInterrupt):
                folder.publish()
        assert folder.read() == first
        second = folder.publish()
        assert second.tree_size > first.tree_size and kept.stat().st_mtime_ns == written
        (folder.place() / "index.json").write_text("{", encoding="utf-8")
        assert folder.read() is None and web.test_client().get("/open-data").status_code == 200
        assert folder.publish().files == second.files


def test_the_command_writes_a_folder(web: Flask, parties: dict[str, UUID], tmp_path: Path) -> None:
    with clock.at(YEARS_END):
        done = web.test_cli_runner().invoke(args=["open-data", "write", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert {
        "leaves-1.csv",
        "seals.csv",
        "day-roots.csv",
        "names.csv",
        "dictionary.json",
        "index.json",
    } <= there
    assert "rules-social-force-1.json" in there
    run(Path(__file__).with_name("outsider.py"), tmp_path / "out")
    told = json.loads((tmp_path / "out" / "rules-social-force-1.json").read_text("utf-8"))
    assert told["version"] == 1 and told["rules"][0]["points"] > 0


def test_no_key_no_name_no_day_of_anybody(web: Flask, parties: dict[str, UUID], tmp_path: Path) -> None:
    with clock.at(YEARS_END):
        folder.write(tmp_path / "out")
    with reading() as session:
        people = session.scalars(select(Party).where(Party.kind == PartyKind.PERSON)).all()
    for path in (tmp_path / "out").iterdir():
        if path.name in ("names.csv", "verify_ledger.py", "dictionary.json"):
            continue
        text = path.read_text("utf-8")
        for person in people:
            for secret in (person.name, person.code, str(person.id), person.id.hex):
                assert secret not in text, (path.name, person.name)
        if path.name.startswith(("leaves", "ranking")):
            assert "2026-03-09" not in text and "2026-11-09" not in text
        if path.name.startswith("leaves"):
            assert VILLAGE not in text and VILLAGE[:9] not in text
