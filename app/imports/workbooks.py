"""Workbooks on their way out: the template of a register, and the rows of an upload that did not go in."""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from xlsxwriter.utility import xl_col_to_name

from app.imports.kinds import Decision
from app.imports.registers import Field, Register
from app.imports.staging import Line, Section, printable
from app.imports.world import World

REASON_HEADING = _l("错误原因")
RESULT_HEADING = _l("处理结果")
TEMPLATE_ROWS = 5_000
"""Rows of a template that carry formats and drop-downs."""
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TEXT = {"num_format": "@"}
_MAX_TEXT = 32_767
_HEAD = {"bold": True, "bg_color": "#E6EFEF", "bottom": 1, "text_wrap": True, "valign": "vcenter"}


def is_ours(heading: str) -> bool:
    """Return whether a heading is one that the error workbook adds, and that says nothing when it comes back."""
    return heading in (str(REASON_HEADING), str(RESULT_HEADING))


def template(register: Register, world: World) -> bytes:
    """Return a register's template: its headings, drop-downs where the choice is closed, and a sheet that explains.

    All cells are text, so that Excel keeps every digit of numbers and codes; dates may be typed in any way.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **_OPTIONS}) as book:
        book.set_properties({"title": str(register.label)})
        head = book.add_format({**_HEAD, "locked": True})
        wanted = book.add_format({**_HEAD, "bg_color": "#0C4047", "font_color": "#FFFFFF"})
        text = book.add_format(_TEXT)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(_sheet_name(str(register.label)))
        sheet.set_row(0, 30)
        lists: list[tuple[str, list[str]]] = []
        for place, field in enumerate(register.fields):
            # What stands in brackets is no part of a heading when the table comes back.
            label = _("%(label)s（必填）", label=field.label) if field.required else str(field.label)
            sheet.set_column(place, place, _column_width(field), text)
            sheet.write_string(0, place, label, wanted if field.required else head)
            options = [str(one) for one in field.choices(world)] if field.choices else []
            rule = _rule(field, options, lists)
            if rule:
                sheet.data_validation(1, place, TEMPLATE_ROWS, place, rule)
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet(_("填写说明"))
        _explain(notes, register, head, wrapped)
        if lists:
            hidden = book.add_worksheet(_("选项"))
            for column, (label, options) in enumerate(lists):
                hidden.write_string(0, column, label)
                for row, option in enumerate(options, start=1):
                    hidden.write_string(row, column, option)
            hidden.hide()
        sheet.activate()
    return target.getvalue()


def _rule(field: Field, options: list[str], lists: list[tuple[str, list[str]]]) -> dict[str, Any] | None:
    """Return a column's data validation: the drop-down, and the hint that is shown while a cell is chosen."""
    hint = "。".join(
        part for part in (_("必填") if field.required else "", str(field.hint or "").rstrip("。")) if part
    )
    shown = {"input_title": str(field.label)[:32], "input_message": hint[:255]} if hint else {}
    if options:
        # Excel takes a written list of 255 characters at most; a range may be as long as it likes.
        if len(",".join(options)) <= 255 and not any("," in one for one in options):
            source: Any = options
        else:
            column = xl_col_to_name(len(lists), col_abs=True)
            source = f"='{_('选项')}'!{column}$2:{column}${len(options) + 1}"
            lists.append((str(field.label), options))
        return {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": _("不在列表里"),
            "error_message": _("这里一般从列表里选。确定要这样填吗？"),
            **shown,
        }
    return {"validate": "any", **shown} if shown else None


def _explain(sheet: Any, register: Register, head: Any, wrapped: Any) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 56)
    sheet.set_column(3, 3, 24)
    for column, title in enumerate((_("列"), _("必填"), _("怎样填"), _("例子"))):
        sheet.write_string(0, column, title, head)
    for row, field in enumerate(register.fields, start=1):
        texts = (
            str(field.label),
            _("必填") if field.required else "",
            str(field.hint or ""),
            field.example,
        )
        for column, told in enumerate(texts):
            sheet.write_string(row, column, told, wrapped)
    foot = len(register.fields) + 2
    lines = (
        _("从第 2 行起，一行填一条；表头请保留，列的顺序可以改，多出来的列不会导入。"),
        _("整列已设为文本格式：身份证号、信用代码等长号码可以直接输入，不会变成科学计数。"),
        _("日期写成 2026-11-21、2026年11月21日、20261121 都可以。"),
    )
    for row, line in enumerate(lines, start=foot):
        sheet.merge_range(row, 0, row, 3, line, wrapped)


def _column_width(field: Field) -> int:
    label = str(field.label)
    width = sum(2 if ord(letter) > 0x2E7F else 1 for letter in label) + (8 if field.required else 0)
    return max(width + 4, 22 if field.secret else 14)


