"""The numbers that the house starts with, read once from data/parameters.csv. Pure."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.parameters.kinds import Force, ParameterUnit

_FILE = Path(__file__).with_name("data") / "parameters.csv"
ALWAYS = date.min
"""First day of a number whose beginning doesn't matter here."""


@dataclass(frozen=True, slots=True)
class Default:
    """One line: from its first day until the next line of the same key."""

    key: str
    title: str
    unit: ParameterUnit
    value: int
    force: Force
    article: str
    valid_from: date


def _read(path: Path) -> Mapping[str, tuple[Default, ...]]:
    lines: dict[str, list[Default]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first = date.fromisoformat(row["valid_from"]) if row["valid_from"] else ALWAYS
            one = Default(
                row["key"],
                row["title"],
                ParameterUnit(row["unit"]),
                int(row["value"]),
                Force(row["force"]),
                row["article"],
                first,
            )
            lines.setdefault(one.key, []).append(one)
    return {key: tuple(sorted(several, key=lambda one: one.valid_from)) for key, several in lines.items()}


DEFAULTS: Mapping[str, tuple[Default, ...]] = _read(_FILE)
"""By key, in the order of the file; the lines of a key from the oldest."""


def default_on(key: str, day: date) -> Default:
    """Return the line in force on a day, before the first one's day the first. Raises KeyError for an unknown key."""
    lines = DEFAULTS[key]
    return next((one for one in reversed(lines) if one.valid_from <= day), lines[0])
