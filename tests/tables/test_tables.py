"""Spreadsheets: what is written reads back with its types, nothing runs, hostile uploads are refused in words."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from app import sheets, tables
from app.errors import InvalidInput
from app.tables import Column, ColumnKind, Stamp

COLUMNS = (
    Column("name", "单位", width=20),
    Column("number", "证件号码"),
    Column("amount_fen", "金额（元）", ColumnKind.MONEY),
    Column("centipoints", "积分", ColumnKind.POINTS),
    Column("minutes", "时长（小时）", ColumnKind.HOURS),
    Column("count", "次数", ColumnKind.INTEGER),
    Column("happened_on", "日期", ColumnKind.DAY),
    Column("at", "时间", ColumnKind.MOMENT),
)
ROW = {
    "name": "宝鸡市爱心协会",
    "number": "610302199001011234",
    "amount_fen": 1234560,
    "centipoints": 31250,
    "minutes": 150,
    "count": 3,
    "happened_on": date(2026, 11, 12),
    "at": datetime(2026, 11, 12, 17, 30, tzinfo=UTC),
}
STAMP = Stamp("贡献清单", "王经办", datetime(2026, 11, 21, 4, tzinfo=UTC))
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x","y")']


def _xlsx(rows: list[list[object]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def test_types_survive_the_way_out_and_in() -> None:
    data = tables.write_xlsx([ROW], COLUMNS, STAMP)
    head, row = sheets.read_xlsx(data)[0].rows
    assert head == [column.title for column in COLUMNS]
    assert row == [
        "宝鸡市爱心协会",
        "610302199001011234",
        Decimal("12345.6"),
        Decimal("312.5"),
        Decimal("2.5"),
        3,
        date(2026, 11, 12),
        datetime(2026, 11, 13, 1, 30),  # noqa: DTZ001 — the sheet shows the city's wall clock
    ]


def test_header_is_frozen_and_filtered_and_the_file_says_whose_it_is() -> None:
    book = openpyxl.load_workbook(io.BytesIO(tables.write_xlsx([ROW], COLUMNS, STAMP)))
    sheet = book.worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H2")
    footer: Any = sheet.oddFooter
    assert "王经办 导出于 2026-11-21 12:00" in footer.left.text
    assert book.worksheets[1]["A2"].value == "王经办 导出于 2026-11-21 12:00"
    assert sheet["B2"].data_type == "s"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    row = ROW | {"name": text}
    sheet = openpyxl.load_workbook(io.BytesIO(tables.write_xlsx([row], COLUMNS, STAMP))).worksheets[0]
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", text)
    assert sheet["A2"].quotePrefix  # also after somebody edits the cell
    line = tables.write_csv([row], COLUMNS).decode("utf-8-sig").split("\r\n")[1]
    assert line.lstrip('"').startswith("'")


def test_csv_has_a_bom_and_plain_figures() -> None:
    data = tables.write_csv([ROW | {"centipoints": -50}], COLUMNS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n")[1] == (
        "宝鸡市爱心协会,610302199001011234,12345.6,-0.5,2.50,3,2026-11-12,2026-11-13 01:30:00"
    )


def test_blanks_and_an_empty_list() -> None:
    nothing = dict.fromkeys(ROW)
    assert sheets.read_xlsx(tables.write_xlsx([nothing], COLUMNS, STAMP))[0].rows[0][0] == "单位"
    assert len(sheets.read_xlsx(tables.write_xlsx([], COLUMNS, STAMP))[0].rows) == 1


def test_an_identity_number_typed_as_a_number_is_named() -> None:
    with pytest.raises(InvalidInput, match="B2"):
        sheets.read_xlsx(_xlsx([["姓名", "证件号码"], ["王五", 610302199001011234]]))


def test_too_many_rows_and_columns_are_refused() -> None:
    with pytest.raises(InvalidInput, match="行"):
        sheets.read_xlsx(_xlsx([["a"]] * 5), max_rows=4)
    with pytest.raises(InvalidInput, match="列"):
        sheets.read_xlsx(_xlsx([["a"] * 201]))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", b"<html></html>", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_spreadsheet_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        sheets.read_xlsx(data)


def test_a_document_type_inside_is_refused() -> None:
    source, target = zipfile.ZipFile(io.BytesIO(_xlsx([["a"]]))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as evil:
        for member in source.infolist():
            body = source.read(member)
            if member.filename == "xl/workbook.xml":
                body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + body
            evil.writestr(member.filename, body)
    with pytest.raises(InvalidInput, match="结构"):
        sheets.read_xlsx(target.getvalue())


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "")
        bomb.writestr("xl/workbook.xml", b"0" * (210 * 1024 * 1024))
    with pytest.raises(InvalidInput, match="结构"):
        sheets.read_xlsx(target.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    sheet = sheets.read_csv("姓名,号码\r\n王五,0123\r\n".encode(encoding))
    assert sheet.rows == [["姓名", "号码"], ["王五", "0123"]]


def test_binary_csv_is_refused() -> None:
    with pytest.raises(InvalidInput):
        sheets.read_csv(b"a,b\x00c")


def test_frame_keeps_whole_numbers_and_pandas_is_loaded_only_then() -> None:
    table = tables.frame([ROW, ROW], COLUMNS)
    assert table["amount_fen"].sum() == 2469120
    assert str(table["amount_fen"].dtype) == "int64"
    assert "import pandas" not in Path(tables.__file__).read_text("utf-8")
