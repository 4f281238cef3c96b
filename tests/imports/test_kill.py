"""kill -9 of the runner in the middle of an import: each batch whole or absent, and the next runner ends it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.config import Settings
from app.db import reading, transaction
from app.imports import jobs, queries
from app.imports.models import BatchState, ImportUpload, UploadState
from app.parties.models import PersonRole
from tests.conftest import ENVIRONMENT
from tests.imports import wizard

ROOT = Path(__file__).resolve().parents[2]
ROWS = 12_000  # six batches: the kill falls in their middle
_RUN = "import wsgi; web = wsgi.create_app(); web.app_context().push(); from app.imports import jobs; jobs.take_up()"


@pytest.mark.parametrize("after", [1, 3])
def test_a_killed_runner_leaves_whole_batches(web: Flask, settings: Settings, after: int) -> None:
    client, _actor = wizard.clerk(web)
    rows = [wizard.volunteer(index) for index in range(ROWS)]
    address = wizard.upload(client, wizard.book(rows))
    wizard.check(client, address)
    with web.app_context():
        jobs.take_up()
    wizard.accept(client, address)
    upload_id = wizard.the_upload(address).id
    runner = subprocess.Popen(
        [sys.executable, "-c", _RUN], cwd=ROOT, env={**os.environ, **_environment(settings)}
    )
    deadline = time.monotonic() + 60
    while _batches_in(upload_id) < after and time.monotonic() < deadline and runner.poll() is None:
        time.sleep(0.005)
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    with reading() as session:
        upload = session.get_one(ImportUpload, upload_id)
        batches = queries.batches_of(session, upload_id)
        inside = [one for one in batches if one.state is BatchState.ADMITTED]
        people = len(set(session.scalars(select(PersonRole.person_id))))
        assert upload.state is UploadState.ACCEPTING and after <= len(inside) < len(batches)
        assert people == sum(one.row_count for one in inside) == upload.admitted_rows == upload.done_rows
        assert people == sum(len(things) for things in queries.things_of(batches))
    with transaction() as session:  # two minutes later
        session.get_one(ImportUpload, upload_id).lease_until = clock.true_now()
    with web.app_context():
        jobs.take_up()
    assert wizard.the_upload(address).state is UploadState.ACCEPTED
    assert wizard.volunteers() == ROWS


def test_a_killed_undoing_goes_on(web: Flask, settings: Settings) -> None:
    client, _actor = wizard.clerk(web)
    rows = [wizard.volunteer(index) for index in range(ROWS // 2)]
    address = wizard.upload(client, wizard.book(rows))
    wizard.check(client, address)
    jobs.take_up()
    wizard.accept(client, address)
    jobs.take_up()
    upload_id = wizard.the_upload(address).id
    client.post(f"{address}/undo", data={"reason": "选错了文件"})
    runner = subprocess.Popen(
        [sys.executable, "-c", _RUN], cwd=ROOT, env={**os.environ, **_environment(settings)}
    )
    deadline = time.monotonic() + 60
    while (
        _batches(upload_id, BatchState.UNDONE) < 1 and time.monotonic() < deadline and runner.poll() is None
    ):
        time.sleep(0.005)
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    left = _batches(upload_id, BatchState.ADMITTED)
    upload = wizard.the_upload(address)
    assert left < 3 and upload.state is UploadState.UNDOING and upload.done_rows == (3 - left) * 2_000
    assert wizard.volunteers_in_force() == left * 2_000
    with transaction() as session:  # two minutes later
        session.get_one(ImportUpload, upload_id).lease_until = clock.true_now()
    jobs.take_up()
    assert wizard.the_upload(address).state is UploadState.UNDONE and wizard.volunteers_in_force() == 0


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **ENVIRONMENT,
        "ZHONGLI_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
    }


def _batches_in(upload_id: object) -> int:
    return _batches(upload_id, BatchState.ADMITTED)


def _batches(upload_id: object, state: BatchState) -> int:
    with reading() as session:
        states = [one.state for one in queries.batches_of(session, upload_id)]  # type: ignore[arg-type]
    return states.count(state)
