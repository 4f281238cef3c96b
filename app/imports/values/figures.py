"""Numbers with the unit that stands beside them in the cell; exact, never through float arithmetic."""

import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.imports.faults import Fault
from app.imports.kinds import Note, Reason
from app.imports.registers import BLANK, Binding, CellReader, Reading
from app.imports.values.capitals import amount_in_capitals
from app.imports.values.folding import broken_place, remembering, shown, squeezed
from app.imports.vocabulary.terms import Vocabulary

HOUR, MINUTE, YUAN = "小时", "分钟", "元"
_MOST = Decimal(10) ** 15
_CURRENCY = "¥￥"
_PREFIX = re.compile(r"(?:人民币|RMB|CNY)[:：]?", re.IGNORECASE)
_NUMBER = re.compile(r"([+-]?)(\d[\d,]*(?:\.\d*)?|\.\d+)(.*)", re.ASCII | re.DOTALL)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_BRACKETED = re.compile(r"\(([^()]+)\)(.*)", re.DOTALL)
_SCIENTIFIC = re.compile(r"[+-]?[\d.]+e[+-]?\d+.*", re.ASCII | re.IGNORECASE | re.DOTALL)
_HOURS = re.compile(r"(?:个)?(?:小时|钟头)|h|hrs?|hours?", re.IGNORECASE)
_HALF_HOURS = re.compile(r"个半(?:小时|钟头)|(?:个)?(?:小时|钟头)半")
_HOURS_MINUTES = re.compile(
    r"(?:(?:个)?(?:小时|钟头)|h|时)零?(\d{1,2})(?:分钟?|m|mins?)?", re.ASCII | re.IGNORECASE
)
_MINUTES = re.compile(r"分钟?|mins?|minutes?", re.IGNORECASE)
_HALF = frozenset({"半小时", "半个小时", "半个钟头"})


class Figure(NamedTuple):
    """A number and the unit written in its cell, half-width and without blanks; None where there is none.

    ``vocabulary`` is the one of its column: it tells what units of money are worth.
    """

    number: Decimal
    unit: str | None
    vocabulary: Vocabulary


def figure(binding: Binding) -> CellReader:
    """Read a number as people write it: 1,234.50, ¥300, 0.8万元, 伍仟元整, 36盒(50只), 2小时30分."""
    field, vocabulary = binding.field, binding.world.vocabulary

    def read(cell: Any) -> Reading:
        if cell is None:
            return BLANK
        outcome = _understood(cell, field)
        if outcome is None:
            return BLANK
        if isinstance(outcome, Fault):
            return Reading(fault=outcome)
        number, unit, notes = outcome
        return Reading(Figure(number, unit, vocabulary), notes)

    return remembering(read)


def whole(binding: Binding) -> CellReader:
    """Read a whole number, with or without a unit beside it (3, 3人, 3.0)."""
    read_figure, field = figure(binding), binding.field

    def read(cell: Any) -> Reading:
        reading = read_figure(cell)
        if reading.value is None:
            return reading
        number = reading.value.number
        if number != number.to_integral_value():
            sentence = _("应为整数，现在是 %(number)s。", number=f"{number.normalize():f}")
            return Reading(fault=Fault(Reason.AMOUNT_NOT_A_NUMBER, sentence, field))
        return Reading(int(number), reading.notes)

    return read


_Outcome = tuple[Decimal, str | None, tuple[Note, ...]] | Fault | None
"""Number, unit and notes, or what is wrong; None for a blank."""


def _understood(cell: Any, field: str) -> _Outcome:
    if isinstance(cell, str):
        if cell.isascii() and len(cell) <= 15 and cell.replace(".", "", 1).isdigit():
            return Decimal(cell), None, ()
        return _read_text(cell, field)
    if isinstance(cell, bool):
        return _not_a_number(str(cell).upper(), field)
    if isinstance(cell, int | float):
        return _read_number(cell, field)
    return _read_clock(cell, field)


def _read_number(cell: int | float, field: str) -> _Outcome:
    # A spreadsheet keeps fifteen digits; what stands behind them is noise of its arithmetic.
    text = f"{cell:.15g}" if isinstance(cell, float) else str(cell) if abs(cell) < 10**15 else "inf"
    number = Decimal(text)
    if not number.is_finite():
        return _not_a_number(text, field)
    if abs(number) >= _MOST:
        return _too_large(field)
    return number, None, ()


