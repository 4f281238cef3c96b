"""Taking out again what an upload brought in: all or none; and the clearing of what is old."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import reading
from app.imports import jobs, uploads
from app.imports.models import BatchState, ImportBatch, ImportFile, UploadState
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