def errors(
    plan: Sequence[Section],
    rows: Iterable[tuple[int, Line]],
    describe: Callable[[int, Line], str],
) -> bytes:
    """Return the workbook of rows that did not go in, each table on its sheet, in the order of the upload.

    ``rows`` are pairs of a table's number and a row, ``describe`` makes the row's sentence. The lines above the
    data come along unchanged, so that the mended workbook is understood as the file was; nothing in it runs.
    """
    target = io.BytesIO()
    by_table: dict[int, list[Line]] = {}
    for number, line in rows:
        by_table.setdefault(number, []).append(line)
    with xlsxwriter.Workbook(target, {"in_memory": True, "nan_inf_to_errors": True, **_OPTIONS}) as book:
        formats = {
            "text": book.add_format({**_TEXT, "quote_prefix": True}),
            "head": book.add_format({**_HEAD, **_TEXT, "quote_prefix": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "time": book.add_format({"num_format": "hh:mm"}),
            "reason": book.add_format(
                {**_TEXT, "quote_prefix": True, "text_wrap": True, "valign": "top", "bg_color": "#FBEFD9"}
            ),
        }
        used: set[str] = set()
        for number in sorted(by_table):
            sheet = book.add_worksheet(_unused(_sheet_name(plan[number].sheet), used))
            _write_table(sheet, plan[number], number, by_table[number], describe, formats)
        if not by_table:
            book.add_worksheet(_("没有问题"))
    return target.getvalue()


def _write_table(
    sheet: Any,
    section: Section,
    number: int,
    lines: Sequence[Line],
    describe: Callable[[int, Line], str],
    formats: dict[str, Any],
) -> None:
    headings = section.headings()
    kept = [column for column, text in enumerate(headings) if not is_ours(text)]
    at = 0
    header_ends = len(section.head) - 1
    for at, top in enumerate(section.head):
        for place, column in enumerate(kept):
            _write(sheet, at, place, top[column] if column < len(top) else None, formats, "head")
        if at == header_ends:
            sheet.write_string(at, len(kept), str(REASON_HEADING), formats["head"])
            sheet.write_string(at, len(kept) + 1, str(RESULT_HEADING), formats["head"])
    first = len(section.head)
    for at, line in enumerate(lines, start=first):
        cells = line.cells or ()
        for place, column in enumerate(kept):
            _write(sheet, at, place, cells[column] if column < len(cells) else None, formats, "text")
        sheet.write_string(at, len(kept), describe(number, line)[:_MAX_TEXT], formats["reason"])
        sheet.write_string(at, len(kept) + 1, str(_result(line)), formats["reason"])
    for place, column in enumerate(kept):
        sheet.set_column(place, place, _width_of(headings[column], column, lines))
    sheet.set_column(len(kept), len(kept), 56)
    sheet.set_column(len(kept) + 1, len(kept) + 1, 14)
    if first:
        sheet.freeze_panes(first, 0)


def _width_of(heading: str, column: int, lines: Sequence[Line]) -> int:
    texts = [
        heading,
        *(str(one.cells[column]) for one in lines[:50] if one.cells and column < len(one.cells)),
    ]
    longest = max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) for text in texts)
    return min(max(longest + 2, 8), 40)


def _result(line: Line) -> Any:
    return _("已变化，未导入") if line.changed else Decision(line.decision).label


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any], style: str) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        plain = value.replace(tzinfo=None)
        has_time = (plain.hour, plain.minute, plain.second) != (0, 0, 0)
        _write_date(sheet, row, column, plain, formats["moment" if has_time else "day"], formats["text"])
    elif isinstance(value, date):
        _write_date(sheet, row, column, value, formats["day"], formats["text"])
    elif isinstance(value, time | timedelta):
        _write_date(sheet, row, column, value, formats["time"], formats["text"])
    else:
        sheet.write_string(row, column, printable(str(value))[:_MAX_TEXT], formats[style])


def _write_date(sheet: Any, row: int, column: int, value: Any, style: Any, text: Any) -> None:
    """Write a date; one before 1900, which Excel has not, as text."""
    if isinstance(value, date) and value.year < 1900:
        sheet.write_string(row, column, value.isoformat()[:10], text)
    else:
        sheet.write_datetime(row, column, value, style)


def _sheet_name(title: str) -> str:
    clean = "".join("_" if letter in "[]:*?/\\'" or ord(letter) < 32 else letter for letter in title).strip()
    return clean[:31] or _("数据")


def _unused(name: str, used: set[str]) -> str:
    free, count = name, 2
    while free.lower() in used:
        tail = f"({count})"
        free, count = name[: 31 - len(tail)] + tail, count + 1
    used.add(free.lower())
    return free
