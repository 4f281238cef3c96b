"""A file on its way to the dry run: what is kept, what is recognised, what is refused, who sees it."""

import io
import zipfile

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from app.audit.models import AuditEvent
from app.db import reading, transaction
from app.imports.models import ImportBatch, ImportFile, ImportUpload, UploadState
from app.permissions import Role
from tests.imports import wizard
from tests.parties.people import JINTAI, WEIBIN, sign_in_as


def test_a_messy_table_is_recognised_and_judged_row_by_row(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    page = client.get(address).get_data(as_text=True)
    assert "核对各列" in page and "志愿者名册" in page and "鞋码" in page
    assert wizard.number(1) not in page  # samples are masked
    page = wizard.check(client, address)
    assert "读到 8 行" in page and "导入 4 行" in page, page
    upload = wizard.the_upload(address)
    assert (upload.ready_rows, upload.rejected_rows, upload.duplicate_rows, upload.review_rows) == (
        4,
        2,
        1,
        1,
    )
    assert wizard.volunteers() == 0  # nothing is written before the last step
    with reading() as session:
        verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.like("import.%"))).all()
    assert verbs == ["import.upload", "import.settle_columns", "import.check"]


def test_all_that_is_wrong_with_a_row_is_told_at_once(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    number = wizard.number(1)
    broken = number[:17] + ("1" if number[17] != "1" else "2")
    address = wizard.upload(client, wizard.book([wizard.volunteer(1, c1="", c2=broken, c7="2026-02-30")]))
    page = wizard.check(client, address)
    assert "这一项必须填写" in page
    assert "另外，“身份证号码”" in page
    assert "另外，“注册日期”" in page


def test_hidden_sheets_are_left_out_and_named(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    changed = load_workbook(io.BytesIO(wizard.messy()))
    changed.create_sheet("去年的").sheet_state = "hidden"
    target = io.BytesIO()
    changed.save(target)
    address = wizard.upload(client, target.getvalue())
    page = client.get(address).get_data(as_text=True)
    assert "隐藏的工作表没有读取：去年的" in page


def test_what_is_kept_of_people_is_sealed(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    wizard.check(client, wizard.upload(client, wizard.messy()))
    with reading() as session:
        sealed = [*session.scalars(select(ImportFile.sealed)), *session.scalars(select(ImportBatch.sealed))]
    assert len(sealed) == 2
    for one in sealed:
        assert b"PK" not in bytes(one)[:40] and wizard.number(6).encode() not in bytes(one)


def test_a_file_uploaded_twice_is_recognised_and_changes_nothing(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    data = wizard.messy()
    first = wizard.upload(client, data)
    wizard.check(client, first)
    assert "已导入 4 行" in wizard.accept(client, first)
    assert wizard.volunteers() == 4
    again = wizard.upload(client, data)
    page = client.get(again).get_data(as_text=True)
    assert "已经导入过" in page and first in page
    page = wizard.check(client, again)
    upload = wizard.the_upload(again)
    assert upload.ready_rows == 0 and upload.duplicate_rows == 5, page
    assert f"{again}/accept" not in page
    assert client.post(f"{again}/accept").status_code == 303
    assert wizard.volunteers() == 4


def test_an_archive_brings_its_tables_one_by_one(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("名册/甲.xlsx", wizard.book([wizard.volunteer(1)]))
        archive.writestr("名册/乙.xlsx", wizard.book([wizard.volunteer(2)]))
        archive.writestr("名册/~$乙.xlsx", b"lock")
        archive.writestr("说明.docx", b"no table")
    sent = {"files": [(io.BytesIO(target.getvalue()), "名册.zip")]}
    answer = client.post(
        "/staff/imports", data=sent, content_type="multipart/form-data", follow_redirects=True
    )
    page = answer.get_data(as_text=True)
    assert "收到 2 个文件" in page and "一起上传的表格" in page and "甲.xlsx" in page and "乙.xlsx" in page


def test_what_cannot_be_read_is_said_beside_the_field(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    for data, name in ((b"", "空.xlsx"), (b"\x00\x01\x02" * 50, "坏.xlsx"), (b"%PDF-1.4 x", "a.xlsx")):
        sent = {"files": [(io.BytesIO(data), name)]}
        answer = client.post("/staff/imports", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422, name
        assert 'class="field-error"' in answer.get_data(as_text=True)
    answer = client.post("/staff/imports", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "请选择" in answer.get_data(as_text=True)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportFile)) == 0


def test_columns_can_be_named_by_hand_and_are_remembered(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    rows = [wizard.volunteer(index) for index in (1, 2)]
    address = wizard.upload(client, wizard.book(rows))
    page = wizard.check(client, address, t0__c3="-")
    assert "导入 2 行" in page
    again = wizard.upload(client, wizard.book(rows[:1]))
    sent = wizard.columns_of(client.get(again).get_data(as_text=True))
    assert sent["t0-c3"] == "-"  # as it was settled for a file with the same headings
    page = client.post(f"{again}/columns", data={**sent, "t0-c2": "name", "act": "check"}).get_data(True)
    assert "两列都选了" in page
    page = client.post(f"{again}/columns", data={**sent, "t0-c2": "-", "act": "check"}).get_data(True)
    assert "缺少必填的列" in page


def test_a_table_that_nobody_recognises_is_explained_by_hand(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    data = f"甲,乙,丙\n表,,\n谁,证件,哪\n秦子,{wizard.number(1)},渭滨区\n".encode("gb18030")
    address = wizard.upload(client, data, "x.csv")
    page = client.get(address).get_data(as_text=True)
    assert "没有认出" in page and wizard.number(1) not in page
    sent = {"t0-register": "volunteers", "t0-header": "3", "act": "again"}
    answer = client.post(f"{address}/columns", data=sent)
    assert answer.status_code == 303
    sent = wizard.columns_of(client.get(address).get_data(as_text=True))
    sent |= {"t0-c0": "name", "t0-c1": "id_number", "t0-c2": "county", "act": "check"}
    answer = client.post(f"{address}/columns", data=sent)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "导入 1 行" in client.get(address).get_data(as_text=True)
    answer = client.post(f"{address}/columns", data={**sent, "t0-header": "99", "act": "again"})
    assert answer.status_code == 422 and "不能作表头" in answer.get_data(as_text=True)


def test_only_who_has_to_do_with_it_sees_an_upload(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    other = web.test_client()
    sign_in_as(other, "jintai-clerk", Role.COUNTY_HANDLER, region=JINTAI, index=7001)
    colleague = web.test_client()
    sign_in_as(colleague, "weibin-reviewer", Role.COUNTY_REVIEWER, region=WEIBIN, index=7002)
    for path in (address, f"{address}/workbook", f"{address}/columns"):
        assert other.get(path).status_code == 404
    for verb in ("columns", "decide", "accept", "approve", "undo", "discard"):
        assert other.post(f"{address}/{verb}").status_code == 404, verb
    assert colleague.get(address).status_code == 404  # nothing came in yet that a reviewer could approve
    assert wizard.the_upload(address).state is UploadState.JUDGED
    wizard.accept(client, address)
    page = colleague.get(address).get_data(as_text=True)
    assert "审核通过本批" in page and "秦己甲" not in page and "没有导入的行" not in page
    for path in (f"{address}/workbook", f"{address}/columns"):
        assert colleague.get(path).status_code == 404, path  # rows that stayed out are for who mends them
    for verb in ("columns", "decide", "accept", "undo", "discard"):
        assert colleague.post(f"{address}/{verb}").status_code == 404, verb
    assert "名册.xlsx" not in other.get("/staff/imports").get_data(as_text=True)
    assert "名册.xlsx" in colleague.get("/staff/imports").get_data(as_text=True)


def test_a_reviewer_never_sees_what_only_credit_officers_enter(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy(), "失信线索.xlsx")
    wizard.check(client, address)
    wizard.accept(client, address)
    with transaction() as session:
        session.execute(update(ImportUpload).values(registers="tips"))
    colleague = web.test_client()
    sign_in_as(colleague, "weibin-reviewer", Role.COUNTY_REVIEWER, region=WEIBIN, index=7002)
    assert "失信线索.xlsx" not in colleague.get("/staff/imports").get_data(as_text=True)
    for path in (address, f"{address}/workbook"):
        assert colleague.get(path).status_code == 404, path
    with transaction() as session:
        session.execute(update(ImportUpload).values(registers="volunteers tips"))
    assert colleague.get(address).status_code == 200  # he approves the volunteers of it
    assert colleague.get(f"{address}/workbook").status_code == 404


def test_an_upload_that_is_given_up_leaves_nothing_of_people(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    assert client.post(f"{address}/discard").status_code == 303
    assert wizard.the_upload(address).state is UploadState.EXPIRED
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportFile)) == 0
        assert session.scalars(select(ImportBatch.sealed)).all() == [None]
    assert "没有导入" in client.get(address).get_data(as_text=True)
    assert client.get(f"{address}/workbook").status_code == 404
