"""What a division code says by itself. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from app.permissions import region_prefix
from app.regions.models import RegionLevel

_LEVELS = {
    2: RegionLevel.PROVINCE,
    4: RegionLevel.CITY,
    6: RegionLevel.COUNTY,
    9: RegionLevel.TOWN,
    12: RegionLevel.VILLAGE,
}


def prefix(code: str) -> str:
    """Return the digits that a division shares with everything in it (2, 4, 6, 9 or 12 of them)."""
    return region_prefix(code)


def is_code(text: str) -> bool:
    """Whether a text has the form of a division code: twelve digits, not beginning with zero."""
    return len(text) == 12 and text.isascii() and text.isdecimal() and text[0] != "0"


def padded(code: str) -> str:
    """Return a code of 2 to 12 digits as twelve digits."""
    return code.ljust(12, "0")


def level_of(code: str) -> RegionLevel:
    """Return the level that a code's trailing zeros tell."""
    return _LEVELS[len(prefix(code))]


def contains(scope: str, code: str) -> bool:
    """Whether the division ``code`` is ``scope`` or lies in it."""
    return code.startswith(prefix(scope))


def ancestors(code: str) -> tuple[str, ...]:
    """Return the codes above a code, from the province down; some may not exist (a city without counties)."""
    own = prefix(code)
    return tuple(padded(own[:length]) for length in (2, 4, 6, 9) if length < len(own))


def within(column: Any, scope: str) -> ColumnElement[bool]:
    """Return the SQL condition that a column's code is ``scope`` or lies in it: a range, so that an index serves."""
    own = prefix(scope)
    return and_(column >= padded(own), column <= own.ljust(12, "9"))


def within_any(column: Any, scopes: Sequence[str]) -> ColumnElement[bool]:
    """Return the SQL condition that a column's code lies in one of the scopes; no scope, no row."""
    return or_(*(within(column, scope) for scope in scopes)) if scopes else false()


def chain_name(names: Iterable[str]) -> str:
    """Return the names of a path as pages show them: 金台区 / 中山东路街道."""
    return " / ".join(names)
