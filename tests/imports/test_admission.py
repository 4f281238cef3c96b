"""Letting rows in: whole batches or none, by whoever may, once; large files by a runner that may die at any time."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import reading, transaction
from app.errors import Conflict, Refused
from app.imports import admission, approving, checking, jobs, plans, queries, uploads
from app.imports.models import BatchState, ImportBatch, ImportUpload, UploadState
from app.imports.vocabulary import editing
from app.imports.vocabulary.queries import stored
from app.parties.kinds import RegistrationState
from app.parties.models import Party, PersonRole
from app.permissions import SYSTEM, Role
from tests.imports import wizard
from tests.parties.people import WEIBIN, sign_in_as


def test_good_rows_go_in_and_a_colleague_approves_them(web: Flask) -> None:
    client, actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    page = wizard.accept(client, address)
    assert "已导入 4 行" in page and "退回 4 行" in page and "等另一位工作人员审核" in page
    upload = wizard.the_upload(address)
    assert (upload.state, upload.admitted_rows, upload.accepted_by) == (
        UploadState.ACCEPTED,
        4,
        actor.user_id,
    )
    assert _states() == {RegistrationState.SUBMITTED: 4}
    assert client.post(f"{address}/approve").status_code == 403
    assert _states() == {RegistrationState.SUBMITTED: 4}  # never by who brought them in
    reviewer = web.test_client()
    sign_in_as(reviewer, "weibin-reviewer", Role.COUNTY_REVIEWER, region=WEIBIN, index=7002)
    assert "审核通过本批 4 条" in reviewer.get(address).get_data(as_text=True)
    assert reviewer.post(f"{address}/approve").status_code == 303
    assert _states() == {RegistrationState.APPROVED: 4}
    assert "审核通过本批" not in reviewer.get(address).get_data(as_text=True)


def test_a_large_upload_is_approved_by_the_job(web: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approving, "PART", 3)
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    wizard.accept(client, address)
    reviewer = web.test_client()
    sign_in_as(reviewer, "weibin-reviewer", Role.COUNTY_REVIEWER, region=WEIBIN, index=7002)
    answer = reviewer.post(f"{address}/approve", follow_redirects=True)
    assert "正在审核" in answer.get_data(as_text=True)
    assert _states() == {RegistrationState.SUBMITTED: 4}
    with web.app_context():
        approving.take_up()
    assert _states() == {RegistrationState.APPROVED: 4}
    assert "已审核通过 4 条" in reviewer.get(address).get_data(as_text=True)


def test_a_row_in_review_goes_in_when_somebody_says_why(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    sent = {"reason": "UNDER_14", "table": "0", "line": "10", "take": "y", "why": ""}
    answer = client.post(f"{address}/decide", data=sent, follow_redirects=True)
    assert "请写明为什么" in answer.get_data(as_text=True)
    answer = client.post(f"{address}/decide", data={**sent, "why": "监护人到场陪同"}, follow_redirects=True)
    assert "导入 5 行" in answer.get_data(as_text=True) and "监护人到场陪同" in answer.get_data(as_text=True)
    answer = client.post(f"{address}/decide", data={**sent, "reason": "ID_CHECK_DIGIT", "why": "x"})
    assert "没有待核对的这一行" in client.get(address).get_data(as_text=True)
    assert "已导入 5 行" in wizard.accept(client, address)
    assert wizard.volunteers() == 5


def test_all_rows_of_a_reason_are_decided_at_once_and_one_of_them_otherwise(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    rows = [wizard.volunteer(index, c2=wizard.child(index)) for index in (1, 2, 3)]
    address = wizard.upload(client, wizard.book(rows))
    wizard.check(client, address)
    client.post(
        f"{address}/decide", data={"reason": "UNDER_14", "line": "0", "take": "y", "why": "学校统一组织"}
    )
    client.post(f"{address}/decide", data={"reason": "UNDER_14", "table": "0", "line": "4"})
    assert "已导入 2 行" in wizard.accept(client, address)


def test_what_changed_between_check_and_accept_stays_out_and_is_shown(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    first = wizard.upload(client, wizard.book([wizard.volunteer(1), wizard.volunteer(2)]))
    wizard.check(client, first)
    other, _somebody = wizard.clerk(web, "second-clerk", 7005)
    second = wizard.upload(other, wizard.book([wizard.volunteer(2), wizard.volunteer(3)]), "另一份.xlsx")
    wizard.check(other, second)
    assert "已导入 2 行" in wizard.accept(other, second)
    page = wizard.accept(client, first)
    assert "已导入 1 行" in page and "没有导入的行" in page
    assert wizard.volunteers() == 3


def test_the_button_pressed_twice_works_once(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    token = {"once": "a" * 32}
    assert client.post(f"{address}/accept", data=token).status_code == 303
    assert client.post(f"{address}/accept", data=token).status_code == 303
    client.post(f"{address}/accept")
    assert wizard.volunteers() == 4


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let already small files be large, and batches hold three rows."""
    monkeypatch.setattr(checking, "IN_REQUEST", 2)
    monkeypatch.setattr("app.imports.plans.ROWS_AT_ONCE", 3)


