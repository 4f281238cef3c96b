"""Days as spreadsheets hold them: real dates, day numbers, and every way in which people type one."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from app.imports.faults import Fault
from app.imports.kinds import Note, Reason
from app.imports.registers import BLANK, Binding, CellReader, Reading
from app.imports.values.folding import broken_place, remembering, shown, squeezed, typed

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_FIRST_SERIAL, _LAST_SERIAL = 30_000, 60_000
# Excel counts days from 1900 and believes that 1900 was a leap year.
_SERIAL_ZERO = date(1899, 12, 30)
# A time of day behind the day, as systems export it; cut off before blanks go, or 3 00:00 would be the 30th.
_CLOCK = re.compile(r"(?:\s+|(?<=\d)T)\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2}(?:\.\d+)?)?[分秒]?Z?\s*$")
_PARTED = re.compile(r"(\d{4})(?:(-)|(/)|(\.)|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})[日号]?", re.ASCII)
_SEPARATOR_NOTES = (None, Note.DATE_SLASH, Note.DATE_DOT)
_TWO_DIGITS = re.compile(r"(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?|\d{6}", re.ASCII)
_NO_YEAR = re.compile(r"\d{1,2}(?:[-/.月]\d{1,2}[日号]?|月)", re.ASCII)
_NO_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})月?", re.ASCII)
_YEAR_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", re.ASCII)


def day(binding: Binding) -> CellReader:
    """Read a day; it may lie in the future."""
    field, nothing = binding.field, binding.world.vocabulary.words.get("blank", {})
    return remembering(lambda cell: _read(cell, field, nothing))


def day_past(binding: Binding) -> CellReader:
    """Read a day that has come, as of the world's day."""
    field, nothing = binding.field, binding.world.vocabulary.words.get("blank", {})
    today = binding.world.today

    def read(cell: Any) -> Reading:
        reading = _read(cell, field, nothing)
        if reading.value is not None and reading.value > today:
            sentence = _(
                "%(day)s 还没有到（今天是 %(today)s），请核对年份。",
                day=reading.value.isoformat(),
                today=today.isoformat(),
            )
            return Reading(fault=Fault(Reason.DATE_FUTURE, sentence, field))
        return reading

    return remembering(read)


def _read(cell: Any, field: str, nothing: Any) -> Reading:
    if isinstance(cell, str):
        return _read_text(cell, field, nothing)
    if cell is None:
        return BLANK
    if isinstance(cell, datetime):
        return _in_range(cell.date(), (), field)
    if isinstance(cell, date):
        return _in_range(cell, (), field)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if _FIRST_SERIAL <= cell <= _LAST_SERIAL:
            return Reading(_SERIAL_ZERO + timedelta(days=int(cell)), (Note.DATE_SERIAL,))
        return _read_text(typed(cell), field, nothing)
    return _wrong(Reason.DATE_INVALID, _("这里不是日期，请写成 2026-11-21 的样子。"), field)


def _read_text(raw: str, field: str, nothing: Any) -> Reading:
    if len(raw) == 10 and raw[4] == "-" == raw[7] and raw.isascii():
        try:
            return _in_range(date.fromisoformat(raw), (), field)
        except ValueError:
            pass
    if broken_place(raw) is not None:
        return _unreadable(raw, field)
    if len(raw) > 100:
        sentence = _("这里有 %(length)s 个字，不是日期，请写成 2026-11-21 的样子。", length=len(raw))
        return _wrong(Reason.DATE_INVALID, sentence, field)
    text, notes = squeezed(_CLOCK.sub("", raw) if ":" in raw or "：" in raw or "时" in raw else raw)
    text = text.lstrip("'")
    if not text or text.upper() in nothing:
        return BLANK
    if Note.FULLWIDTH in notes:
        notes = (*(note for note in notes if note is not Note.FULLWIDTH), Note.DATE_FULLWIDTH)
    if text.isascii() and text.removesuffix(".0").isdecimal():
        return _read_digits(text.removesuffix(".0"), notes, field)
    found = _PARTED.fullmatch(text)
    if found is None:
        return _unreadable(text, field)
    year, dash, slash, dot, month, day_ = found.groups()
    form = None if dash else Note.DATE_SLASH if slash else Note.DATE_DOT if dot else Note.DATE_CN
    return _day_of(year, month, day_, (*notes, form) if form else notes, field)


def _read_digits(text: str, notes: tuple[Note, ...], field: str) -> Reading:
    if len(text) == 8:
        return _day_of(text[:4], text[4:6], text[6:], (*notes, Note.DATE_COMPACT), field)
    if len(text) == 5 and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        return Reading(_SERIAL_ZERO + timedelta(days=int(text)), (*notes, Note.DATE_SERIAL))
    if len(text) == 6 and text[:2] in {"19", "20"} and "01" <= text[4:] <= "12":
        return _wrong(
            Reason.DATE_INVALID, _("“%(text)s”只有年月，请补上日，例如 2026-11-21。", text=text), field
        )
    return _unreadable(text, field)


def _day_of(year: str, month: str, day_: str, notes: tuple[Note, ...], field: str) -> Reading:
    try:
        value = date(int(year), int(month), int(day_))
    except ValueError:
        if not 1 <= int(month) <= 12:
            sentence = _("没有 %(month)s 月，请核对月份。", month=int(month))
        elif not 1 <= int(day_) <= 31:
            sentence = _("没有 %(day)s 日，请核对。", day=int(day_))
        else:
            sentence = _(
                "%(year)s 年 %(month)s 月没有 %(day)s 日，请核对。",
                year=int(year),
                month=int(month),
                day=int(day_),
            )
        return _wrong(Reason.DATE_INVALID, sentence, field)
    return _in_range(value, notes, field)


def _in_range(value: date, notes: tuple[Note, ...], field: str) -> Reading:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        sentence = _("%(year)s 年太远，请核对年份。", year=value.year)
        return _wrong(Reason.DATE_INVALID, sentence, field)
    return Reading(value, notes)


def _unreadable(text: str, field: str) -> Reading:
    quoted = shown(text)
    if _NO_YEAR.fullmatch(text):
        sentence = _("“%(text)s”没有年份，请补上，例如 2026-11-21。", text=quoted)
        return _wrong(Reason.DATE_NO_YEAR, sentence, field)
    if _TWO_DIGITS.fullmatch(text):
        sentence = _("“%(text)s”的年份只有两位，请写全四位，例如 2026-11-21。", text=quoted)
        return _wrong(Reason.DATE_AMBIGUOUS, sentence, field)
    if _NO_DAY.fullmatch(text):
        sentence = _("“%(text)s”只有年月，请补上日，例如 2026-11-21。", text=quoted)
    elif _YEAR_LAST.fullmatch(text):
        sentence = _("“%(text)s”分不清哪个是月、哪个是日，请写成 2026-11-21 的样子。", text=quoted)
    else:
        sentence = _("“%(text)s”不是日期，请写成 2026-11-21 的样子。", text=quoted)
    return _wrong(Reason.DATE_INVALID, sentence, field)


def _wrong(reason: Reason, sentence: str, field: str) -> Reading:
    return Reading(fault=Fault(reason, sentence, field))
