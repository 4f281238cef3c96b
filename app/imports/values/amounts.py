"""Money, time and quantities that stand in several cells: the number, the unit's column, the unit in the heading.

A unit in the cell wins over the one in the unit's column, and that over the one in the heading.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from flask_babel import gettext as _

from app.figures import MOST_FEN, MOST_MINUTES
from app.imports.faults import found
from app.imports.kinds import Note, Reason
from app.imports.registers import Row
from app.imports.values.figures import HOUR, MINUTE, Figure
from app.imports.values.folding import narrow_letters, squeezed

Sign = Literal["positive", "not_negative", "any"]
_YUAN_FEN = 100
_TIME_UNITS = {HOUR: 60, MINUTE: 1}


def fen_of(row: Row, name: str, unit_field: str | None = None, *, sign: Sign = "positive") -> int | None:
    """Return the fen of a sum, None when the cell is blank. Raises Found.

    Without a unit anywhere it is yuan. Money units are words of the list "money_unit", their value in fen.
    """
    value: Figure | None = row.get(name)
    if value is None:
        return None
    fen_of_unit = _fen_of_unit(row, name, unit_field, value)
    fen = value.number * fen_of_unit
    ensure_sign(fen, name, sign)
    if abs(fen) > MOST_FEN:
        raise found(Reason.AMOUNT_NOT_A_NUMBER, _("金额过大，请核对单位是元还是万元。"), field=name)
    if fen != fen.to_integral_value():
        raise found(Reason.AMOUNT_NOT_A_NUMBER, _("金额最多精确到分，请核对小数位。"), field=name)
    return int(fen)


def minutes_of(row: Row, name: str, unit_field: str | None = None, *, sign: Sign = "positive") -> int | None:
    """Return the minutes of a duration, None when the cell is blank. Raises Found.

    Without a unit anywhere it is hours.
    """
    quantity = number_of(row, name, unit_field, sign=sign)
    if quantity is None:
        return None
    number, unit = quantity
    minutes_of_unit = _TIME_UNITS.get(unit or HOUR)
    if minutes_of_unit is None:
        sentence = _("“%(unit)s”不是时间单位，请用小时或分钟。", unit=unit)
        raise found(Reason.UNIT_UNKNOWN, sentence, field=unit_field or name)
    minutes = number * minutes_of_unit
    if minutes > MOST_MINUTES:
        raise found(Reason.AMOUNT_NOT_A_NUMBER, _("时长过大，请核对单位是小时还是分钟。"), field=name)
    if minutes != minutes.to_integral_value():
        sentence = _("时长要折合成整分钟，例如 1.25 小时或 1小时20分。")
        raise found(Reason.AMOUNT_NOT_A_NUMBER, sentence, field=name)
    return int(minutes)


def number_of(
    row: Row, name: str, unit_field: str | None = None, *, sign: Sign = "positive"
) -> tuple[Decimal, str | None] | None:
    """Return a quantity and its unit as written (half-width, no blanks), None when the cell is blank. Raises Found.

    The unit is looked up by whoever knows the item; time comes as 小时 or 分钟.
    """
    value: Figure | None = row.get(name)
    if value is None:
        return None
    ensure_sign(value.number, name, sign)
    if value.unit is not None:
        if value.unit not in _TIME_UNITS:
            row.note(Note.UNIT_IN_CELL)
        return value.number, value.unit
    unit = row.get(unit_field) if unit_field else None
    if unit is not None:
        return value.number, squeezed(str(unit))[0]
    heading = row.units.get(name)
    if heading is not None:
        row.note(Note.UNIT_FROM_HEADER)
        return value.number, squeezed(heading)[0]
    return value.number, None


def ensure_sign(number: Decimal, name: str, sign: Sign) -> None:
    """Raise Found when a number is not above zero, or is below it where nought may stand."""
    if sign == "positive" and number <= 0:
        raise found(Reason.AMOUNT_NOT_POSITIVE, _("应大于零。"), field=name)
    if sign == "not_negative" and number < 0:
        raise found(Reason.AMOUNT_NEGATIVE, _("不能是负数。"), field=name)


def _fen_of_unit(row: Row, name: str, unit_field: str | None, value: Figure) -> Decimal:
    units: Mapping[str, str] = value.vocabulary.words.get("money_unit", {})
    if value.unit is not None:
        fen = units.get(_word(value.unit))
        if fen is None:
            raise _unknown_unit(value, name)
        if Note.AMOUNT_CAPITAL not in row.readings[name].notes:
            row.note(Note.UNIT_IN_CELL)
        return _noted(row, fen)
    unit = row.get(unit_field) if unit_field else None
    if unit is not None:
        # The unit's column is read as a text, or as a choice that is worth its fen already.
        fen = unit if unit in units.values() else units.get(_word(str(unit)))
        if fen is None:
            sentence = _("“%(unit)s”不是金额单位，请填元或万元。", unit=unit)
            raise found(Reason.UNIT_UNKNOWN, sentence, field=unit_field)
        return _noted(row, fen)
    fen = units.get(_word(row.units.get(name, "")))
    if fen is not None and Decimal(fen) != _YUAN_FEN:
        row.note(Note.UNIT_FROM_HEADER)
    return _noted(row, fen or str(_YUAN_FEN))


def _noted(row: Row, fen: str) -> Decimal:
    if Decimal(fen) > _YUAN_FEN:
        row.note(Note.UNIT_WAN)
    return Decimal(fen)


def _unknown_unit(value: Figure, name: str) -> Exception:
    if value.vocabulary.meaning("foreign_money", value.unit or ""):
        sentence = _("“%(unit)s”是外币，请折合成人民币元。", unit=value.unit)
        return found(Reason.UNIT_UNKNOWN, sentence, field=name)
    shown = f"{value.number:f}{value.unit}"[:30]
    return found(
        Reason.AMOUNT_NOT_A_NUMBER, _("“%(text)s”不是确定的金额，请只填数字和单位。", text=shown), field=name
    )


def _word(unit: str) -> str:
    return narrow_letters(squeezed(unit)[0])[0].upper()