def _read_clock(cell: Any, field: str) -> _Outcome:
    """Read a cell that a spreadsheet made a time of day of: 2:30 is two and a half hours."""
    if isinstance(cell, time):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second
    elif isinstance(cell, timedelta):
        seconds = cell.days * 86_400 + cell.seconds
    else:
        shown = cell.date().isoformat() if isinstance(cell, datetime) else str(cell)
        sentence = _("表格把这里变成了日期 %(day)s，请把该列设为“文本”后重新填写数字。", day=shown)
        return Fault(Reason.AMOUNT_NOT_A_NUMBER, sentence, field)
    if seconds % 60:
        return _not_a_number(str(cell), field)
    return Decimal(seconds // 60), MINUTE, (Note.HOURS_TEXT,)


def _read_text(raw: str, field: str) -> _Outcome:
    if len(raw) > 200:
        sentence = _("这里有 %(length)s 个字，不是数字。", length=len(raw))
        return Fault(Reason.AMOUNT_NOT_A_NUMBER, sentence, field)
    if broken_place(raw) is not None:
        return _not_a_number(raw, field)
    text, tidied = squeezed(raw)
    text = text.replace("，", ",").lstrip("'")
    if not text:
        return None
    notes = list(tidied)
    capitals = amount_in_capitals(_PREFIX.sub("", text, count=1))
    if capitals is not None:
        return capitals, YUAN, (*notes, Note.AMOUNT_CAPITAL)
    if text in _HALF:
        return Decimal(30), MINUTE, (*notes, Note.HOURS_TEXT)
    if _SCIENTIFIC.fullmatch(text):
        sentence = _("“%(text)s”是科学计数，看不出原来的数，请把该列设为“文本”后重新填写。", text=shown(raw))
        return Fault(Reason.AMOUNT_NOT_A_NUMBER, sentence, field)
    body = _PREFIX.sub("", text, count=1)
    bracketed = _BRACKETED.fullmatch(body)
    if bracketed:
        body = "-" + bracketed.group(1) + bracketed.group(2)
    bare = body.lstrip("-").lstrip(_CURRENCY)
    if len(bare) < len(body.lstrip("-")):
        body = ("-" if body.startswith("-") else "") + bare
        notes.append(Note.CURRENCY_SIGN)
    found = _NUMBER.fullmatch(body)
    if found is None or (digits := _without_commas(found.group(2), notes)) is None:
        return _not_a_number(raw, field)
    sign, unit = found.group(1), found.group(3)
    if len(digits) > 30:
        return _too_large(field)
    if unit[:1] in {".", ",", "-", "+", "/", "~", "%"} and unit[:1] and not unit.startswith("/"):
        return _not_a_number(raw, field)
    number = Decimal(sign + digits)
    if abs(number) >= _MOST:
        return _too_large(field)
    return _with_unit(number, unit or None, notes)


def _without_commas(digits: str, notes: list[Note]) -> str | None:
    if "," not in digits:
        return digits
    if not _GROUPED.fullmatch(digits):
        return None
    notes.append(Note.THOUSANDS)
    return digits.replace(",", "")


def _with_unit(number: Decimal, unit: str | None, notes: list[Note]) -> _Outcome:
    if unit is None:
        return number, None, tuple(notes)
    if unit.startswith(":") and len(unit) == 3 and unit[1:].isdecimal() and unit[1:] < "60":
        return number * 60 + int(unit[1:]), MINUTE, (*notes, Note.HOURS_TEXT)
    if found := _HOURS_MINUTES.fullmatch(unit):
        return number * 60 + int(found.group(1)), MINUTE, (*notes, Note.HOURS_TEXT)
    if _HALF_HOURS.fullmatch(unit):
        return number * 60 + 30, MINUTE, (*notes, Note.HOURS_TEXT)
    if _HOURS.fullmatch(unit):
        return number, HOUR, (*notes, Note.HOURS_TEXT)
    if _MINUTES.fullmatch(unit):
        return number, MINUTE, (*notes, Note.MINUTES_TEXT)
    return number, unit, tuple(notes)


def _not_a_number(raw: str, field: str) -> Fault:
    sentence = _("“%(text)s”不是数字，请填写数字，例如 1234.50。", text=shown(raw))
    return Fault(Reason.AMOUNT_NOT_A_NUMBER, sentence, field)


def _too_large(field: str) -> Fault:
    return Fault(Reason.AMOUNT_NOT_A_NUMBER, _("数字过大，请核对。"), field)
