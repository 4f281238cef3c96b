"""Which redeemable points end on which day if nothing is spent, and how soon one must be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import figures
from points.ledger import forecasts
from points.ledger.queries import AccountHead

NOTICE_DAYS = (7, 30, 60)
"""So many days ahead it is told, the nearest first."""
_DATES = 24


@dataclass(frozen=True, slots=True)
class Ending:
    """Centipoints that end at the end of a day."""

    day: date
    points: int

    @property
    def quarter(self) -> tuple[int, int]:
        """The year and the quarter of the day."""
        return self.day.year, (self.day.month + 2) // 3


def endings(session: Session, head: AccountHead | None) -> list[Ending]:
    """Return what of a redeemable account will end when nothing is spent any more, soonest first."""
    found = forecasts.of_account(session, head) if head else {}
    return [Ending(day, points) for day, points in found.items()]


def notice(found: Sequence[Ending], today: date) -> tuple[str, str, str] | None:
    """Return title, sentence and tone of what ends within 60 days, None where nothing does."""
    for days in NOTICE_DAYS:
        soon = [one for one in found if one.day <= today + timedelta(days=days)]
        if soon:
            points = sum(one.points for one in soon)
            return (
                _("%(days)s 天内有 %(points)s 分到期", days=days, points=figures.points(points)),
                _(
                    "最早的一批 %(first)s 分在 %(day)s 当天结束时到期，到期以前可以兑换。荣誉积分不受影响。",
                    first=figures.points(soon[0].points),
                    day=figures.day_text(soon[0].day),
                ),
                "overdue" if days == NOTICE_DAYS[0] else "waiting",
            )
    return None


def rows(found: Sequence[Ending], today: date) -> list[dict[str, Any]]:
    """Return the next days on which points end, as lines of a table."""
    return [
        {
            "day": one.day,
            "left": _("还有 %(days)s 天", days=f"{(one.day - today).days:,}")
            if one.day > today
            else _("今天"),
            "points": one.points,
        }
        for one in found[:_DATES]
    ]


def quarters(found: Sequence[Ending]) -> list[dict[str, Any]]:
    """Return what ends in each quarter, as lines of a table."""
    return [
        {
            "quarter": _("%(year)s年第%(quarter)s季度", year=year, quarter=quarter),
            "points": sum(one.points for one in group),
        }
        for (year, quarter), group in groupby(found, key=lambda one: one.quarter)
    ]
