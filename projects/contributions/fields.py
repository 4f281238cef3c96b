"""Form fields of contributions: a time of day, a quantity, an item with its unit."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import TimeInput

from app import figures
from app.fields import TypedField
from app.identity.findings import normalise
from projects.catalogue.models import CatalogueItem
from projects.contributions.documents import quantity_text
from projects.contributions.hours import DAY

_CLOCK = re.compile(r"(\d{1,2})(?:[:点时]|(?=\d{2}$))(\d{1,2})?分?(?::00)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,3})?", re.ASCII)


def read_clock(text: str) -> int:
    """Return the minutes after midnight of a typed time: 9:00, 09:05, 0905, 9点, 14点30分. Raises UnreadableFigure."""
    found = _CLOCK.fullmatch(normalise(text))
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 23 or minute > 59:
        raise figures.UnreadableFigure(_("时间请写成 09:00 的样子。"))
    return hour * 60 + minute


def read_quantity(text: str) -> int:
    """Return the thousandths of a typed quantity of at most three decimals. Raises UnreadableFigure."""
    plain = normalise(text).replace(",", "").replace("，", "")
    if not _NUMBER.fullmatch(plain):
        raise figures.UnreadableFigure(_("数量请填写数字，最多三位小数。"))
    return int(Decimal(plain) * 1000)


def read_minutes(text: str) -> int:
    """Return a typed number of whole minutes within a day. Raises UnreadableFigure."""
    plain = normalise(text).removesuffix("分钟").removesuffix("分")
    if not plain.isascii() or not plain.isdecimal() or len(plain) > 4 or int(plain) > DAY:
        raise figures.UnreadableFigure(_("请填写整分钟数，例如 30。"))
    return int(plain)


class ClockField(TypedField):
    """A time of day; data is minutes after midnight."""

    widget = TimeInput()
    read = staticmethod(read_clock)

    def shown(self, data: int) -> str:
        """Return the time as a time input wants it."""
        return f"{data % DAY // 60:02d}:{data % 60:02d}"


class QuantityField(TypedField):
    """A quantity; data is thousandths."""

    read = staticmethod(read_quantity)

    def shown(self, data: int) -> str:
        """Return the quantity without grouping."""
        return quantity_text(data).replace(",", "")


class MinutesField(TypedField):
    """A number of minutes."""

    read = staticmethod(read_minutes)


class ItemField(SelectField):
    """An item of the catalogue together with the unit; data is "slug|unit"."""

    def __init__(self, label: Any = None, validators: Any = None, **values: Any) -> None:
        super().__init__(label, validators, choices=[], validate_choice=False, **values)

    def offer(self, items: Sequence[CatalogueItem], *, units: bool) -> None:
        """Set what can be chosen, grouped by category; services are counted by the clock and show no unit."""
        self.choices = [SelectChoice("", _l("请选择"))]
        for item in items:
            for unit in item.units if units else item.units[:1]:
                label = f"{item.name} · {unit.name}" if units else item.name
                self.choices.append(
                    SelectChoice(choice_of(item.slug, unit.name), label, optgroup=item.category)
                )

    @property
    def slug(self) -> str:
        """The chosen item's slug."""
        return str(self.data or "").partition("|")[0]

    @property
    def unit(self) -> str:
        """The chosen unit's name."""
        return str(self.data or "").partition("|")[2]

    def pre_validate(self, form: Any) -> None:
        """Refuse what was not offered."""
        if self.data and self.data not in {choice.value for choice in self.choices or []}:
            raise ValidationError(_("请从列表中选择。"))


def choice_of(slug: str, unit: str) -> str:
    """Return the value under which an item in a unit is chosen."""
    return f"{slug}|{unit}"
