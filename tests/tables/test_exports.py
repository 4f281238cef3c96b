"""A list as a download: marked with who and when, named for a Chinese disk, of two kinds only."""

import io
from datetime import UTC, datetime
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask

from app import clock, exports
from app.errors import InvalidInput
from app.tables import Column, ColumnKind

COLUMNS = (Column("name", "单位"), Column("fen", "金额（元）", ColumnKind.MONEY))
ROWS = [{"name": "=cmd|' /C calc'!A0", "fen": 12345}]


def test_a_list_becomes_a_download(web: Flask) -> None:
    with web.test_request_context("/staff/x?export=xlsx"), clock.at(datetime(2026, 11, 21, 4, tzinfo=UTC)):
        sheet = exports.download(ROWS, COLUMNS, "贡献清单")
        text = exports.download(ROWS, COLUMNS, "贡献清单", "csv")
        with pytest.raises(InvalidInput):
            exports.download(ROWS, COLUMNS, "贡献清单", "exe")
    assert unquote(sheet.headers["Content-Disposition"]).endswith("贡献清单 2026-11-21.xlsx")
    assert sheet.headers["X-Content-Type-Options"] == "nosniff"
    book = openpyxl.load_workbook(io.BytesIO(sheet.data))
    assert book.worksheets[0]["A2"].data_type == "s"
    assert "导出于 2026-11-21 12:00" in str(book.worksheets[1]["A2"].value)
    assert text.data.decode("utf-8-sig").split("\r\n")[1].startswith("'=cmd")
    assert text.headers["Content-Type"].startswith("text/csv")
