"""Spreadsheets in and out: real types, numbers of people and codes as text, nothing that runs.

Reading is done by calamine, writing by XlsxWriter and the csv module. pandas (two seconds to import) is loaded
on first use by ``frame``, for reports that reckon with whole tables.
"""

import csv
import importlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from app.clock import CITY_ZONE
from app.errors import InvalidInput
from app.files.media import open_zip

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
MAX_ROWS_OUT = 1_000_000
MAX_ROWS_IN = 200_000
MAX_COLUMNS_IN = 200
_MAX_TEXT = 32_767  # characters that Excel takes in a cell
_EXACT_DIGITS = 10**15  # a spreadsheet's numbers are exact below this
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | Decimal | bool | date | datetime | None


class ColumnKind(StrEnum):
    """What stands in a column, and so its type and format in the sheet."""

    TEXT = "text"  # also codes, numbers of people, telephones: never a number
    INTEGER = "integer"
    MONEY = "money"  # given in fen, shown in yuan
    POINTS = "points"  # given in centipoints, shown in points
    HOURS = "hours"  # given in minutes, shown in hours
    DAY = "day"
    MOMENT = "moment"  # given as an aware instant, shown in the city's time


@dataclass(frozen=True)
class Column:
    """One column of an export. ``key`` is an attribute or a dict key of each row."""

    key: str
    title: Any
    kind: ColumnKind = ColumnKind.TEXT
    width: int | None = None  # characters; by content when not given


@dataclass(frozen=True)
class Stamp:
    """Whose export it is and when it was made: stands on every printed page and on a sheet of its own."""

    title: str
    user: str
    moment: datetime

    @property
    def line(self) -> str:
        """The watermark in words."""
        local = self.moment.astimezone(CITY_ZONE)
        return _("%(user)s 导出于 %(moment)s", user=self.user, moment=local.strftime("%Y-%m-%d %H:%M"))


@dataclass(frozen=True)
class Sheet:
    """What stands in one sheet of an upload, row by row from the first, blanks as None."""

    name: str
    rows: list[list[Cell]]


_FORMATS = {
    ColumnKind.TEXT: {"num_format": "@", "quote_prefix": True},
    ColumnKind.INTEGER: {"num_format": "#,##0"},
    ColumnKind.MONEY: {"num_format": "#,##0.00"},
    ColumnKind.POINTS: {"num_format": "#,##0.##"},
    ColumnKind.HOURS: {"num_format": "0.0#"},
    ColumnKind.DAY: {"num_format": "yyyy-mm-dd"},
    ColumnKind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
}
_WIDTHS = {ColumnKind.DAY: 12, ColumnKind.MOMENT: 17, ColumnKind.INTEGER: 10}


def write_xlsx(rows: Iterable[Any], columns: Sequence[Column], stamp: Stamp) -> bytes:
    """Return an XLSX file: frozen and filtered header, real types, no formula whatever the texts say.

    Raises InvalidInput for more than a million rows.
    """
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": stamp.title, "author": stamp.user, "comments": stamp.line})
        book.set_size(2400, 1400)
        sheet = book.add_worksheet(_sheet_name(stamp.title))
        head = book.add_format(
            {"bold": True, "bg_color": "#E6EFEF", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        formats = {kind: book.add_format(options) for kind, options in _FORMATS.items()}
        widths = [_width(str(column.title)) for column in columns]
        for place, column in enumerate(columns):
            sheet.write_string(0, place, str(column.title), head)
        last = 0
        for last, row in enumerate(_limited(rows), start=1):
            for place, column in enumerate(columns):
                value = _value(row, column)
                _write_cell(sheet, last, place, value, formats[column.kind])
                widths[place] = max(widths[place], min(_width(str(value or "")), 48))
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width or _WIDTHS.get(column.kind, widths[place] + 2))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), max(len(columns) - 1, 0))
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L" + stamp.line.replace("&", "&&")[:200] + "&R&P / &N")
        about = book.add_worksheet(_("说明"))
        about.set_column(0, 0, 60)
        for number, line in enumerate((stamp.title, stamp.line, _("共 %(count)s 行", count=last))):
            about.write_string(number, 0, line, formats[ColumnKind.TEXT])
    return target.getvalue()


