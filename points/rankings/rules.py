"""Pure rules of rankings: periods, places in a region's tree, and ranks 1-2-2-4."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.permissions import region_prefix

ALL = "all"
"""The period of all time, and the kind of all contributions."""


@dataclass(frozen=True, slots=True)
class Places:
    """A region's code cut at each level that a ranking is made for; a level below the region itself is its own code."""

    county: str
    town: str
    village: str


def places(region_code: str) -> Places:
    """Return county, town and village of a 12-digit code; whoever belongs to a whole county has that for all three."""
    own = region_prefix(region_code)
    county, town, village = (own[:length].ljust(12, "0") for length in (6, 9, 12))
    return Places(county, town, village)


def periods(day: date) -> tuple[str, str, str]:
    """Return the periods that a day counts for: its month, its year, all time."""
    return f"{day:%Y-%m}", f"{day:%Y}", ALL


def is_period(text: str) -> bool:
    """Whether a text is a period as ``periods`` writes it."""
    if text == ALL:
        return True
    year, _, month = text.partition("-")
    if not (len(year) == 4 and year.isascii() and year.isdecimal() and "1900" <= year <= "2200"):
        return False
    return text == year or (
        len(month) == 2 and month.isascii() and month.isdecimal() and "01" <= month <= "12"
    )


def ranked(points: Iterable[int], *, before: int = 0, last: tuple[int, int] | None = None) -> Iterator[int]:
    """Yield the rank of each sum, given from the highest down: equal sums share a rank, the next one skips (1-2-2-4).

    For a page in the middle ``before`` is how many stand before it, and ``last`` points and rank of the last
    of these.
    """
    rank, value = (last[1], last[0]) if last else (0, None)
    for place, one in enumerate(points, start=before + 1):
        if one != value:
            rank, value = place, one
        yield rank
