"""Which category of the Law a ledger's word means. Ledgers write 农村低保, 城乡低保, 低保边缘家庭 and many more."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app.parties.household_kinds import CategoryKind

C = CategoryKind
_FILE = Path(__file__).parent / "data" / "categories.csv"


BASIC = frozenset({C.DESTITUTE, C.MINIMUM_LIVING})
"""Who lives on basic living aid; decided in the provincial system and never touched from here."""
PERSONAL = frozenset({C.DESTITUTE, C.DISASTER, C.SUDDEN, C.VAGRANT})
"""Categories in which the Law counts persons; the others count families."""


@cache
def _parts() -> Mapping[CategoryKind, tuple[str, ...]]:
    """Return by which parts of a word a category is known. The order of the file counts: the word for the edge of
    minimum living aid also holds that for minimum living aid."""
    found: dict[CategoryKind, tuple[str, ...]] = {}
    with _FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            kind = CategoryKind(row["kind"])
            found[kind] = (*found.get(kind, ()), row["part"])
    return found


def kind_of(word: str) -> CategoryKind:
    """Return which category of the Law a word means; any other word is a local one."""
    return next((kind for kind, parts in _parts().items() if any(part in word for part in parts)), C.LOCAL)


def means(column: InstrumentedAttribute[str], kind: CategoryKind) -> ColumnElement[bool]:
    """Return the condition that a column's word means this category, as ``kind_of`` tells it."""
    before: list[ColumnElement[bool]] = []
    for one, parts in _parts().items():
        has = or_(*(column.contains(part) for part in parts))
        if one is kind:
            return and_(has, *before)
        before.append(not_(has))
    return and_(*before)
