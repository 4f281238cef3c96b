"""Which visit a household is due, how many have to go, and the check list. Pure."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.parties.household_kinds import CategoryKind
from projects.visits.kinds import FollowUpKind, VisitGround, VisitOutcome

_FILE = Path(__file__).parent / "data" / "checklist.csv"
G = VisitGround
_GROUNDS: tuple[tuple[CategoryKind, VisitGround], ...] = (
    (CategoryKind.DESTITUTE, G.DESTITUTE),
    (CategoryKind.POTENTIAL, G.POTENTIAL),
    (CategoryKind.MONITORED, G.MONITORED),
    (CategoryKind.MINIMUM_LIVING, G.LIVING_ALLOWANCE),
)
ROTA = frozenset({G.DESTITUTE, G.POTENTIAL, G.MONITORED, G.LIVING_ALLOWANCE, G.OTHER})
"""Grounds that follow from a category."""
BY_TWO = frozenset({G.POTENTIAL, G.EXIT, G.REEXAMINATION})
"""Visits on which something is decided about a household."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the check list."""

    key: str
    label: str
    is_concern: bool


@cache
def checklist() -> tuple[Item, ...]:
    """Return what is looked at on a visit, in the order of the list."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(Item(row["key"], row["label"], row["concern"] == "yes") for row in csv.DictReader(lines))


def grounds_of(categories: Iterable[CategoryKind]) -> list[VisitGround]:
    """Return on which grounds a household of these categories is visited; none when it stands in none."""
    there = set(categories)
    found = [ground for category, ground in _GROUNDS if category in there]
    return found or ([G.OTHER] if there else [])


def people_needed(ground: VisitGround, *, children: bool, least: int) -> int:
    """Return how many have to go: ``least`` where something is decided or children live there, else one."""
    return least if ground in BY_TWO or children else 1


def concerns(keys: Collection[str]) -> list[Item]:
    """Return the ticked items that are no good news."""
    return [one for one in checklist() if one.is_concern and one.key in keys]


def outcome_fits(outcome: VisitOutcome, keys: Collection[str]) -> bool:
    """Whether the outcome says what the ticked items say: a concern is no "all is well"."""
    return not (outcome is VisitOutcome.WELL and concerns(keys))


def asked(keys: Collection[str], wanted: Iterable[FollowUpKind]) -> frozenset[FollowUpKind]:
    """Return what follows: what was asked for, and always a report of a child in danger or a threat to life."""
    always = {FollowUpKind.DANGER} if {"child_unsafe", "low_spirits"} & set(keys) else set()
    return frozenset(wanted) | always
