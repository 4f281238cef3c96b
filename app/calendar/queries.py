"""Everything that reads the calendar. It is public knowledge: no query takes an actor."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendar.models import CalendarDay, CalendarYear
from app.calendar.rules import SpecialDay, WorkingCalendar

# Notices come out in November; from then on a missing one is a matter for the desk.
_NOTICE_MONTH = 11


def load_calendar(session: Session, *, since: date | None = None) -> WorkingCalendar:
    """Return the working-day calendar; ``since``: without the special days before, for a term that starts then."""
    query = select(CalendarDay.day, CalendarDay.is_working, CalendarDay.note)
    if since is not None:
        query = query.where(CalendarDay.day >= since)
    special = {day: SpecialDay(day, is_working, note) for day, is_working, note in session.execute(query)}
    return WorkingCalendar(frozenset(session.scalars(select(CalendarYear.year))), special)


def official_years(session: Session) -> Sequence[CalendarYear]:
    """Return the years whose notice is known, the newest first."""
    return session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc())).all()


def find_year(session: Session, year: int) -> CalendarYear | None:
    """Return an official year, or None while its notice is not entered."""
    return session.get(CalendarYear, year)


def special_days(session: Session, year: int) -> list[SpecialDay]:
    """Return the days that the notice of a year names, in order."""
    rows = session.scalars(select(CalendarDay).where(CalendarDay.year == year).order_by(CalendarDay.day))
    return [SpecialDay(row.day, row.is_working, row.note) for row in rows]


def missing_year(session: Session, today: date) -> int | None:
    """Return the year whose notice ought to be entered by now: this year's, and from November the next one's."""
    due = [today.year, today.year + 1] if today.month >= _NOTICE_MONTH else [today.year]
    return next((year for year in due if find_year(session, year) is None), None)
