"""The checker for outsiders, run as they run it: a process of its own on downloaded files."""

import base64
import csv
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.config import Settings
from app.db import Database, reading, transaction
from app.papers import rendering, sealing
from app.papers.models import Paper
from app.parties.models import Party, PartyKind
from app.permissions import SYSTEM
from points.awards import award
from points.open_data import folder
from points.rankings import freezing
from points.rankings.rollup import roll_up
from points.rulesets.models import Programme
from points.seals.sealing import seal, tree_size
from tests.papers.kinds import bring, thank
from tests.points import city

TOOL = Path(__file__).parents[2] / "tools" / "verify_ledger.py"


def checked(*asked: str) -> tuple[int, str]:
    """Return exit status and what was said."""
    done = subprocess.run(
        [sys.executable, "-I", str(TOOL), *asked], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def downloaded(database: Database, tmp_path: Path) -> Path:
    """Open data of two days, with a frozen month."""
    with transaction() as session:
        city.programme(session)
        parties = [city.party(session, f"第{number}号中心") for number in range(4)]
        person = city.party(session, "王秀英", kind=PartyKind.PERSON)
    start = clock.now()
    last_month = clock.civil_date(start).replace(day=1) - timedelta(days=3)
    for day in range(2):
        with clock.at(start + timedelta(days=day)):
            with transaction() as session:
                for number, key in enumerate((*parties, person, parties[0])):
                    request = city.service(key, minutes=60 * (1 + number // 2), day=last_month)
                    award(session, request, actor=SYSTEM)
            seal()
    with clock.at(start + timedelta(days=2)):
        seal()
        roll_up()
        with transaction() as session:
            programme = session.scalars(select(Programme)).one()
            period = f"{last_month:%Y-%m}"
            freezing.freeze(session, programme, period, tree_size(session), actor=SYSTEM)
        target = tmp_path / "open"
        folder.write(target)
    return target


def test_all_is_right(downloaded: Path) -> None:
    status, said = checked(str(downloaded))
    assert status == 0, said
    assert "computed anew, the same byte for byte" in said
    assert "2 day roots chained" in said


def lines(path: Path, change: Callable[[list[list[str]]], object]) -> None:
    """Change a file of the folder."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _set(row: int, column: str, value: str) -> Callable[[list[list[str]]], object]:
    return lambda rows: rows[row].__setitem__(rows[0].index(column), value)


@pytest.mark.parametrize(
    ("pattern", "change", "told"),
    [
        ("leaves-1.csv", _set(3, "centipoints", "99999"), "leaf 2: its hash does not follow"),
        ("leaves-1.csv", _set(3, "who", "O:AAAAAAAAAAAA"), "leaf 2: its hash does not follow"),
        ("leaves-1.csv", _set(3, "commitment", "00" * 32), "leaf 2: its hash does not follow"),
        ("leaves-1.csv", lambda rows: rows.pop(3), "leaf 2: missing"),
        ("leaves-1.csv", lambda rows: rows.pop(), "the files have"),
        ("seals.csv", _set(1, "root", "11" * 32), "seal 1: its root does not follow from the leaves"),
        ("seals.csv", _set(1, "sealed_at", "2020-01-01T00:00:00.000000Z"), "seal 1: it is not chained"),
        ("seals.csv", lambda rows: rows.pop(1), "not chained"),
        ("day-roots.csv", _set(2, "root", "11" * 32), "no seal has this size and root"),
        ("day-roots.csv", lambda rows: rows.pop(1), "not chained"),
        ("ranking-*.csv", _set(1, "points", "5"), "points and ranks computed from the leaves are others"),
        ("ranking-*.csv", _set(2, "rank_city", "1"), "points and ranks computed from the leaves are others"),
        ("ranking-*.csv", lambda rows: rows.pop(1), "points and ranks computed from the leaves are others"),
    ],
)
def test_what_was_changed_is_named(
    downloaded: Path, pattern: str, change: Callable[[list[list[str]]], object], told: str
) -> None:
    lines(next(downloaded.glob(pattern)), change)
    status, said = checked(str(downloaded))
    assert status == 1
    assert told in said


def test_a_line_cannot_be_cut_into_other_fields(downloaded: Path) -> None:
    """The joined line, and so the hash, would be the same, but its points would count for nobody."""

    def moved(rows: list[list[str]]) -> None:
        who, county = rows[0].index("who"), rows[0].index("county")
        rows[3][who], rows[3][county] = f"{rows[3][who]}|{rows[3][county]}", ""

    lines(downloaded / "leaves-1.csv", moved)
    status, said = checked(str(downloaded))
    assert status == 1
    assert "leaf 2: its fields are not those of a public line" in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ranking-social-force-2026-10-1.json", "[]"),
        ("ranking-x.json", "[" * 100_000),
        ("leaves-1.csv", "number,form\n0\n"),
        ("leaves-x.csv", "number\n"),
        ("seals.csv", f"number,tree_size\n1,{'9' * 200_000}\n"),
        ("day-roots.csv", "day\n2026-11-21\n"),
    ],
)
def test_garbage_is_no_verdict(downloaded: Path, name: str, content: str) -> None:
    (downloaded / name).write_text(content, "utf-8")
    status, said = checked(str(downloaded))
    assert (status, said.startswith("cannot be read: ")) == (2, True), said
    assert "Traceback" not in said


def test_what_cannot_be_read_is_said(downloaded: Path, tmp_path: Path) -> None:
    assert checked(str(tmp_path / "nothing"))[0] == 2
    shutil.rmtree(downloaded, ignore_errors=True)
    assert checked(str(downloaded))[0] == 2
    broken = tmp_path / "proof.json"
    broken.write_text("{}")
    assert checked("--proof", str(broken))[0] == 2
    assert checked()[0] == 2


def test_a_papers_qr_is_checked_against_the_published_seals(
    web: Flask, settings: Settings, tmp_path: Path
) -> None:
    bring(web)
    with transaction() as session:
        city.programme(session)
        key = city.party(session)
        award(session, city.service(key), actor=SYSTEM)
        issued = [thank(session, city.party(session, f"第{number}号中心")) for number in range(3)]
    with web.app_context():
        assert rendering.render_due() == 3
    folder.write(tmp_path)
    with reading() as session:
        for one in issued:
            paper = session.get_one(Paper, one.id)
            place = sealing.place_of(session, paper)
            assert place is not None and place.holds
            text = f"http://127.0.0.1:8000/verify/{paper.code}{sealing.fragment(paper, place)}"
            status, said = checked("--qr", text, "--seals", str(tmp_path / "seals.csv"))
            assert status == 0, said
            assert paper.code in said
            forged = text.replace(paper.code, "0" * 12)
            assert checked("--qr", forged, "--seals", str(tmp_path / "seals.csv"))[0] == 1
            # Letters moved from the code into the content's hash give the same leaf.
            number, size, content, path = text.rpartition("#")[2].split(".")
            told = base64.urlsafe_b64decode(content + "=").hex()
            if told[:2].isdecimal():
                short = base64.urlsafe_b64encode(bytes.fromhex(told[2:])).decode().rstrip("=")
                forged = f"x/verify/{paper.code}{told[:2]}#{number}.{size}.{short}.{path}"
                assert checked("--qr", forged, "--seals", str(tmp_path / "seals.csv"))[0] == 1
            client = web.test_client()
            page = client.get("/verify", query_string={"qr": text}).text
            assert "二维码里的证明成立" in page
            swapped = text.replace(f"#{place.number}.", f"#{place.number + 1}.")
            assert "二维码里的证明不成立" in client.get("/verify", query_string={"qr": swapped}).text
        assert session.get(Party, key) is not None
    assert checked("--qr", "http://nowhere/", "--seals", str(tmp_path / "seals.csv"))[0] == 1
