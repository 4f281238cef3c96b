"""The catalogue while rows are judged: an item by its name, a unit's factor, and quantities in thousandths."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.imports.faults import found
from app.imports.kinds import Reason
from app.imports.registers import Row, missing
from app.imports.values import minutes_of, number_of
from app.imports.vocabulary.terms import folded
from app.imports.world import World
from points.rulesets.kinds import ContributionKind
from projects.catalogue import items
from projects.catalogue.models import CatalogueItem

SYNONYMS = "items"
"""The word list of other names of items: a word's value is the item's name in the catalogue."""
CERTIFICATES = "certificate"
"""The word list of certificates; a word without a value says that there is none."""
_SEPARATORS = re.compile(r"[、，,;；/|\s]+")
MOST_THOUSANDTHS = 1_000_000_000_000


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item of the catalogue. ``units`` are names and factors to the base unit in thousandths, by folded name."""

    name: str
    kind: ContributionKind
    category: str
    base_unit: str
    units: Mapping[str, tuple[str, int]]
    professional: bool = False
    id: uuid.UUID | None = None

    @property
    def lone_unit(self) -> str | None:
        """The base unit where every unit of the item is as much, so that none need be written."""
        return self.base_unit if {factor for _name, factor in self.units.values()} == {1000} else None


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much: in thousandths of the unit that was written, and of the item's base unit."""

    entered_thousandths: int
    unit: str
    thousandths: int
    minutes: int | None = None


class Items:
    """The shelf of the catalogue: the standard list, or what stands in the table."""

    def __init__(self, world: World) -> None:
        self._vocabulary = world.vocabulary
        known = _standard() if world.session is None else _stored(world)
        self._by_name = {folded(item.name): item for item in known}

    def find(self, name: str) -> KnownItem | None:
        """Return the item of a name, or of a word that the word list gives for one; None when there is none."""
        item = self._by_name.get(folded(name))
        if item is None:
            meant = self._vocabulary.meaning(SYNONYMS, name)
            item = self._by_name.get(folded(meant)) if meant else None
        return item

    @property
    def names(self) -> list[str]:
        """The names of all items, for a drop-down."""
        return [item.name for item in self._by_name.values()]

    def of_kind(self, kind: ContributionKind) -> list[KnownItem]:
        """Return the items of a kind."""
        return [item for item in self._by_name.values() if item.kind is kind]


def item_of(row: Row, world: World, name: str = "item", *, kind: ContributionKind | None = None) -> KnownItem:
    """Return the item that a row names. Raises Found when the catalogue has none, or of another kind."""
    typed = row.need(name)
    item = world.shelf(Items).find(typed)
    if item is None:
        sentence = _("事项目录里没有“%(name)s”，请改用目录里的名称，或请民政部门补充目录。", name=typed)
        raise found(Reason.ITEM_UNKNOWN, sentence, field=name)
    if kind is not None and item.kind is not kind:
        sentence = _("“%(name)s”在目录里属于%(kind)s，与所填类别不符。", name=item.name, kind=item.kind.label)
        raise found(Reason.ITEM_UNKNOWN, sentence, field=name)
    return item


def quantity_of(row: Row, item: KnownItem, name: str = "quantity", unit_field: str = "unit") -> Quantity:
    """Return how much of an item a row names; hours of service may be written as a time. Raises Found."""
    if item.kind is ContributionKind.SERVICE:
        minutes = minutes_of(row, name, unit_field)
        if minutes is None:
            raise missing(name)
        thousandths = minutes * 1000 // 60
        return Quantity(thousandths, item.base_unit, thousandths, minutes)
    figure = number_of(row, name, unit_field)
    if figure is None:
        raise missing(name)
    number, unit = figure
    unit = unit or item.lone_unit
    if unit is None:
        raise missing(unit_field)
    if folded(unit) not in item.units:
        known = "、".join(name for name, _factor in item.units.values())
        sentence = _(
            "“%(item)s”没有“%(unit)s”这个单位，可以用：%(known)s。", item=item.name, unit=unit, known=known
        )
        raise found(Reason.UNIT_UNKNOWN, sentence, field=unit_field)
    unit, factor = item.units[folded(unit)]
    entered = number * 1000
    if entered > MOST_THOUSANDTHS or entered * factor > MOST_THOUSANDTHS * 1000:
        raise found(Reason.AMOUNT_NOT_A_NUMBER, _("数量过大，请核对单位。"), field=name)
    thousandths = int(entered * factor) // 1000
    if thousandths <= 0 or entered < 1:
        raise found(Reason.AMOUNT_NOT_POSITIVE, _("数量太小，不足千分之一个基本单位。"), field=name)
    return Quantity(int(entered), unit, thousandths)


def plain_number(quantity: Quantity) -> Any:
    """Return a quantity in the base unit as JSON writes it, a fraction wherever it was reckoned with one.

    Thirty 袋(10公斤) are 300, and six hundred 斤 of half a kilogram are 300.0.
    """
    entered, whole = quantity.entered_thousandths, quantity.thousandths
    if entered % 1000 == 0 and whole % entered == 0:
        return whole // 1000
    return float(Decimal(whole) / 1000)


def _standard() -> list[KnownItem]:
    return [
        KnownItem(
            row.name,
            row.kind,
            row.category,
            row.base_unit,
            {folded(name): (name, factor) for name, factor in row.units},
            row.professional,
        )
        for row in items.read_list()
    ]


def _stored(world: World) -> list[KnownItem]:
    assert world.session is not None
    rows = world.session.scalars(select(CatalogueItem).options(selectinload(CatalogueItem.units)))
    return [
        KnownItem(
            row.name,
            row.kind,
            row.category,
            row.base_unit,
            {folded(unit.name): (unit.name, unit.factor_thousandths) for unit in row.units},
            row.professional,
            row.id,
        )
        for row in rows
    ]


def qualifications_of(row: Row, world: World, name: str) -> list[str]:
    """Return the certificates that a cell names, each once and by its usual name; words for "none" name none."""
    typed: str | None = row.get(name)
    if typed is None:
        return []
    named: dict[str, None] = {}
    for part in _SEPARATORS.split(typed):
        if part:
            meant = world.vocabulary.meaning(CERTIFICATES, part)
            named[part if meant is None else meant] = None
    return [one for one in named if one]
