"""The reference by which totals of judged ledgers are compared: rows of a list, never what anybody earns.

What a contribution earns is decided by the rulesets in ``points``. The list gives each kind its name in ledgers and
how many points each full measure makes.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.imports.world import World
from points.rulesets.kinds import ContributionKind

REFERENCE_LIST = Path(__file__).parent / "data" / "reference_points.csv"


@dataclass(frozen=True, slots=True)
class Reference:
    """How a kind is called in ledgers, and its points for each full measure (fen, minutes or thousandths)."""

    name: str
    measure: str
    per: int
    points: int

    def points_of(self, *, amount_fen: int, minutes: int, quantity_thousandths: int) -> int:
        """Return the whole points of a row; what is short of a full measure makes none.

        >>> Reference("资金捐赠", "amount_fen", 10000, 1).points_of(
        ...     amount_fen=25999, minutes=0, quantity_thousandths=0
        ... )
        2
        """
        measured = {
            "amount_fen": amount_fen,
            "minutes": minutes,
            "quantity_thousandths": quantity_thousandths,
        }
        return measured[self.measure] // self.per * self.points


@cache
def references() -> dict[ContributionKind, Reference]:
    """Return the reference of each kind that ledgers list."""
    with REFERENCE_LIST.open(encoding="utf-8", newline="") as file:
        return {
            ContributionKind(row["kind"]): Reference(
                row["name"], row["measure"], int(row["per"]), int(row["points"])
            )
            for row in csv.DictReader(file)
        }


def kind_of_word(name: str | None) -> ContributionKind | None:
    """Return the kind that ledgers call by this name, None when they call none so."""
    return next((kind for kind, one in references().items() if one.name == name), None)


def kind_words(_world: World) -> Sequence[str]:
    """Return the names of kinds, for a drop-down."""
    return [one.name for one in references().values()]
