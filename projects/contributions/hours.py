"""Service hours of one person: overlaps, the sum of a day, and who may then verify.

Pure. A span is cut at midnight, so that a night service counts on both of its days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from app import figures

DAY = 24 * 60
AUTOMATIC_MINUTES = 8 * 60
"""Up to here in a day the organisation's clerk submits (practice; policy table "hours per person per day")."""
PARENT_MINUTES = 12 * 60
"""Up to here the parent organisation answers for it, above it the city's bureau decides (same source)."""
CITY_DIGITS = 4
"""Leading digits of the region code that all places of a city share."""
SECOND_PERSON_FEN = 50_000_000
"""A gift worth 500,000 yuan or more needs two members of staff (our choice)."""


@dataclass(frozen=True, slots=True)
class Span:
    """One service of a person: the day it began, start and end in minutes after that midnight, rest taken off."""

    day: date
    start_minute: int
    end_minute: int
    break_minutes: int = 0

    @property
    def absolute(self) -> tuple[int, int]:
        """Start and end in minutes since the first day of the calendar."""
        midnight = self.day.toordinal() * DAY
        return midnight + self.start_minute, midnight + self.end_minute


def overlapping(span: Span, others: Iterable[Span]) -> list[Span]:
    """Return those other spans of the same person that share a minute with this one; touching ends do not."""
    start, end = span.absolute
    return [other for other in others if start < other.absolute[1] and other.absolute[0] < end]


def by_day(spans: Iterable[Span]) -> dict[date, int]:
    """Return the service minutes of each civil day; breaks are taken off the first day, what is left off the next."""
    totals: dict[date, int] = {}
    for span in spans:
        day, start, rest = span.day, span.start_minute, span.break_minutes
        while start < span.end_minute:
            midnight = ((day - span.day).days + 1) * DAY
            minutes = min(span.end_minute, midnight) - start
            off = min(rest, minutes)
            totals[day] = totals.get(day, 0) + minutes - off
            rest -= off
            start, day = midnight, day + timedelta(days=1)
    return totals


def busiest(
    span: Span, others: Sequence[Span], timeless: Mapping[date, int] | None = None
) -> tuple[date, int]:
    """Return, of the days that a span touches, the one with most service minutes in all, and these minutes.

    ``timeless`` are minutes of days whose time of day nobody wrote down.
    """
    totals = by_day([span, *others])
    for day, minutes in (timeless or {}).items():
        totals[day] = totals.get(day, 0) + minutes
    touched = by_day([span])
    busiest_one = max(touched, key=lambda one: totals[one])
    return busiest_one, totals[busiest_one]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Who may submit and verify, with the reasons in words.

    ``manager``: the organisation's manager answers for it when it is submitted. ``bureau``: only staff of
    the whole city verify. ``second_person``: two members of staff look, one after the other.
    """

    manager: bool
    bureau: bool
    second_person: bool
    reasons: tuple[Any, ...]


def requirement(*, day_minutes: int, backfilled: bool, value_fen: int) -> Requirement:
    """Return who must answer for a contribution.

    ``day_minutes`` is the giver's service of the busiest day with this entry, 0 where hours play no part.
    """
    reasons = []
    if day_minutes > PARENT_MINUTES:
        reasons.append(
            _("当日服务合计 %(hours)s，超过 12 小时，由市级核验。", hours=figures.hours(day_minutes))
        )
    elif day_minutes > AUTOMATIC_MINUTES:
        reasons.append(
            _("当日服务合计 %(hours)s，超过 8 小时，由单位管理员提交。", hours=figures.hours(day_minutes))
        )
    if backfilled:
        reasons.append(_("补录的时长由两名工作人员先后核验。"))
    if value_fen >= SECOND_PERSON_FEN:
        reasons.append(_("价值 50 万元以上，由两名工作人员先后核验。"))
    return Requirement(
        manager=day_minutes > AUTOMATIC_MINUTES,
        bureau=day_minutes > PARENT_MINUTES,
        second_person=backfilled or value_fen >= SECOND_PERSON_FEN,
        reasons=tuple(reasons),
    )


def stands_for_city(scopes: Iterable[str]) -> bool:
    """Say whether one of a verifier's region prefixes is that of a whole city or province (4 digits or less)."""
    return any(len(prefix) <= CITY_DIGITS for prefix in scopes)


def clock_time(minute: int) -> str:
    """Return a time of day: 540 → 09:00, 1500 → 次日 01:00."""
    day, rest = divmod(minute, DAY)
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return _("次日 %(time)s", time=text) if day and minute != DAY else ("24:00" if minute == DAY else text)
