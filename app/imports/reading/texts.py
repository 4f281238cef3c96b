"""Text files: which encoding, which separator, and their records as a CSV reader counts them."""

import codecs
import csv
import io
import re
from itertools import islice

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.imports.cells import Table
from app.imports.reading.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = ",\t;|"
_OTHERS = "，；、^~#:：/ "  # not read as separators, but told when they look like ones
_SAMPLE_RECORDS = 50
_SAMPLE_SIGNS = 64 * 1024
_SURE = 8  # so many right multi-byte signs are no accident
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_END = "\x1e"  # a record of its own behind the last line: swallowed when a quote is open


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, GBK or GB 18030. Raises InvalidInput, naming the line."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None) or _without_mark(data)
    if encoding is not None:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as broken:
            raise _damaged_at(data[: broken.start].decode(encoding, "replace")) from broken
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as broken:
        right = data[: broken.start].decode("utf-8")
        if sum(sign > "\x7f" for sign in right[:_SAMPLE_SIGNS]) >= _SURE:
            raise _damaged_at(right) from broken
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as broken:
        before = data[: broken.start].decode("gb18030")
        if sum(sign > "\x7f" for sign in before[:_SAMPLE_SIGNS]) >= _SURE:
            raise _damaged_at(before) from broken
        raise InvalidInput(_("看不出文件用的是什么编码。请用 Excel 打开，另存为 xlsx 后再上传。")) from broken


def _without_mark(data: bytes) -> str | None:
    """Return the encoding of UTF-16 without its mark, told by the zero bytes of digits and separators."""
    head = data[: 64 * 1024]
    high, low = head[::2].count(0), head[1::2].count(0)
    few = len(head) // 20
    if low > few and high * 20 < low:
        return "utf-16-le"
    if high > few and low * 20 < high:
        return "utf-16-be"
    return None


def _damaged_at(before: str) -> InvalidInput:
    return InvalidInput(
        _(
            "文件第 %(line)s 行有残缺的字符，可能没有完整保存。请重新导出，或用 Excel 另存为 xlsx 后再上传。",
            line=f"{len(before.splitlines()) or 1:,}",
        )
    )


def read_text(text: str) -> Table:
    """Return the records of a text file, blank ones too. Raises InvalidInput with what is wrong and how to mend it."""
    sample = text[:_SAMPLE_SIGNS]
    if len(_CONTROLS.findall(sample)) > max(3, len(sample) // 100):
        raise InvalidInput(_("这不是表格文件。请上传 xlsx、xls 或 csv。"))
    separator = _separator(text)
    reader = csv.reader(
        io.StringIO(text + ("" if text.endswith(("\n", "\r")) else "\n") + _END, newline=""),
        delimiter=separator,
    )
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, MAX_ROWS + 1))
    except csv.Error as broken:
        raise _open_quote(len(rows) + 1) from broken
    if len(rows) > MAX_ROWS and rows[-1] != [_END]:
        raise InvalidInput(_("文件超过 %(most)s 行，请分成几个文件。", most=f"{MAX_ROWS:,}"))
    if rows[-1] != [_END]:
        raise _open_quote(len(rows))
    rows.pop()
    _ensure_narrow(rows)
    return Table("", rows)


def _open_quote(record: int) -> InvalidInput:
    return InvalidInput(
        _(
            "从第 %(record)s 行起，有一个双引号没有成对，后面的内容都连在了一起。请补上或删去这个引号。",
            record=f"{record:,}",
        )
    )


def _ensure_narrow(rows: list[list[str]]) -> None:
    width = max(map(len, rows), default=0)
    if width > MAX_COLUMNS:
        number = next(place for place, row in enumerate(rows, start=1) if len(row) == width)
        raise InvalidInput(
            _(
                "第 %(record)s 行有 %(width)s 列，最多 %(most)s 列。请检查这一行的分隔符和引号。",
                record=f"{number:,}",
                width=f"{width:,}",
                most=MAX_COLUMNS,
            )
        )
    if sum(map(len, rows)) > MAX_CELLS:
        raise InvalidInput(_("文件的单元格太多，请分成几个文件。"))


def _separator(text: str) -> str:
    """Return the sign between the columns: the one by which most records have the same number of columns."""
    hint = _HINT.match(text)
    if hint:
        return hint[1]
    best, score = _likeliest(text, _SEPARATORS)
    if score[0] == 0:
        other, (records, _width) = _likeliest(text, _OTHERS)
        if records > 1:
            raise InvalidInput(
                _(
                    "各列好像是用“%(sign)s”隔开的，无法可靠地分列。"
                    "请在 Excel 里用“数据—分列”分好列，另存为 xlsx 后再上传。",
                    sign=other if other != " " else _("空格"),
                )
            )
    return best


def _likeliest(text: str, signs: str) -> tuple[str, tuple[int, int]]:
    """Return the likeliest of some signs, with how many records have its usual width (0: none), and that width."""
    best, score = signs[0], (0, 0)
    for sign in signs:
        widths: dict[int, int] = {}
        for width in _widths(text, sign):
            if width > 1:
                widths[width] = widths.get(width, 0) + 1
        if widths:
            usual = max(widths, key=lambda one: (widths[one], one))
            if (widths[usual], usual) > score:
                best, score = sign, (widths[usual], usual)
    return best, score


def _widths(text: str, sign: str) -> list[int]:
    lines = io.StringIO(text[:_SAMPLE_SIGNS], newline="")
    widths = []
    try:
        for record in islice(csv.reader(lines, delimiter=sign), _SAMPLE_RECORDS):
            widths.append(len(record))
    except csv.Error:
        pass
    return widths
