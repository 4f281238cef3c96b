"""A whole city through the wizard's verbs, into the tables: decided as its truth says, and a second time nothing."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.db import reading
from app.imports import queries, uploads
from app.imports.models import ImportUpload, UploadState
from app.permissions import Role
from tests.imports import wizard
from tests.parties.people import CITY, sign_in_as

SAMPLE = Path(__file__).parent / "sample"
AS_OF = datetime(2026, 11, 21, 4, tzinfo=UTC)
ENDINGS = {".xlsx", ".xls", ".csv", ".txt"}
ORDER = ("01", "02", "03", "09", "04", "05", "06", "07", "08")
"""Who takes part comes before what was done."""


@pytest.fixture
def clerk(web: Flask) -> Iterator[FlaskClient]:
    web.config["WTF_CSRF_ENABLED"] = False
    runner = web.test_cli_runner()
    assert runner.invoke(args=["regions", "load"]).exit_code == 0
    assert runner.invoke(args=["catalogue", "load"]).exit_code == 0
    client = web.test_client()
    with clock.at(AS_OF):
        sign_in_as(client, "city-clerk", Role.CITY_STAFF, region=CITY, index=7001)
        yield client


def tables() -> list[Path]:
    found = [
        path
        for path in SAMPLE.rglob("*")
        if path.suffix in ENDINGS and path.name not in ("manifest.csv", "truth.csv")
    ]
    return sorted(found, key=lambda path: (ORDER.index(str(path.relative_to(SAMPLE))[:2]), str(path)))


def truth() -> dict[tuple[str, str, int], tuple[str, str]]:
    with (SAMPLE / "truth.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {
            (row["file"], row["sheet"], int(row["row"])): (row["decision"], row["reasons"])
            for row in csv.DictReader(lines)
        }


def test_a_city_is_decided_in_the_real_run_as_its_truth_says(web: Flask, clerk: FlaskClient) -> None:
    known = truth()
    wrong: Counter[object] = Counter()
    seen = 0
    for path in tables():
        name = path.relative_to(SAMPLE).as_posix()
        address = wizard.upload(clerk, path.read_bytes(), path.name)
        wizard.check(clerk, address)
        wizard.accept(clerk, address)
        upload = wizard.the_upload(address)
        assert upload.state is UploadState.ACCEPTED, name
        assert upload.admitted_rows == upload.ready_rows > 0, name
        with reading() as session:
            plan = uploads.plan_of(upload)
            batches = queries.batches_of(session, upload.id)
            kept = {
                (plan[batch.table_number].sheet, line.number): (line.decision.value, line.reason)
                for batch in batches
                for line in queries.lines_of(batch)
            }
            assert sum(batch.row_count for batch in batches) == upload.data_rows, name
        for (file, sheet, number), told in known.items():
            if file == name and told != ("skip", ""):
                seen += 1
                # Rows that go in and of which nothing is to be said are counted, not kept one by one.
                decided = kept.pop((sheet, number), ("accept", ""))
                if decided != told:
                    wrong[name, *decided, told] += 1
        assert not kept, name
    assert seen > 3_000 and wrong.total() <= seen // 100, wrong.most_common(10)
    again = tables()
    for path in (again[0], again[2], again[-3]):
        address = wizard.upload(clerk, path.read_bytes(), path.name)
        wizard.check(clerk, address)
        upload = wizard.the_upload(address)
        assert upload.ready_rows == 0, path.name
    with reading() as session:
        accepted = select(ImportUpload).where(ImportUpload.state == UploadState.ACCEPTED)
        assert len(session.scalars(accepted).all()) == len(again)
