"""The stages of a gradual exit. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.calendar.rules import month_later


@dataclass(frozen=True, slots=True)
class Stage:
    """From when until when how many percent of the aid remain."""

    position: int
    begin_on: date
    end_on: date
    percent: int


def stages(first: date, months: int, count: int) -> list[Stage]:
    """Return equal stages over the months, in which the aid falls in equal steps; after the last it is none.

    Twelve months in three stages: 75, 50 and 25 percent of the aid, four months each. Months that do not divide go to
    the first stages.
    """
    found, begin, passed = [], first, 0
    for position in range(1, count + 1):
        passed += months // count + (position <= months % count)
        end = month_later(first, passed) - timedelta(days=1)
        found.append(Stage(position, begin, end, 100 - 100 * position // (count + 1)))
        begin = end + timedelta(days=1)
    return found
