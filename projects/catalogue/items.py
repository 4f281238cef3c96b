"""The verb of the catalogue: take in a list of items, as often as one likes."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import events
from app.errors import InvalidInput
from app.permissions import Actor, Permission, ensure_may
from points.rulesets.kinds import ContributionKind
from projects.catalogue.models import CatalogueItem, CatalogueUnit

STANDARD_LIST = Path(__file__).parent / "data" / "catalogue.csv"
"""The list that a new city begins with."""


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
    if not name or thousandths <= 0 or thousandths != int(thousandths):
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
        item.kind, item.category, item.name, item.base_unit = row.kind, row.category, row.name, row.base_unit
        item.professional, item.qualification, item.position = row.professional, row.qualification, position
        _take_units(item, row.units)
        count += 1
    session.flush()
    events.record(session, "catalogue.load", "catalogue", None, actor=actor, after={"items": count})
    return count


def _take_units(item: CatalogueItem, units: Iterable[tuple[str, int]]) -> None:
    by_name = {unit.name: unit for unit in item.units}
    for position, (name, factor) in enumerate(units):
        unit = by_name.get(name)
        if unit is None:
            item.units.append(CatalogueUnit(name=name, factor_thousandths=factor, position=position))
        else:
            unit.factor_thousandths, unit.position = factor, position
