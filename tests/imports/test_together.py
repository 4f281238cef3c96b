"""Files that come in one go: one page, one button for what is next, each file by itself where it needs a word."""

import io
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from app.identity.synthetic import synthetic_uscc
from app.identity.uscc import RegistrationClass
from app.imports import checking, jobs, together_doors
from app.imports.models import UploadState
from app.permissions import Role
from tests.imports import wizard
from tests.parties.people import CITY, WEIBIN, sign_in_as

ODD = "甲,乙\n1,2\n".encode()


def send(client: FlaskClient, *files: tuple[str, bytes]) -> str:
    """Upload files in one go; return the address that follows."""
    sent: dict[str, Any] = {"files": [(io.BytesIO(data), name) for name, data in files]}
    answer = client.post("/staff/imports", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def three() -> list[tuple[str, bytes]]:
    """Return three good files of volunteers; the third repeats one of the first."""
    return [
        ("甲.xlsx", wizard.book([wizard.volunteer(1), wizard.volunteer(2)])),
        ("乙.xlsx", wizard.book([wizard.volunteer(3), wizard.volunteer(4, c4="天上区")])),
        ("丙.xlsx", wizard.book([wizard.volunteer(1), wizard.volunteer(5)])),
    ]


def press(client: FlaskClient, address: str, what: str) -> str:
    """Press a button of the page of files; return the page that follows."""
    answer = client.post(f"{address}/{what}")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client.get(address).get_data(as_text=True)


def test_files_are_checked_and_let_in_with_two_buttons(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = send(client, *three())
    page = client.get(address).get_data(as_text=True)
    assert "3 份表格" in page and "检查这 3 份" in page and "鞋码" in page and wizard.volunteers() == 0
    page = press(client, address, "check")
    assert "导入 5 行" in page and wizard.volunteers() == 0, page
    page = press(client, address, "accept")
    assert wizard.volunteers() == 4
    assert page.count("已导入</span>") == 3 and "1 行与别的表" in page, page
    assert client.post(f"{address}/accept").status_code == 303  # pressed twice: nothing happens
    assert "刚才已经办过" in client.get(address).get_data(as_text=True)
    assert wizard.volunteers() == 4


def test_what_is_there_already_does_not_stop_the_next_register(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    first = send(client, *three())
    press(client, first, "check")
    press(client, first, "accept")
    code = synthetic_uscc(RegistrationClass.ENTERPRISE, 7)
    head = "企业名称,统一社会信用代码,区县"
    companies = f"{head}\n宝鸡市渭滨区试一试商贸有限公司,{code},渭滨区\n".encode()
    address = send(client, ("甲.xlsx", wizard.book([wizard.volunteer(1)])), ("企业.csv", companies))
    page = press(client, address, "check")
    assert "捐赠企业名册的 1 行" in page and "都已经在登记册里" in page, page


def test_each_file_leads_back_to_the_others(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = send(client, *three())
    page = client.get(address).get_data(as_text=True)
    for part in page.split('href="/staff/imports/')[1:]:
        code = part.split('"')[0]
        if code and "/" not in code:
            found = client.get(f"/staff/imports/{code}").get_data(as_text=True)
            assert "一起上传的表格" in found
    alone = wizard.upload(client, wizard.messy())
    assert "一起上传的表格" not in client.get(alone).get_data(as_text=True)


def test_one_bad_file_does_not_keep_the_others_out(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = send(client, *three(), ("坏.xlsx", b"\x89PNG no table"), ("别的.csv", ODD))
    page = client.get(address).get_data(as_text=True)
    assert "4 份表格" in page and "没有收下" in page and "坏.xlsx" in page
    assert "检查这 3 份" in page and "没有认出是哪一种表" in page
    press(client, address, "check")
    page = press(client, address, "accept")
    assert wizard.volunteers() == 4 and "没有认出是哪一种表" in page


def test_a_colleague_approves_all_files_with_one_button(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = send(client, *three())
    press(client, address, "check")
    assert "等另一位工作人员审核" in press(client, address, "accept")
    other, stranger = web.test_client(), web.test_client()
    sign_in_as(other, "colleague", Role.COUNTY_REVIEWER, region=WEIBIN, index=7201)
    sign_in_as(stranger, "credit", Role.CREDIT_OFFICER, region=CITY, index=7202)
    assert stranger.get(address).status_code == 404
    page = other.get(address).get_data(as_text=True)
    assert "审核通过这 3 份" in page
    assert other.post(f"{address}/check").status_code == 404  # not one's own
    client.post(f"{address}/approve")
    assert "等另一位工作人员审核" in client.get(address).get_data(as_text=True)
    page = press(other, address, "approve")
    assert "已审核通过 4 条" in page and "审核通过这" not in page


def test_many_rows_are_left_to_the_job(web: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(checking, "IN_REQUEST", 1)
    client, _actor = wizard.clerk(web)
    address = send(client, *three())
    page = press(client, address, "check")
    assert "正在办理 3 份" in page and "<progress" in page
    jobs.take_up()
    page = client.get(address).get_data(as_text=True)
    assert "导入 5 行" in page
    assert "正在办理" in press(client, address, "accept")
    jobs.take_up()
    assert wizard.volunteers() == 4


def test_a_page_that_takes_too_long_leaves_the_rest_to_the_job(web: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(together_doors, "SECONDS", 0.0)
    client, _actor = wizard.clerk(web)
    address = send(client, *three())
    assert "正在办理 3 份" in press(client, address, "check")
    jobs.take_up()
    assert "导入 5 行" in client.get(address).get_data(as_text=True)


def test_a_file_that_stops_does_not_stop_the_others(web: Flask, monkeypatch: Any) -> None:
    client, _actor = wizard.clerk(web)
    address = send(client, *three())
    press(client, address, "check")
    works = jobs.work_on
    calls: list[Any] = []

    def breaks(upload_id: Any) -> bool:
        calls.append(upload_id)
        if len(calls) == 1:
            raise OSError("disk")
        return works(upload_id)

    monkeypatch.setattr(jobs, "work_on", breaks)
    page = press(client, address, "accept")
    assert len(calls) == 3 and "正在办理 1 份" in page
    jobs.take_up()
    assert wizard.volunteers() == 4
    assert str(UploadState.ACCEPTED.label) in client.get(address).get_data(as_text=True)


def test_what_did_not_go_in_comes_back_as_one_workbook(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    bad = wizard.book([wizard.volunteer(6, c4="天上区")])
    address = send(client, *three(), ("丁.xlsx", bad))
    assert client.get(f"{address}/workbook").status_code == 404  # not checked yet
    press(client, address, "check")
    assert "下载错误工作簿（3 行）" in press(client, address, "accept")
    answer = client.get(f"{address}/workbook")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["丁", "乙", "甲"] and "错误原因" in str([one.value for one in book["乙"][2]])
    for name in ("丁", "乙"):
        sheet = book[name]
        for line in sheet.iter_rows(min_row=3):
            for cell in line:
                if cell.value == "天上区":
                    cell.value = "渭滨区"
    mended = io.BytesIO()
    book.save(mended)
    again = wizard.upload(client, mended.getvalue(), "改好了.xlsx")
    page = wizard.check(client, again)
    assert "读到 3 行" in page and "导入 2 行" in page, page
    other = web.test_client()
    sign_in_as(other, "colleague", Role.COUNTY_REVIEWER, region=WEIBIN, index=7203)
    assert other.get(f"{address}/workbook").status_code == 404


def test_a_refused_press_works_on_nothing(web: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(together_doors, "SECONDS", 0.0)
    client, _actor = wizard.clerk(web)
    address = send(client, *three())
    press(client, address, "check")  # begun, and left to the job
    monkeypatch.setattr(together_doors, "SECONDS", 8.0)
    calls: list[Any] = []
    monkeypatch.setattr(jobs, "work_on", calls.append)
    page = press(client, address, "accept")
    assert "刚才已经办过" in page and "正在办理 3 份" in page and calls == []
