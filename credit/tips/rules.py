"""What the list of false acts must keep to: classes and how long each may stay public at most. Pure."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from credit.tips.models import Severity

SEVERITY_LIST = Path(__file__).parent / "data" / "severities.csv"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How a class is called on lists, and the most days that an entry of it may stay public."""

    name: str
    longest_days: int


@cache
def bounds() -> dict[Severity, Bounds]:
    """Return the bounds of each class."""
    with SEVERITY_LIST.open(encoding="utf-8", newline="") as file:
        return {
            Severity(row["severity"]): Bounds(row["name"], int(row["longest_days"]))
            for row in csv.DictReader(file)
        }


def severity_of(name: str) -> Severity | None:
    """Return the class that lists call by this name, None when they call none so."""
    return next((one for one, bound in bounds().items() if bound.name == name), None)


def is_public(today: date, first: date, last: date, revoked_on: date | None) -> bool:
    """Say whether a term holds today and was not ended by a revocation."""
    return first <= today <= last and (revoked_on is None or revoked_on > today)
