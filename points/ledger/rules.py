"""Pure rules of the ledger: when points end, and how many.

Points are not kept in lots. The points that end soonest are spent first, so it is enough to know how many were
earned by their last day and how many have left the purse in all: whoever has spent more than what was to end
has let nothing end.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import accumulate


def last_day(posted_on: date, months: int) -> date:
    """Return the last day of points posted on a civil date that last so many months.

    The same day number of the last month, else that month's last day (29 February + 36 months: 28 February).
    """
    year, month = divmod(posted_on.year * 12 + posted_on.month - 1 + months, 12)
    return date(year, month + 1, min(posted_on.day, monthrange(year, month + 1)[1]))


def due(balance: int, earned_later: int) -> int:
    """Return how many centipoints have to end: what a purse holds beyond what was earned with a later last day.

    The same as max(0, earned that ends by the day − all that has left), since a balance is what was earned
    less what has left. Never more than there is: where rules of another length gave more and later ones took it
    back, less than nothing may be left of what was earned with a later last day.
    """
    return max(0, balance - max(0, earned_later))


def forecast(balance: int, earned: Mapping[date, int]) -> dict[date, int]:
    """Return how many centipoints will end on which day when nothing is spent any more, soonest first.

    ``earned`` tells what was earned by last day, for the days still to come.
    """
    later = sum(earned.values())
    left = max(0, balance)
    ends: dict[date, int] = {}
    for day in sorted(earned):
        later -= earned[day]
        ending = max(0, min(earned[day], due(left, later)))
        if ending:
            ends[day] = ending
        left -= ending
    return ends


def ended_by_rights(earned: Mapping[date, int], left: Iterable[tuple[date, int]], today: date) -> int:
    """Return how many centipoints should have ended before today.

    ``earned``: by last day, as it is known now. ``left``: what left the purse otherwise, day and centipoints
    (negative: came back), in the order in which it happened. What has ended stays so, and whatever leaves on a
    day finds ended what ended before that day.
    """
    days = sorted(earned)
    sums = [0, *accumulate(earned[day] for day in days)]
    gone = ended = 0
    for day, points in left:
        ended = max(ended, sums[bisect_right(days, _before(day))] - gone)
        gone += points
    return max(ended, sums[bisect_right(days, _before(today))] - gone)


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
