"""Places as spreadsheets name them: a county, a town in it, a village in that."""

import csv
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.identity import normalise
from app.imports.faults import found
from app.imports.kinds import Reason
from app.imports.registers import Row
from app.imports.world import World
from app.permissions import region_prefix
from app.regions import rules
from app.regions.models import Region

SHIPPED = Path(__file__).parents[1] / "regions" / "data"
_ENDINGS = ("街道办事处", "地区办事处", "办事处", "街道", "镇", "乡", "区", "县", "市")
_MOST_NAMED = 30


class Places:
    """The divisions in force of the world's city, by name.

    A name is understood as written, with what lies above it in front (宝鸡市渭滨区), with 办事处 behind it, and
    without its last character where only one place can be meant.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._names, self._below = _tree(tuple(_rows(world)), world.city)
        self._cache: dict[tuple[str, str], str | None] = {}

    @property
    def is_open(self) -> bool:
        """Whether places are not checked, since the world has no city."""
        return not self._world.city

    def name(self, code: str) -> str:
        """Return a division's own name, its code where it is not known."""
        return self._names.get(code, code)

    def county(self, name: str) -> str | None:
        """Return the 12-digit code of a county of the city, None when it has none of that name."""
        return self._find(self._world.city, name)

    def town(self, county: str, name: str) -> str | None:
        """Return the code of a town or street of a county (by its code), None when it has none of that name."""
        return self._find(county, name)

    def village(self, town: str, name: str) -> str | None:
        """Return the code of a village or residents' area of a town (by its code), None when unknown."""
        return self._find(town, name)

    def names_below(self, code: str) -> list[str]:
        """Return the names of what lies right below a division, in the order of the codes."""
        known = {one for one in self._below.get(code, {}).values() if one}
        return [self._names[one] for one in sorted(known)]

    def _find(self, parent: str, name: str) -> str | None:
        asked = (parent, name)
        if asked in self._cache:
            return self._cache[asked]
        answer = self._look_up(parent, name)
        self._cache[asked] = answer
        return answer

    def _look_up(self, parent: str, name: str) -> str | None:
        known = self._below.get(parent)
        key = _key(name)
        if not known or not key:
            return None
        if key in known:
            return known[key]
        padded = rules.padded(key) if key.isascii() and key.isdecimal() else ""
        if padded in known.values():
            return padded
        for above in self._above(parent):
            if key.startswith(above) and (rest := key[len(above) :]) in known:
                return known[rest]
        return None

    def _above(self, code: str) -> list[str]:
        """Return how the path down to a division is written in front of a name, the longest first."""
        path = [self._names[one] for one in (*rules.ancestors(code), code) if one in self._names]
        starts = ["".join(path[start:]) for start in range(len(path))]
        return [_key(one) for one in starts] + [_key(one).removesuffix("街道办事处") for one in path[-1:]]


def county_names(world: World) -> list[str]:
    """Return the names of the city's counties, as a template offers them."""
    return world.shelf(Places).names_below(world.city)


def county_of(row: Row, world: World, field: str = "county") -> str | None:
    """Return the code of the row's county, None when blank or when places are not checked.

    Raises Found with REGION_UNKNOWN.
    """
    name = row.get(field)
    places = world.shelf(Places)
    if name is None or places.is_open:
        return None
    code = places.county(name)
    if code is None:
        city = places.name(world.city)
        raise _unknown(field, name, city, places.names_below(world.city))
    return code


def town_of(row: Row, world: World, county: str | None, field: str = "town") -> str | None:
    """Return the code of the row's town in a county, None when blank or when places are not checked.

    Raises Found with REGION_UNKNOWN.
    """
    name = row.get(field)
    places = world.shelf(Places)
    if name is None or places.is_open or county is None:
        return None
    code = places.town(county, name)
    if code is None:
        raise _unknown(field, name, places.name(county), places.names_below(county))
    return code


def village_of(row: Row, world: World, town: str | None, field: str = "village") -> str | None:
    """Return the code of the row's village, None when blank or not in the list: villages merge every year."""
    name = row.get(field)
    if name is None or town is None:
        return None
    return world.shelf(Places).village(town, name)


def _unknown(field: str, name: str, above: str, there: list[str]) -> Exception:
    near = get_close_matches(name, there, n=1, cutoff=0.5)
    if near:
        sentence = _("%(above)s没有“%(name)s”，是不是“%(near)s”？", above=above, name=name[:30], near=near[0])
    else:
        names = "、".join(there[:_MOST_NAMED])
        sentence = _("%(above)s没有“%(name)s”；有：%(names)s。", above=above, name=name[:30], names=names)
    return found(Reason.REGION_UNKNOWN, sentence, field=field)


def _rows(world: World) -> list[tuple[str, str]]:
    if not world.city:
        return []
    if world.session is not None:
        query = (
            select(Region.code, Region.name)
            .where(
                or_(rules.within(Region.code, world.city), Region.code.in_(rules.ancestors(world.city))),
                or_(Region.valid_to.is_(None), Region.valid_to >= world.today),
            )
            .order_by(Region.code)
        )
        return [(code, name) for code, name in world.session.execute(query)]
    prefix = region_prefix(world.city)
    above = {world.city, *rules.ancestors(world.city)}
    rows = []
    for path in sorted(SHIPPED.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for line in csv.DictReader(lines):
                code = rules.padded(line["code"])
                if code.startswith(prefix) or code in above:
                    rows.append((code, line["name"]))
    return sorted(rows)


_Below = dict[str, dict[str, str | None]]


@lru_cache(maxsize=4)
def _tree(rows: tuple[tuple[str, str], ...], city: str) -> tuple[dict[str, str], _Below]:
    """Return the names by code, and the codes by the place above and the name; not to be changed.

    A large list is let in batch by batch, each in a world of its own, while the divisions stay the same.
    """
    names = dict(rows)
    below: _Below = {}
    inside = region_prefix(city) if city else ""
    for code, name in names.items():
        if code == city or not code.startswith(inside):
            continue  # what stands above the city is known by name only
        below.setdefault(_parent(code, names, city), {})[_key(name)] = code
    for known in below.values():
        _add_short_names(known)
    return names, below


def _parent(code: str, names: dict[str, str], city: str) -> str:
    return next((one for one in reversed(rules.ancestors(code)) if one in names), city)


def _add_short_names(known: dict[str, str | None]) -> None:
    """Let a place be called without its ending, unless two are then called alike or it has but one sign left."""
    short: dict[str, str | None] = {}
    for key, code in known.items():
        for one in _other_keys(key):
            if one not in known:
                short[one] = code if short.get(one, code) == code else None
    known.update(short)


def _other_keys(key: str) -> set[str]:
    stem = next((key.removesuffix(ending) for ending in _ENDINGS if key.endswith(ending)), key)
    others = {stem} if len(stem) > 1 else set()
    if key.endswith(("街道", "街道办事处")):
        others |= {stem + ending for ending in ("街道", "街道办事处", "办事处", "街道办", "街办")}
    for ending in ("村民委员会", "居民委员会", "村委会", "居委会"):
        if key.endswith(ending):
            stem = key.removesuffix(ending)
            others |= {stem, stem + "村", stem + "社区", stem + "村委会", stem + "居委会"}
            others |= {stem + "村民委员会", stem + "居民委员会"}
    return {one for one in others if len(one) > 1}


def _key(name: Any) -> str:
    return normalise(str(name)[:100])
