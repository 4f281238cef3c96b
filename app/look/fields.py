"""What the form macros ask about a WTForms field and cannot say in Jinja."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, FileField, Form, MultipleFileField
from wtforms.widgets import Select

from app.fields import HoursField, MoneyField, PointsField

_FIGURES = (MoneyField, HoursField, PointsField)


def flat_errors(errors: Iterable[Any]) -> list[str]:
    """Return the sentences of a field's errors in order, also those of enclosed fields (lists and dicts)."""
    sentences: list[str] = []
    for error in errors.values() if isinstance(errors, dict) else errors:
        if isinstance(error, list | tuple | dict):
            sentences += flat_errors(error)
        else:
            sentences.append(str(error))
    return sentences


def attributes(field: Field, described_by: str) -> dict[str, str]:
    """Return the attributes that tie a control to its hint and its error."""
    found = {}
    if described_by.strip():
        found["aria-describedby"] = " ".join(described_by.split())
    if field.errors:
        found["aria-invalid"] = "true"
    if isinstance(field, _FIGURES):
        found["inputmode"] = "decimal"
        found["autocomplete"] = "off"
    return found


def unit_of(field: Field) -> str | None:
    """Return the unit written inside the field of a sum, a time or points, else None."""
    if isinstance(field, MoneyField):
        return _("元")
    if isinstance(field, HoursField):
        return _("小时")
    return _("分") if isinstance(field, PointsField) else None


def is_select(field: Field) -> bool:
    """Return whether a field is shown as a list to choose from."""
    return isinstance(field.widget, Select)


def first_id(field: Field) -> str:
    """Return the id that a link of the error summary goes to: the control itself, of radios the first."""
    for option in field if field.type in {"RadioField", "CheckboxesField"} else ():
        return str(option.id)
    return str(field.id)


def has_files(form: Form) -> bool:
    """Return whether a form takes files and so needs multipart encoding."""
    return any(isinstance(one, FileField | MultipleFileField) for one in form)
