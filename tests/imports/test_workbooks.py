"""Workbooks on their way out: a template that comes back as it went, and the rows to mend."""

import io
import zipfile
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.db import reading
from app.imports import registers
from tests.imports import wizard


def fetch(client: FlaskClient, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.data


def test_the_error_workbook_comes_back_mended_and_only_what_was_wrong_goes_in(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy())
    wizard.check(client, address)
    wizard.accept(client, address)
    rows = wizard.rows_of(fetch(client, f"{address}/workbook"))
    assert rows[0][0] == "渭滨区志愿者名册（2026 年）"
    assert tuple(rows[1]) == (*wizard.HEADINGS, "错误原因", "处理结果")
    assert [row[0] for row in rows[2:]] == [4, 6, 7, 8]  # in the order of the sheet
    by_index = {row[0]: row for row in rows[2:]}
    assert by_index[6][9].startswith("身份证号：") and by_index[6][10] == "有错，退回"
    assert by_index[7][10] == "重复，不再导入" and by_index[8][10] == "需人工核对"
    assert by_index[4][4] == "=渭滨区"  # a text, not a formula
    mended = _with(rows, {4: {4: "渭滨区"}, 6: {2: wizard.number(6)}})
    again = wizard.upload(client, mended, "名册 待修改.xlsx")
    page = wizard.check(client, again)
    assert "导入 2 行" in page and "错误原因" not in client.get(f"{again}/columns").get_data(as_text=True)
    wizard.accept(client, again)
    assert wizard.volunteers() == 6
    third = wizard.rows_of(fetch(client, f"{again}/workbook"))
    assert tuple(third[1]) == (*wizard.HEADINGS, "错误原因", "处理结果")  # once, not twice
    with reading() as session:
        taken = session.scalars(select(AuditEvent).where(AuditEvent.verb == "import.download")).all()
    assert len(taken) == 2


def test_nothing_in_the_error_workbook_runs(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    evil = '=HYPERLINK("http://example.test","x")'
    rows = [wizard.volunteer(1, c2=evil), wizard.volunteer(2, c2="@SUM(1)", c4="+1")]
    address = wizard.upload(client, wizard.book(rows))
    wizard.check(client, address)
    data = fetch(client, f"{address}/workbook")
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    assert kinds == {"s"}
    assert b"<f>" not in _part(data, "xl/worksheets/sheet1.xml")


def test_numbers_and_days_keep_their_kind(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    rows = [wizard.volunteer(1, c2="61030", c7=date(2026, 3, 5))]
    address = wizard.upload(client, _book_with_day(rows))
    wizard.check(client, address)
    row = wizard.rows_of(fetch(client, f"{address}/workbook"))[2]
    assert row[0] == 1 and row[2] == "61030" and row[7].date() == date(2026, 3, 5)


def test_every_template_is_recognised_as_what_it_is(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    for register in registers.known():
        answer = client.get(f"/staff/imports/templates/{register.name}")
        if answer.status_code == 404:
            continue
        book = load_workbook(io.BytesIO(answer.data))
        sheet = book.worksheets[0]
        assert sheet.max_column == len(register.fields)
        for field, cell in zip(register.fields, sheet[1], strict=True):
            assert str(field.label) in str(cell.value)
        sheet["A2"] = "测试"
        sheet["B2"] = "测试"
        filled = io.BytesIO()
        book.save(filled)
        address = wizard.upload(client, filled.getvalue(), "模板.xlsx")
        page = client.get(address).get_data(as_text=True)
        sent = wizard.columns_of(page)
        assert sent["t0-register"] == register.name
        taken = {value for name, value in sent.items() if "-c" in name}
        assert taken == {field.name for field in register.fields}, register.name
        assert all(
            value == "" for name, value in sent.items() if name.endswith("register") and name[:2] != "t0"
        )
        assert "缺少必填的列" not in page


def test_no_template_of_a_register_that_one_may_not_fill(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    assert client.get("/staff/imports/templates/nothing").status_code == 404


def _with(rows: list[list[Any]], changes: dict[int, dict[int, Any]]) -> bytes:
    book = load_workbook(io.BytesIO(wizard.book([], title="")))
    sheet = book.worksheets[0]
    for at, row in enumerate(rows, start=1):
        told = changes.get(row[0], {}) if isinstance(row[0], int) else {}
        for place, value in enumerate(row):
            cell = sheet.cell(at, place + 1)
            cell.value = told.get(place, value)
            if isinstance(cell.value, str):
                cell.data_type = "s"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _book_with_day(rows: list[list[Any]]) -> bytes:
    book = load_workbook(io.BytesIO(wizard.book(rows_without_days(rows))))
    sheet = book.worksheets[0]
    for at, row in enumerate(rows, start=3):
        sheet.cell(at, 8).value = row[7]
        sheet.cell(at, 8).number_format = "yyyy-mm-dd"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def rows_without_days(rows: list[list[Any]]) -> list[list[Any]]:
    return [[None if isinstance(cell, date) else cell for cell in row] for row in rows]


def _part(data: bytes, name: str) -> bytes:

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
