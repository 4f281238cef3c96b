"""What a statement's address asks for: which purse, what happened when, as it was known when. Pure but for words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from app import clock
from app.fields import read_day
from app.figures import UnreadableFigure
from points.ledger.kinds import Purse
from points.rankings.rules import ALL
from points.statements.reader import is_span, read_number
from points.statements.tree import days_of


@dataclass(frozen=True)
class Choice:
    """Which lines are asked for. ``problems`` are sentences about dates that could not be read."""

    purse: Purse = Purse.HONOUR
    period: str = ALL
    happened_by: date | None = None
    posted_on: date | None = None
    before: int | None = None
    problems: tuple[str, ...] = ()

    @property
    def first(self) -> date | None:
        """The first day of happening, None: from the beginning."""
        return None if self.period == ALL else days_of(self.period)[0]

    @property
    def last(self) -> date | None:
        """The last day of happening: the period's, or the day asked for where that is earlier."""
        ends = [] if self.period == ALL else [days_of(self.period)[1]]
        return min([*ends, *([self.happened_by] if self.happened_by else [])], default=None)

    @property
    def posted_by(self) -> datetime | None:
        """The last instant of the day by whose end it was known, None: now."""
        if self.posted_on is None:
            return None
        return clock.instant(self.posted_on + timedelta(days=1)) - timedelta(microseconds=1)

    @property
    def is_cut(self) -> bool:
        """Whether anything narrows the statement."""
        return self.period != ALL or self.happened_by is not None or self.posted_on is not None

    def address(self, **more: str | None) -> str:
        """Return the choice as the query of an address, the purse and the place in the list left out."""
        asked = {
            **more,
            "period": None if self.period == ALL else self.period,
            "happened_by": self.happened_by.isoformat() if self.happened_by else None,
            "posted_by": self.posted_on.isoformat() if self.posted_on else None,
        }
        kept = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def read_choice(values: Mapping[str, str]) -> Choice:
    """Return what a query string asks for; an unknown word is as if it were not there, an odd date is named."""
    purse, period = values.get("purse"), values.get("period", "")
    problems: list[str] = []
    return Choice(
        purse=Purse(purse) if purse in set(Purse) else Purse.HONOUR,
        period=period if is_span(period) else ALL,
        happened_by=_day(values.get("happened_by", ""), problems),
        posted_on=_day(values.get("posted_by", ""), problems),
        before=read_number(values, "before"),
        problems=tuple(problems),
    )


def _day(text: str, problems: list[str]) -> date | None:
    if not text.strip():
        return None
    try:
        day = read_day(text[:40])
    except UnreadableFigure as problem:
        problems.append(str(problem.sentence))
        return None
    # The first and the last days of the calendar have no day beside them.
    return min(max(day, date(1900, 1, 1)), date(2999, 12, 31))
