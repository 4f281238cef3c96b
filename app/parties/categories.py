"""Which category of the Law a ledger's word means. Ledgers write 农村低保, 城乡低保, 低保边缘家庭 and many more."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app.parties.household_kinds import CategoryKind

C = CategoryKind
# In this order: 低保边缘 also holds 低保, and 监测对象（支出型） also holds 支出型.
_PARTS: Mapping[CategoryKind, tuple[str, ...]] = {
    C.MONITORED: ("监测",),
    C.POTENTIAL: ("潜在",),
    C.EDGE: ("边缘",),
    C.EXPENSES: ("刚性支出", "支出型"),
    C.DESTITUTE: ("特困", "五保"),
    C.MINIMUM_LIVING: ("低保", "最低生活保障"),
    C.DISASTER: ("受灾",),
    C.VAGRANT: ("流浪", "乞讨"),
    C.SUDDEN: ("临时", "暂时", "急难"),
}
BASIC = frozenset({C.DESTITUTE, C.MINIMUM_LIVING})
"""Who lives on basic living aid; decided in the provincial system and never touched from here."""
PERSONAL = frozenset({C.DESTITUTE, C.DISASTER, C.SUDDEN, C.VAGRANT})
"""Categories in which the Law counts persons; the others count families."""


def kind_of(word: str) -> CategoryKind:
    """Return which category of the Law a word means; any other word is a local one."""
    return next((kind for kind, parts in _PARTS.items() if any(part in word for part in parts)), C.LOCAL)


def means(column: InstrumentedAttribute[str], kind: CategoryKind) -> ColumnElement[bool]:
    """Return the condition that a column's word means this category, as ``kind_of`` tells it."""
    before: list[ColumnElement[bool]] = []
    for one, parts in _PARTS.items():
        has = or_(*(column.contains(part) for part in parts))
        if one is kind:
            return and_(has, *before)
        before.append(not_(has))
    return and_(*before)