def write_csv(rows: Iterable[Any], columns: Sequence[Column]) -> bytes:
    """Return a CSV file in UTF-8 with BOM; texts that a spreadsheet would run carry an apostrophe in front."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([_harmless(str(column.title)) for column in columns])
    for row in _limited(rows):
        writer.writerow([_csv_cell(_value(row, column)) for column in columns])
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8", "replace")


def read_xlsx(data: bytes, *, max_rows: int = MAX_ROWS_IN) -> list[Sheet]:
    """Return the sheets of an XLSX upload with exact values.

    Looks at the archive before opening it (members, sizes, document types). Raises InvalidInput, naming the
    cell, when a number has more digits than a spreadsheet keeps: an identity number typed as a number.
    """
    _look_inside(data)
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        names = book.sheet_names
        return [_sheet(name, book.get_sheet_by_name(name).iter_rows(), max_rows) for name in names]
    except (CalamineError, ValueError, OSError) as broken:
        raise InvalidInput(_("表格已损坏，打不开。请用 Excel 或 WPS 重新保存为 xlsx。")) from broken


def read_csv(data: bytes, *, max_rows: int = MAX_ROWS_IN) -> Sheet:
    """Return the rows of a CSV upload in UTF-8 or GB 18030 (Excel's Chinese default), all values as text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InvalidInput(_("CSV 文件的编码无法识别，请另存为 UTF-8。"))
    if "\x00" in text:
        raise InvalidInput(_("这不是 CSV 文件。"))
    try:
        return _sheet("CSV", csv.reader(io.StringIO(text, newline="")), max_rows)
    except csv.Error as broken:
        raise InvalidInput(_("CSV 文件的格式有误：引号没有成对。")) from broken


def frame(rows: Iterable[Any], columns: Sequence[Column]) -> Any:
    """Return a pandas DataFrame of rows, money in fen and points in centipoints as integers (no float)."""
    return _pandas().DataFrame(
        [[_raw(row, column.key) for column in columns] for row in rows],
        columns=[column.key for column in columns],
    )


@cache
def _pandas() -> Any:
    """Load pandas (one of the program's two lazy loaders)."""
    return importlib.import_module("pandas")


def _raw(row: Any, key: str) -> Any:
    return row[key] if isinstance(row, Mapping) else getattr(row, key)


def _value(row: Any, column: Column) -> Any:
    """Return a cell's value in the unit that the sheet shows."""
    value = _raw(row, column.key)
    if value is None:
        return None
    match column.kind:
        case ColumnKind.MONEY | ColumnKind.POINTS:
            return Decimal(value) / 100
        case ColumnKind.HOURS:
            return (Decimal(value) / 60).quantize(Decimal("0.01"))
        case ColumnKind.INTEGER:
            return int(value)
        case ColumnKind.MOMENT:
            return value.astimezone(CITY_ZONE).replace(tzinfo=None, microsecond=0)
        case ColumnKind.DAY:
            return value
        case _:
            return str(getattr(value, "label", value))


def _write_cell(sheet: Any, row: int, place: int, value: Any, style: Any) -> None:
    if value is None:
        sheet.write_blank(row, place, None, style)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(row, place, value, style)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, place, value, style)
    else:
        sheet.write_string(row, place, value[:_MAX_TEXT], style)


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return _harmless(value) if isinstance(value, str) else value


def _harmless(text: str) -> str:
    return "'" + text if text.lstrip(" ").startswith(_RUNS) or text.startswith(_RUNS) else text


def _limited(rows: Iterable[Any]) -> Iterator[Any]:
    for number, row in enumerate(rows):
        if number >= MAX_ROWS_OUT:
            raise InvalidInput(_("超过一百万行，请缩小范围后分次导出。"))
        yield row


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _sheet_name(title: str) -> str:
    clean = "".join("_" if letter in "[]:*?/\\'" else letter for letter in title)
    return clean[:31] or "Sheet1"


def _look_inside(data: bytes) -> None:
    archive = open_zip(data)
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")):
            try:
                with archive.open(member) as part:
                    head = part.read(1024)
            except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as broken:
                raise InvalidInput(_("文件已损坏，打不开。")) from broken
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise InvalidInput(_("文件的内部结构不正常（加密、过大或路径异常），不能接收。"))


def _sheet(name: str, rows: Iterable[Iterable[Any]], max_rows: int) -> Sheet:
    read: list[list[Cell]] = []
    for number, row in enumerate(rows):
        if number >= max_rows:
            raise InvalidInput(
                _("“%(sheet)s”超过 %(count)s 行，请分成几个文件。", sheet=name, count=f"{max_rows:,}")
            )
        cells = [_cell(value, name, number, place) for place, value in enumerate(row)]
        if len(cells) > MAX_COLUMNS_IN:
            raise InvalidInput(_("“%(sheet)s”的列太多，请使用模板填写。", sheet=name))
        read.append(cells)
    return Sheet(name, read)


def _cell(value: Any, sheet: str, row: int, place: int) -> Cell:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
        if abs(value) >= _EXACT_DIGITS:
            raise InvalidInput(
                _(
                    "“%(sheet)s”的单元格 %(cell)s 是数字格式，位数已丢失。请把证件号码等长号码设为文本格式后重新填写。",
                    sheet=sheet,
                    cell=xl_rowcol_to_cell(row, place),
                )
            )
        exact = Decimal(repr(value))
        return int(exact) if exact == exact.to_integral_value() else exact
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    if value is None or isinstance(value, bool | date):
        return value
    return str(value)
