"""Pure rules of rankings: periods, places in a region's tree, buckets of the histogram, and ranks 1-2-2-4."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.permissions import region_prefix
from points.rankings.kinds import SIZE_FLOORS, SizeClass

ALL = "all"
"""The period of all time, and the kind of all contributions."""
_EXACT_BITS = 10
_FINE_BITS = 7
EXACT = 1 << _EXACT_BITS
"""Below so many centipoints each sum has a bucket of its own; above, 128 buckets to each doubling (at most 0.8%)."""
_FINE = 1 << _FINE_BITS
_MOST_BITS = 63


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


def size_class_of(member_count: int | None) -> SizeClass | None:
    """Return the size class of an organisation with so many full-time staff and members; None when unknown."""
    if member_count is None:
        return None
    return next(kind for floor, kind in SIZE_FLOORS if member_count >= floor)


def periods(day: date) -> tuple[str, str, str, str]:
    """Return the periods that a day counts for: its month, its quarter, its year, all time."""
    return f"{day:%Y-%m}", f"{day:%Y}-Q{(day.month + 2) // 3}", f"{day:%Y}", ALL


def periods_of_month(month: str) -> tuple[str, str, str, str]:
    """Return the periods that a month (2026-11) counts for, itself first."""
    return periods(date(int(month[:4]), int(month[5:]), 1))


def months_back(day: date, count: int = 12) -> list[str]:
    """Return the months up to a day's own, oldest first."""
    number = day.year * 12 + day.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(number - count + 1, number + 1)]


def is_period(text: str) -> bool:
    """Whether a text is a period as ``periods`` writes it."""
    if text == ALL:
        return True
    year, dash, part = text[:4], text[4:5], text[5:]
    if not (len(year) == 4 and year.isascii() and year.isdecimal() and "1900" <= year <= "2200"):
        return False
    if not dash:
        return True
    if part in {"Q1", "Q2", "Q3", "Q4"}:
        return dash == "-"
    return dash == "-" and len(part) == 2 and part.isascii() and part.isdecimal() and "01" <= part <= "12"


def months_of(period: str) -> tuple[str, str]:
    """Return first and last month of a period, as texts that compare; all time begins before and ends after all."""
    if period == ALL:
        return "0000-00", "9999-99"
    year, part = period[:4], period[5:]
    if part.startswith("Q"):
        quarter = int(part[1:])
        return f"{year}-{quarter * 3 - 2:02d}", f"{year}-{quarter * 3:02d}"
    return (period, period) if part else (f"{year}-01", f"{year}-12")


def days_of(period: str) -> tuple[date, date]:
    """Return first and last day of a period; of all time, the first and last that the platform knows."""
    if period == ALL:
        return date(1900, 1, 1), date(2200, 12, 31)
    first, last = ((int(month[:4]), int(month[5:])) for month in months_of(period))
    return date(*first, 1), date(*last, monthrange(*last)[1])


def period_before(period: str) -> str | None:
    """Return the period before one, of the same length; None for all time."""
    if period == ALL:
        return None
    year, part = int(period[:4]), period[5:]
    if not part:
        return f"{year - 1:04d}"
    if part.startswith("Q"):
        quarter = int(part[1:])
        return f"{year}-Q{quarter - 1}" if quarter > 1 else f"{year - 1:04d}-Q4"
    month = int(part)
    return f"{year}-{month - 1:02d}" if month > 1 else f"{year - 1:04d}-12"


def bucket_of(points: int) -> int:
    """Return the bucket of a sum above zero: more points never have a lower one."""
    if points < EXACT:
        return points
    drop = points.bit_length() - _FINE_BITS - 1
    return EXACT + (drop - (_EXACT_BITS - _FINE_BITS)) * _FINE + (points >> drop) - _FINE


def bucket_floor(bucket: int) -> int:
    """Return the least points of a bucket."""
    if bucket < EXACT:
        return bucket
    octave, step = divmod(bucket - EXACT, _FINE)
    return (_FINE + step) << (octave + _EXACT_BITS - _FINE_BITS)


def bucket_sql(points: str) -> str:
    """Return ``bucket_of`` of a column as an expression that either database computes; the column is above zero."""
    cases = [f"WHEN {points} < {EXACT} THEN {points}"]
    for bits in range(_EXACT_BITS + 1, _MOST_BITS):
        drop = bits - _FINE_BITS - 1
        base = EXACT + (drop - (_EXACT_BITS - _FINE_BITS)) * _FINE - _FINE
        cases.append(f"WHEN {points} < {1 << bits} THEN {base} + ({points} >> {drop})")
    return f"CASE {' '.join(cases)} END"


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
