"""Where the places of a map stand: one square for each. Pure.

``data/tiles.csv`` lays the counties of a city out as they lie to each other; places that it doesn't know stand in a
grid in the order of their codes.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isqrt
from pathlib import Path

SIDE = 72
"""Width and height of a square in the picture's own units."""
SPACE = 6
_FILE = Path(__file__).with_name("data") / "tiles.csv"
_STEPS = (1, 3, 6)
"""From how many gaps on a square is one shade darker."""
_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """What a square stands for: how many items are needed there, and of how many too little is offered."""

    code: str
    name: str
    needed: int
    gaps: int
    shown: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A square with its place in the picture. ``tone``: 0 nothing needed, 1 all offered, 2 to 4 by the gaps."""

    place: Place
    x: int
    y: int
    tone: int
    label: str


@dataclass(frozen=True, slots=True)
class TileMap:
    """Everything that the macro draws."""

    width: int
    height: int
    tiles: tuple[Tile, ...]


def tile_map(places: Sequence[Place]) -> TileMap:
    """Return the squares of some places."""
    spots = _spots([one.code for one in places])
    step = SIDE + SPACE
    tiles = tuple(
        Tile(one, column * step, row * step, tone(one), short(one.name))
        for one in places
        for column, row in (spots[one.code],)
    )
    columns = max((column for column, _row in spots.values()), default=0) + 1
    rows = max((row for _column, row in spots.values()), default=0) + 1
    return TileMap(columns * step - SPACE, rows * step - SPACE, tiles)


def tone(place: Place) -> int:
    """Return the shade of a place."""
    if not place.needed:
        return 0
    return 1 + sum(place.gaps >= least for least in _STEPS)


def short(name: str) -> str:
    """Return a name that fits a square: 渭滨区 → 渭滨, 金陵街道 → 金陵, 坪头镇 → 坪头."""
    for ending in ("街道办事处", "街道", "自治县", "镇", "乡", "区", "县", "市"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name[: -len(ending)][:_LETTERS]
    return name[:_LETTERS]


def _spots(codes: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """Return column and row of each place: as the file has them, if it has all; else in a grid."""
    known = _layout()
    if codes and all(code in known for code in codes):
        return {code: known[code] for code in codes}
    wide = max(isqrt(max(len(codes) - 1, 0)) + 1, 1)
    wide = min(wide, 5)  # more would be too small to read on a phone
    return {code: (index % wide, index // wide) for index, code in enumerate(sorted(codes))}


@cache
def _layout() -> Mapping[str, tuple[int, int]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["region_code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}
