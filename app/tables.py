"""Tables on their way out: real types, numbers of people and codes as text, nothing that runs.

Written by XlsxWriter and the csv module; what comes in is read by ``app/imports/reading``. pandas (two seconds to
import) is loaded on first use by ``frame``, for reports that reckon with whole tables.
"""

import csv
import importlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from app.clock import CITY_ZONE
from app.errors import InvalidInput

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
MAX_ROWS_OUT = 1_000_000
_CHUNK = 500
_MAX_TEXT = 32_767  # characters that Excel takes in a cell
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    title: str
    rows: Iterable[Any]
    columns: Sequence[Column]


def write_xlsx(rows: Iterable[Any], columns: Sequence[Column], stamp: Stamp) -> bytes:
    """Return an XLSX file of one table: frozen and filtered header, real types, no formula whatever the texts say.

    Raises InvalidInput for more than a million rows.
    """
    return write_book([Sheet(stamp.title, rows, columns)], stamp)


def write_book(sheets: Sequence[Sheet], stamp: Stamp, about: Sequence[str] = ()) -> bytes:
    """Return an XLSX file of several tables, each as ``write_xlsx`` makes it; ``about`` says how to read them."""
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
        head = book.add_format(
            {"bold": True, "bg_color": "#E6EFEF", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        formats = {kind: book.add_format(options) for kind, options in _FORMATS.items()}
        lines = [stamp.title, stamp.line, *about]
        for one in sheets:
            count = _write_sheet(book, one, head, formats, stamp)
            name = f"{one.title}：" if len(sheets) > 1 else ""
            lines.append(name + _("共 %(count)s 行", count=count))
        page = book.add_worksheet(_("说明"))
        page.set_column(0, 0, 60)
        for number, line in enumerate(lines):
            page.write_string(number, 0, line, formats[ColumnKind.TEXT])
    return target.getvalue()


def _write_sheet(book: Any, one: Sheet, head: Any, formats: Mapping[ColumnKind, Any], stamp: Stamp) -> int:
    """Write one table and return how many rows it has."""
    sheet = book.add_worksheet(_sheet_name(one.title))
    widths = [_width(str(column.title)) for column in one.columns]
    for place, column in enumerate(one.columns):
        sheet.write_string(0, place, str(column.title), head)
    last = 0
    for last, row in enumerate(_limited(one.rows), start=1):
        for place, column in enumerate(one.columns):
            value = _value(row, column)
            _write_cell(sheet, last, place, value, formats[column.kind])
            widths[place] = max(widths[place], min(_width(str(value or "")), 48))
    for place, column in enumerate(one.columns):
        sheet.set_column(place, place, column.width or _WIDTHS.get(column.kind, widths[place] + 2))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), max(len(one.columns) - 1, 0))
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L" + stamp.line.replace("&", "&&")[:200] + "&R&P / &N")
    return last


def write_csv(rows: Iterable[Any], columns: Sequence[Column]) -> bytes:
    """Return a CSV file in UTF-8 with BOM; texts that a spreadsheet would run carry an apostrophe in front."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([harmless(str(column.title)) for column in columns])
    for row in _limited(rows):
        writer.writerow([_csv_cell(_value(row, column)) for column in columns])
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8", "replace")


def csv_lines(rows: Iterable[Any], columns: Sequence[Column]) -> Iterator[bytes]:
    """Yield the file that ``write_csv`` makes, some hundred lines at a time, however many rows there are."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([harmless(str(column.title)) for column in columns])
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(_value(row, column)) for column in columns])
        if number % _CHUNK == 0:
            yield target.getvalue().encode("utf-8", "replace")
            target.seek(0)
            target.truncate()
    yield target.getvalue().encode("utf-8", "replace")


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
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that looks like it gets an apostrophe."""
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
