"""Form fields for our values: money, service time, civil dates. What was typed stays in the field when it is wrong."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, MultipleFileField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, TextInput

from app import clock, figures
from app.identity import normalise

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_DAY = re.compile(r"(\d{4})[年/.\-](\d{1,2})[月/.\-](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)


class TypedField(Field):
    """A text input whose data is read by a function and whose typed text survives an error."""

    widget = TextInput()
    read: Callable[[str], Any]

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.typed: str | None = None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else self.shown(self.data)

    def shown(self, data: Any) -> str:
        """Return how a stored value is shown for editing."""
        return str(data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.typed = str(valuelist[0])
        self.data = None
        if self.typed.strip():
            try:
                self.data = type(self).read(self.typed)
            except figures.UnreadableFigure as problem:
                raise ValueError(str(problem)) from problem

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.typed or "").strip()


class MoneyField(TypedField):
    """Yuan as people type them ("1,234.5", "1.2万"); data is integer fen."""

    read = staticmethod(figures.read_money)

    def shown(self, data: int) -> str:
        return figures.yuan(data).replace(",", "")


class HoursField(TypedField):
    """Hours as people type them ("2.5", "2小时30分"); data is integer minutes."""

    read = staticmethod(figures.read_hours)

    def shown(self, data: int) -> str:
        return figures.hours_for_editing(data)


class PointsField(TypedField):
    """Points with at most two decimals; data is integer centipoints."""

    read = staticmethod(figures.read_points)

    def shown(self, data: int) -> str:
        return figures.points(data).replace(",", "")


def read_day(text: str) -> date:
    """Return the date that a person typed as 2026-11-21, 2026/11/21, 2026.11.21, 20261121 or 2026年11月21日.

    Raises UnreadableFigure naming what is wrong.
    """
    found = _DAY.fullmatch(normalise(text))
    if found is None:
        raise figures.UnreadableFigure(_("日期请写成 2026-11-21 的样子。"))
    parts = found.groups()
    try:
        day = date(*map(int, (part for part in parts if part)))
    except ValueError as problem:
        raise figures.UnreadableFigure(_("%(text)s 不是日历上有的日子。", text=text.strip())) from problem
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise figures.UnreadableFigure(_("%(year)d 年太远，请核对年份。", year=day.year))
    return day


class CivilDateField(TypedField):
    """A day in the city; the browser's date picker and typed forms are both read."""

    widget = DateInput()
    read = staticmethod(read_day)

    def shown(self, data: date) -> str:
        return data.isoformat()

    def _value(self) -> str:
        # A date input shows ISO dates only; what cannot be read is shown again as text by the form macro.
        return self.data.isoformat() if self.data else (self.typed or "")


class NotBlank:
    """Validator: something must have been typed."""

    field_flags = {"required": True}  # noqa: RUF012  (WTForms reads it from the class)

    def __init__(self, sentence: Any = None) -> None:
        self.sentence = sentence

    def __call__(self, _form: Any, field: Field) -> None:
        if field.errors:
            return
        if field.data in (None, "", []):
            raise ValidationError(str(self.sentence) if self.sentence else _("这一项必须填写。"))


class NotInFuture:
    """Validator: a day that has come."""

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data is not None and field.data > clock.today():
            raise ValidationError(_("这一天还没有到。"))


class Positive:
    """Validator: more than nothing."""

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data is not None and field.data <= 0:
            raise ValidationError(_("必须大于零。"))


class EvidenceField(MultipleFileField):
    """Several files; empty file inputs are dropped."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one for one in valuelist if getattr(one, "filename", "")]


class LineList(FieldList):
    """So many lines of the same form. Names that no page of ours has sent (lines-²-item) are no lines."""

    def __init__(self, unbound_field: Any, *args: Any, lines: int, anchor: str, **values: Any) -> None:
        """``anchor``: the field by which a line is known; it stands for the line when nothing of it was sent."""
        super().__init__(unbound_field, *args, min_entries=lines, max_entries=lines, **values)
        self._anchor = anchor

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take in the values of lines-0, lines-1 …, as many as the page shows."""
        if formdata:
            ours = re.compile(rf"{re.escape(self.name)}-[0-9]{{1,2}}-", re.ASCII)
            formdata = MultiDict(
                [(name, value) for name in formdata if ours.match(name) for value in formdata.getlist(name)]
            )
            for number in range(self.min_entries):
                # Every line stands where the page showed it, whichever were sent.
                formdata.setdefault(f"{self.name}-{number}-{self._anchor}", "")
        super().process(formdata, data, extra_filters)


__all__ = [
    "CivilDateField",
    "EvidenceField",
    "HoursField",
    "LineList",
    "MoneyField",
    "NotBlank",
    "NotInFuture",
    "PointsField",
    "Positive",
    "TypedField",
    "read_day",
]
