"""The verbs of the catalogue: take in a list as often as one likes, add an item, change one."""

import csv
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.permissions import Actor, Permission, ensure_may
from points.rulesets.kinds import ContributionKind
from projects.catalogue.models import CatalogueItem, CatalogueUnit

STANDARD_LIST = Path(__file__).parent / "data" / "catalogue.csv"
"""The list that a new city begins with."""


LONGEST_UNIT = 20
LARGEST_FACTOR = 10**9
"""A million base units in one unit, in thousandths."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as a list gives it; ``units`` are names with the factor to the base unit, in thousandths."""

    slug: str
    kind: ContributionKind
    category: str
    name: str
    base_unit: str
    units: tuple[tuple[str, int], ...]
    professional: bool
    qualification: str | None


def read_list(path: Path = STANDARD_LIST) -> list[ItemRow]:
    """Return the items of a CSV file. Raises InvalidInput naming the line and what is wrong with it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [_row(number, row) for number, row in enumerate(csv.DictReader(file), start=2)]


def _row(number: int, row: dict[str, str]) -> ItemRow:
    try:
        return ItemRow(
            slug=row["slug"],
            kind=ContributionKind(row["kind"]),
            category=row["category"],
            name=row["name"],
            base_unit=row["base_unit"],
            units=tuple(_unit(text) for text in row["units"].split(";")),
            professional=row["professional"] == "yes",
            qualification=row["qualification"] or None,
        )
    except (KeyError, ValueError, InvalidOperation) as error:
        raise InvalidInput(
            _("事项目录第 %(number)d 行有误：%(error)s", number=number, error=error)
        ) from error


def _unit(text: str) -> tuple[str, int]:
    name, _sign, factor = text.rpartition("=")
    thousandths = Decimal(factor) * 1000
    if not 1 <= len(name) <= LONGEST_UNIT or not 0 < thousandths <= LARGEST_FACTOR or thousandths % 1:
        raise ValueError(text)
    return name, int(thousandths)


def load(session: Session, rows: Iterable[ItemRow], *, actor: Actor) -> int:
    """Take in a list of items: new ones are added, known ones (by slug) are brought to the list; count returned.

    A unit is never removed and an item never deleted, since old entries name them.
    """
    ensure_may(actor, Permission.MANAGE_CATALOGUE)
    known = {item.slug: item for item in session.scalars(select(CatalogueItem))}
    count = 0
    for position, row in enumerate(rows):
        item = known.get(row.slug)
        if item is None:
            item = CatalogueItem(slug=row.slug, units=[])
            session.add(item)
        item.kind, item.base_unit, item.position = row.kind, row.base_unit, position
        _take(item, row)
        count += 1
    session.flush()
    events.record(session, "catalogue.load", "catalogue", None, actor=actor, after={"items": count})
    return count


def add(session: Session, row: ItemRow, *, actor: Actor) -> CatalogueItem:
    """Add one item at the end of the list. Raises Conflict when the name is taken."""
    ensure_may(actor, Permission.MANAGE_CATALOGUE)
    _ensure_name_free(session, row.name, None)
    last = session.scalar(select(func.max(CatalogueItem.position))) or 0
    item = CatalogueItem(slug=row.slug, kind=row.kind, base_unit=row.base_unit, position=last + 1, units=[])
    _take(item, row)
    session.add(item)
    session.flush()
    events.record(
        session,
        "catalogue.add",
        "catalogue_item",
        item.id,
        actor=actor,
        after={"name": item.name, "kind": item.kind.value},
    )
    return item


def change(
    session: Session, item_id: uuid.UUID, row: ItemRow, *, is_offered: bool, actor: Actor
) -> CatalogueItem:
    """Change an item's name, category, units, qualification, or whether forms offer it.

    Kind and base unit stay, since old entries count in them.
    """
    ensure_may(actor, Permission.MANAGE_CATALOGUE)
    item = lock(session, CatalogueItem, item_id)
    _ensure_name_free(session, row.name, item.id)
    before = {"name": item.name, "category": item.category, "is_offered": item.is_offered}
    _take(item, row)
    item.is_offered = is_offered
    session.flush()
    events.record(
        session,
        "catalogue.change",
        "catalogue_item",
        item.id,
        actor=actor,
        before=before,
        after={"name": item.name, "category": item.category, "is_offered": item.is_offered},
    )
    return item


def read_units(text: str, base_unit: str) -> tuple[tuple[str, int], ...]:
    """Return the units typed one a line as "袋(10公斤)=10"; the base unit itself always comes first.

    Raises InvalidInput (field ``units``) naming the line that cannot be read.
    """
    units = {base_unit: 1000}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        try:
            name, factor = _unit(line.replace("＝", "="))
        except (ValueError, InvalidOperation) as error:
            sentence = _("“%(line)s”请写成“袋(10公斤)=10”的样子：等号后是合多少个基本单位。", line=line)
            raise InvalidInput(sentence, field="units") from error
        units.setdefault(name, factor)
    return tuple(units.items())


def _ensure_name_free(session: Session, name: str, own_id: uuid.UUID | None) -> None:
    other = session.scalar(select(CatalogueItem.id).where(CatalogueItem.name == name))
    if other is not None and other != own_id:
        raise Conflict(_("目录里已经有“%(name)s”。", name=name), field="name")


def _take(item: CatalogueItem, row: ItemRow) -> None:
    item.category, item.name = row.category, row.name
    item.professional, item.qualification = row.professional, row.qualification
    _take_units(item, row.units)


def _take_units(item: CatalogueItem, units: Iterable[tuple[str, int]]) -> None:
    by_name = {unit.name: unit for unit in item.units}
    for position, (name, factor) in enumerate(units):
        unit = by_name.get(name)
        if unit is None:
            item.units.append(CatalogueUnit(name=name, factor_thousandths=factor, position=position))
        else:
            unit.factor_thousandths, unit.position = factor, position
