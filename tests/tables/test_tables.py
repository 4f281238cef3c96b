"""Spreadsheets that go out: what is written reads back with its types, and nothing in it runs."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app import tables
from app.imports.reading import read_book
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


def _read(data: bytes) -> list[list[Any]]:
    return read_book(data, "x.xlsx").tables[0].rows


def test_types_survive_the_way_out_and_in() -> None:
    data = tables.write_xlsx([ROW], COLUMNS, STAMP)
    head, row = _read(data)
    assert head == [column.title for column in COLUMNS]
    assert row == [
        "宝鸡市爱心协会",
        "610302199001011234",
        12345.6,
        312.5,
        2.5,
        3.0,
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
    assert _read(tables.write_xlsx([nothing], COLUMNS, STAMP))[0][0] == "单位"
    assert len(_read(tables.write_xlsx([], COLUMNS, STAMP))) == 1


def test_frame_keeps_whole_numbers_and_pandas_is_loaded_only_then() -> None:
    table = tables.frame([ROW, ROW], COLUMNS)
    assert table["amount_fen"].sum() == 2469120
    assert str(table["amount_fen"].dtype) == "int64"
    assert "import pandas" not in Path(tables.__file__).read_text("utf-8")
