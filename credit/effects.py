"""The effect matrix: which standing of the person concerned matters for which thing.

The matrix is data (`credit/data/effects.csv`), so that a bureau can switch its own cells. The forbidden ones stand
here and cannot be switched on: basic living aid, minors, other members of the household. Nothing in the matrix refuses;
only a decision under its own article changes aid.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from credit.lists.models import Colour
from credit.standing import Flag, Standing
from credit.tips.models import Severity

FILE = Path(__file__).parent / "data" / "effects.csv"


class Mark(Labelled):
    """What a flag is by colour and class."""

    MINOR = "black_minor", _l("黑榜：轻微")
    GENERAL = "black_general", _l("黑榜：一般")
    SERIOUS = "black_serious", _l("黑榜：严重")
    RED = "red", _l("红榜")


class Whose(Labelled):
    """Whose thing would be affected, seen from whoever did the act."""

    SELF = "self", _l("本人")
    MINOR = "minor", _l("未成年人")
    OTHER_MEMBER = "other_member", _l("其他家庭成员")


class Thing(Labelled):
    """What could be affected."""

    BASIC_LIVING_AID = "basic_living_aid", _l("基本生活救助")
    INTAKE = "intake", _l("受理求助时提示工作人员")
    RECHECK = "recheck", _l("列入回头看抽查")
    EXCHANGE = "exchange", _l("兑换积分")
    PRIORITY = "priority", _l("优先安排")
    FAST_TRACK = "fast_track", _l("快速办理")
    GRADUAL_EXIT = "gradual_exit", _l("延长渐退期")


class Effect(Labelled):
    """What a cell does; none of them is a refusal of aid."""

    NONE = "none", _l("不影响")
    FLAG = "flag", _l("提示，由工作人员判断")
    SUSPENDED = "suspended", _l("期内暂停")
    BETTER = "better", _l("予以激励")


class ForbiddenCell(ValueError):
    """The matrix switches on what no list entry may ever touch."""


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; ``is_forbidden`` ones stand in it only to be seen."""

    thing: Thing
    whose: Whose
    mark: Mark
    effect: Effect
    basis: str

    @property
    def is_forbidden(self) -> bool:
        """Whether no list entry may ever act here."""
        return is_forbidden(self.thing, self.whose)


def is_forbidden(thing: Thing, whose: Whose) -> bool:
    """Return whether a cell can never be switched on: basic living aid, minors, other members."""
    return thing is Thing.BASIC_LIVING_AID or whose is not Whose.SELF


def read(lines: Iterable[str]) -> tuple[Cell, ...]:
    """Return the cells of a matrix in CSV. Raises ForbiddenCell for one that is switched on, ValueError for a twin,
    a missing cell or an unknown word."""
    cells: dict[tuple[Thing, Whose, Mark], Cell] = {}
    for row in csv.DictReader(lines):
        key = Thing(row["thing"]), Whose(row["whose"]), Mark(row["mark"])
        cell = Cell(*key, Effect(row["effect"]), row["basis"])
        if cell.is_forbidden and cell.effect is not Effect.NONE:
            raise ForbiddenCell(f"{cell.thing.value} of {cell.whose.value} can never be switched on")
        if not cell.basis.strip():
            raise ValueError(f"{' '.join(key)}: every cell names its basis")
        if key in cells:
            raise ValueError(f"{' '.join(key)} stands twice")
        cells[key] = cell
    missing = {(thing, whose, mark) for thing in Thing for whose in Whose for mark in Mark} - cells.keys()
    if missing:
        raise ValueError(f"the matrix lacks {len(missing)} cells, such as {' '.join(sorted(missing)[0])}")
    return tuple(cells.values())


@cache
def matrix() -> tuple[Cell, ...]:
    """Return the matrix in force."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return read(lines)


def of(standing: Standing, thing: Thing) -> tuple[tuple[Flag, Cell], ...]:
    """Return which flags of the person concerned matter for a thing of that very person, each with its cell."""
    cells = {cell.mark: cell for cell in matrix() if cell.thing is thing and cell.whose is Whose.SELF}
    found = ((flag, cells[mark_of(flag)]) for flag in standing.flags)
    return tuple((flag, cell) for flag, cell in found if cell.effect is not Effect.NONE)


def mark_of(flag: Flag) -> Mark:
    """Return the column of the matrix to which a flag belongs."""
    if flag.colour is Colour.RED:
        return Mark.RED
    return {Severity.MINOR: Mark.MINOR, Severity.GENERAL: Mark.GENERAL}.get(
        flag.severity or Severity.MINOR, Mark.SERIOUS
    )