def test_a_large_file_is_checked_and_let_in_by_the_job(web: Flask, few: None) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    page = wizard.check(client, address)
    assert "正在检查" in page and "data-live" in page and "<progress" in page
    with web.app_context():
        assert jobs.take_up() is not None
        assert jobs.take_up() is None
    assert "导入 4 行" in client.get(address).get_data(as_text=True)
    assert "正在导入" in wizard.accept(client, address)
    with web.app_context():
        jobs.take_up()
    assert "已导入 4 行" in client.get(address).get_data(as_text=True)
    assert wizard.volunteers() == 4
    with reading() as session:
        assert len(session.scalars(select(ImportBatch)).all()) == 3


def test_a_runner_that_dies_is_followed_by_one_that_goes_on(
    web: Flask, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    with web.app_context():
        jobs.take_up()
    wizard.accept(client, address)
    upload_id = wizard.the_upload(address).id
    real = admission.admit_batch

    def dies(session: Any, upload: ImportUpload, batch: Any, *rest: Any, **more: Any) -> int:
        count = real(session, upload, batch, *rest, **more)
        if batch.number == 1:
            raise KeyboardInterrupt
        return count

    monkeypatch.setattr(admission, "admit_batch", dies)
    with web.app_context(), pytest.raises(KeyboardInterrupt):
        jobs.work_on(upload_id)
    monkeypatch.setattr(admission, "admit_batch", real)
    with reading() as session:
        states = [one.state for one in queries.batches_of(session, upload_id)]
    assert states == [BatchState.ADMITTED, BatchState.JUDGED, BatchState.JUDGED]
    with web.app_context():
        assert not jobs.work_on(upload_id)  # still held by who died
        with transaction() as session:
            session.get_one(ImportUpload, upload_id).lease_until = clock.true_now()
        assert jobs.work_on(upload_id)
    assert wizard.volunteers() == 4
    assert wizard.the_upload(address).done_rows == 8


def test_what_stops_an_import_is_told_and_it_goes_on_where_it_stopped(
    web: Flask, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    with web.app_context():
        jobs.take_up()
    wizard.accept(client, address)
    real = admission.admit_batch

    def stops(session: Any, upload: ImportUpload, batch: Any, *rest: Any, **more: Any) -> int:
        if batch.number == 1:
            raise Refused("这里停一停")
        return real(session, upload, batch, *rest, **more)

    monkeypatch.setattr(admission, "admit_batch", stops)
    with web.app_context():
        jobs.take_up()
    monkeypatch.setattr(admission, "admit_batch", real)
    page = client.get(address).get_data(as_text=True)
    assert "这里停一停" in page and "继续导入" in page and "已经导入 3 行" in page
    assert client.post(f"{address}/discard").status_code == 303  # refused: rows of it are in
    assert wizard.the_upload(address).state is UploadState.FAILED
    wizard.accept(client, address)
    with web.app_context():
        jobs.take_up()
    assert "已导入 4 行" in client.get(address).get_data(as_text=True)
    assert wizard.volunteers() == 4


def test_of_two_runners_one_works(web: Flask, few: None) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    upload_id = wizard.the_upload(address).id
    with transaction() as session:
        assert checking.take(session, upload_id, owner="one") is not None
    with transaction() as session:
        assert checking.take(session, upload_id, owner="two") is None
    _let_leases_run_out(upload_id)
    with transaction() as session:
        assert checking.take(session, upload_id, owner="two") is not None
    _let_leases_run_out(upload_id)
    with transaction() as session, pytest.raises(Conflict):  # the second died as well: the first has lost it
        checking.ensure_held(session, upload_id, owner="one")
    with transaction() as session:
        assert checking.ensure_held(session, upload_id, owner="two").owner == "two"


def _let_leases_run_out(upload_id: uuid.UUID) -> None:
    with transaction() as session:
        session.get_one(ImportUpload, upload_id).lease_until = clock.true_now() - timedelta(seconds=1)


def test_a_batch_that_is_in_is_never_let_in_again(web: Flask) -> None:
    client, actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    wizard.accept(client, address)
    upload = wizard.the_upload(address)
    with transaction() as session:
        book = plans.open_book(uploads.data_of(session, upload), upload.name)
        for batch in plans.batches(book, uploads.plan_of(upload), stored(session)):
            assert admission.admit_batch(session, upload, batch, stored(session), actor=actor) == 0
    assert wizard.volunteers() == 4


def test_who_lost_the_role_meanwhile_lets_nothing_in(web: Flask, few: None) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    with web.app_context():
        jobs.take_up()
    wizard.accept(client, address)
    wizard.end_grants("weibin-clerk")
    with web.app_context():
        jobs.take_up()
    upload = wizard.the_upload(address)
    assert upload.state is UploadState.FAILED and "不能导入" in (upload.problem or "")
    assert wizard.volunteers() == 0


@pytest.mark.parametrize("by_job", [False, True])
def test_one_file_twice_at_once_by_two_clerks(
    web: Flask, by_job: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_job:
        monkeypatch.setattr(checking, "IN_REQUEST", 2)
    data = wizard.book([wizard.volunteer(index) for index in range(300)])
    clients = [wizard.clerk(web, f"clerk-{index}", 7010 + index)[0] for index in range(2)]
    addresses = [wizard.upload(client, data) for client in clients]
    for client, address in zip(clients, addresses, strict=True):
        wizard.check(client, address)
    if by_job:
        with web.app_context():
            jobs.take_up()

    def let_in(place: int) -> None:
        answer = clients[place].post(f"{addresses[place]}/accept")
        assert answer.status_code == 303
        if by_job:
            with web.app_context():
                jobs.work_on(wizard.the_upload(addresses[place]).id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(let_in, range(2)))
    assert wizard.volunteers() == 300
    for client, address in zip(clients, addresses, strict=True):
        if wizard.the_upload(address).state is UploadState.JUDGED:  # told to press once more
            page = client.get(address).get_data(as_text=True)
            assert "同时办理" in page or "刚刚录入" in page
            client.post(f"{address}/accept")
    uploads_of = [wizard.the_upload(address) for address in addresses]
    assert {one.state for one in uploads_of} == {UploadState.ACCEPTED}, [one.problem for one in uploads_of]
    assert sum(one.admitted_rows for one in uploads_of) == wizard.volunteers() == 300


@pytest.mark.parametrize("by_job", [False, True])
def test_where_other_lines_are_read_than_at_the_check_nothing_goes_in(
    web: Flask, by_job: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_job:
        monkeypatch.setattr(checking, "IN_REQUEST", 2)
        monkeypatch.setattr("app.imports.plans.ROWS_AT_ONCE", 3)
    client, _actor = wizard.clerk(web)
    rows = [wizard.volunteer(index) for index in range(7)]
    for column in (0, 2, 3, 5, 6, 7, 8):
        rows[0][column] = ""  # only name and county: refused, unless the name is a word of totals
    rows[3] = wizard.volunteer(1)  # named twice: stays out
    address = wizard.upload(client, wizard.book(rows))
    wizard.check(client, address)
    if by_job:
        jobs.take_up()
    assert wizard.the_upload(address).ready_rows == 5
    with transaction() as session:
        editing.add_word(session, list_name="total", value="total", word=rows[0][1], actor=SYSTEM)
    page = wizard.accept(client, address)
    if by_job:
        jobs.take_up()
        page = client.get(address).get_data(as_text=True)
    assert wizard.volunteers() == 0
    assert "再检查一次" in page


def _states() -> dict[RegistrationState, int]:
    with reading() as session:
        found = session.scalars(select(Party.state).join(PersonRole, PersonRole.person_id == Party.id)).all()
    return {one: found.count(one) for one in set(found) if one is not None}
