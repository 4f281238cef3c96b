"""Taking out again what an upload brought in: all or none; and the clearing of what is old."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.db import reading, transaction
from app.imports import checking, jobs, queries, undoing, uploads
from app.imports.models import BatchState, ImportBatch, ImportFile, ImportUpload, UploadState
from app.parties.models import Party
from app.permissions import Role
from tests.imports import wizard
from tests.parties.people import WEIBIN, sign_in_as


def test_an_upload_is_undone_while_nothing_depends_on_it(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    wizard.accept(client, address)
    client.post(f"{address}/undo", data={"reason": ""})
    assert "请写明为什么撤销" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/undo", data={"reason": "选错了文件"}).status_code == 303
    assert "已经撤销" in client.get(address).get_data(as_text=True)
    assert wizard.volunteers_in_force() == 0
    upload = wizard.the_upload(address)
    assert upload.state is UploadState.UNDONE
    # The same table may come again.
    again = wizard.upload(client, wizard.messy())
    wizard.check(client, again)
    assert "已导入 4 行" in wizard.accept(client, again)


def test_all_stay_when_somebody_worked_on_them_since(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    wizard.accept(client, address)
    reviewer = web.test_client()
    sign_in_as(reviewer, "weibin-reviewer", Role.COUNTY_REVIEWER, region=WEIBIN, index=7002)
    reviewer.post(f"{address}/approve")
    client.post(f"{address}/undo", data={"reason": "选错了文件"})  # approved meanwhile: people count on it
    assert wizard.volunteers_in_force() == 4
    assert wizard.the_upload(address).state is UploadState.ACCEPTED
    with reading() as session:
        assert {one.state for one in session.scalars(select(ImportBatch))} == {BatchState.ADMITTED}


def test_old_uploads_are_cleared_and_their_counts_stay(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    done = wizard.upload(client, wizard.messy())
    wizard.check(client, done)
    wizard.accept(client, done)
    left = wizard.upload(client, wizard.book([wizard.volunteer(20)]), "另一份.xlsx")
    with clock.at(clock.now() + timedelta(days=uploads.KEPT_DAYS - 1)), web.app_context():
        jobs.clear_old()
    assert wizard.the_upload(done).plan is not None
    with clock.at(clock.now() + timedelta(days=uploads.KEPT_DAYS + 1)), web.app_context():
        jobs.clear_old()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportFile)) == 0
        assert set(session.scalars(select(ImportBatch.sealed))) == {None}
    upload = wizard.the_upload(done)
    assert (upload.state, upload.admitted_rows, upload.plan) == (UploadState.ACCEPTED, 4, None)
    assert wizard.the_upload(left).state is UploadState.EXPIRED
    assert "已过保存期限" in client.get(done).get_data(as_text=True)
    # What came in can be taken out again all the same.
    client.post(f"{done}/undo", data={"reason": "选错了文件"})
    assert wizard.the_upload(done).state is UploadState.UNDONE


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let already small files be large, and batches hold three rows."""
    monkeypatch.setattr(checking, "IN_REQUEST", 2)
    monkeypatch.setattr("app.imports.plans.ROWS_AT_ONCE", 3)


def _large(web: Flask) -> tuple[FlaskClient, str]:
    """Return a browser and the address of an upload of seven volunteers, in, in three batches."""
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.book([wizard.volunteer(index) for index in range(7)]))
    wizard.check(client, address)
    jobs.take_up()
    wizard.accept(client, address)
    jobs.take_up()
    assert wizard.volunteers_in_force() == 7
    return client, address


def _batch_states(address: str) -> list[BatchState]:
    with reading() as session:
        return [one.state for one in queries.batches_of(session, wizard.the_upload(address).id)]


def test_a_large_upload_is_undone_by_the_job(web: Flask, few: None) -> None:
    client, address = _large(web)
    page = client.post(f"{address}/undo", data={"reason": "选错了文件"}, follow_redirects=True)
    assert "正在撤销" in page.get_data(as_text=True) and "<progress" in page.get_data(as_text=True)
    assert wizard.volunteers_in_force() == 7
    client.post(f"{address}/accept")
    reviewer = web.test_client()
    sign_in_as(reviewer, "weibin-reviewer", Role.COUNTY_REVIEWER, region=WEIBIN, index=7002)
    reviewer.post(f"{address}/approve")
    client.post(f"{address}/undo", data={"reason": "再按一次"})
    assert wizard.the_upload(address).state is UploadState.UNDOING
    jobs.take_up()
    upload = wizard.the_upload(address)
    assert (upload.state, upload.done_rows, upload.undo_reason) == (UploadState.UNDONE, 7, "选错了文件")
    assert wizard.volunteers_in_force() == 0
    assert "已经撤销" in client.get(address).get_data(as_text=True)


def test_where_one_row_of_a_large_upload_is_in_use_all_stay(web: Flask, few: None) -> None:
    client, address = _large(web)
    _work_on_a_row_of(address, batch=0)
    client.post(f"{address}/undo", data={"reason": "选错了文件"})
    jobs.take_up()
    assert wizard.volunteers_in_force() == 7  # the last batches, which are free, stay with the first one
    assert wizard.the_upload(address).state is UploadState.ACCEPTED
    assert "不能整批撤销" in client.get(address).get_data(as_text=True)


def test_a_killed_undoing_goes_on_and_one_that_is_stopped_in_between_ends_later(
    web: Flask, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = _large(web)
    client.post(f"{address}/undo", data={"reason": "选错了文件"})
    upload_id = wizard.the_upload(address).id
    real = undoing._take_out

    def dies(session: Any, upload: Any, batch: Any, actor: Any) -> int:
        if batch.number == 1:
            raise KeyboardInterrupt
        return real(session, upload, batch, actor)

    monkeypatch.setattr(undoing, "_take_out", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.work_on(upload_id)
    monkeypatch.setattr(undoing, "_take_out", real)
    assert _batch_states(address) == [BatchState.ADMITTED, BatchState.ADMITTED, BatchState.UNDONE]
    assert wizard.the_upload(address).done_rows == 1
    revision = _work_on_a_row_of(address, batch=0)
    with transaction() as session:  # two minutes later
        session.get_one(ImportUpload, upload_id).lease_until = clock.true_now()
    jobs.take_up()
    assert _batch_states(address) == [BatchState.ADMITTED, BatchState.UNDONE, BatchState.UNDONE]
    page = client.get(address).get_data(as_text=True)
    assert "不能整批撤销" in page and "已撤销 4 条" in page
    client.post(f"{address}/accept")  # what is half undone goes in no more
    assert wizard.the_upload(address).state is UploadState.FAILED and wizard.volunteers_in_force() == 3
    with transaction() as session:
        session.get_one(Party, revision).revision = 1
    client.post(f"{address}/undo", data={"reason": "选错了文件"})
    jobs.take_up()
    assert wizard.the_upload(address).state is UploadState.UNDONE and wizard.volunteers_in_force() == 0


def _work_on_a_row_of(address: str, batch: int) -> uuid.UUID:
    """Edit one of the people of a batch; return the key."""
    with transaction() as session:
        some = queries.batches_of(session, wizard.the_upload(address).id)[batch]
        key = queries.things_of([some])[0][0]
        session.get_one(Party, key).revision = 2
        return key
