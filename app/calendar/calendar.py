"""The verbs of the calendar: seeding the known years, entering the yearly notice."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import chinese_calendar
from blinker import Namespace
from chinese_calendar.constants import Holiday
from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events as audit
from app.calendar import queries
from app.calendar.models import CalendarDay, CalendarYear
from app.calendar.notice import Notice
from app.calendar.rules import SpecialDay
from app.errors import InvalidInput
from app.permissions import Actor, Permission, ensure_may

# Sent by the session, in its transaction, with ``year`` and ``actor``, when a year's days change: whoever keeps
# provisional deadlines counts them again.
calendar_changed = Namespace().signal("calendar-changed")

# As notices call them, where chinesecalendar leaves 节 out.
_FESTIVALS = {
    Holiday.tomb_sweeping_day.value: "清明节",
    Holiday.dragon_boat_festival.value: "端午节",
    Holiday.mid_autumn_festival.value: "中秋节",
}
SEED_SOURCE = f"chinesecalendar {chinese_calendar.__version__}"


def seed_calendar(session: Session, *, actor: Actor) -> list[int]:
    """Enter the years that chinesecalendar knows and the calendar does not; return them. Safe to repeat."""
    ensure_may(actor, Permission.MANAGE_CALENDAR)
    there = set(session.scalars(select(CalendarYear.year)))
    known: dict[int, list[SpecialDay]] = {}
    for year, one in _seed_days():
        known.setdefault(year, []).append(one)
    years = sorted(known.keys() - there)
    for year in years:
        _write(session, year, known[year], SEED_SOURCE, actor)
    if years:
        audit.record(session, "calendar.seed", "calendar", None, actor=actor, after={"years": years})
        for year in years:
            calendar_changed.send(session, year=year, actor=actor)
    return years


def enter_notice(session: Session, notice: Notice, *, source: str, actor: Actor) -> CalendarYear:
    """Make a notice the official calendar of its year, in place of an earlier one for that year.

    Raises InvalidInput when nothing says where it comes from. Deadlines kept as provisional are counted
    again in the same transaction.
    """
    ensure_may(actor, Permission.MANAGE_CALENDAR)
    source = source.strip()
    if not source:
        raise InvalidInput(_("请填写通知的文号。"), field="source")
    before = queries.special_days(session, notice.year)
    session.execute(delete(CalendarDay).where(CalendarDay.year == notice.year))
    year = _write(session, notice.year, notice.days, source, actor)
    audit.record(
        session,
        "calendar.enter_notice",
        "calendar",
        None,
        actor=actor,
        before=_told(before) if before else None,
        after={"year": notice.year, "source": source, **_told(notice.days)},
    )
    calendar_changed.send(session, year=notice.year, actor=actor)
    return year


def _write(
    session: Session, number: int, days: Iterable[SpecialDay], source: str, actor: Actor
) -> CalendarYear:
    year = queries.find_year(session, number)
    if year is None:
        year = CalendarYear(year=number)
        session.add(year)
    year.source, year.entered_at, year.entered_by_id = source, clock.now(), actor.person_id
    session.flush()
    rows = [{"day": one.day, "year": number, "is_working": one.is_working, "note": one.note} for one in days]
    # A day that the neighbouring year's notice named too belongs to the newer one.
    session.execute(delete(CalendarDay).where(CalendarDay.day.in_([row["day"] for row in rows])))
    session.execute(insert(CalendarDay), rows)
    return year


def _seed_days() -> Iterable[tuple[int, SpecialDay]]:
    """Yield the year of the notice and each day that it named."""
    named: dict[date, tuple[str, bool]] = {
        day: (name, False) for day, name in chinese_calendar.constants.holidays.items()
    }
    named |= {day: (name, True) for day, name in chinese_calendar.constants.workdays.items()}
    last = max(day.year for day in named)
    for day, (name, is_working) in sorted(named.items()):
        about_next = day.month == 12 and Holiday(name) is Holiday.new_years_day
        yield (
            min(day.year + about_next, last),
            SpecialDay(day, is_working, _FESTIVALS.get(name, Holiday(name).chinese)),
        )


def _told(days: Iterable[SpecialDay]) -> dict[str, Any]:
    listed = list(days)
    return {
        "off": [one.day.isoformat() for one in listed if not one.is_working],
        "make_up": [one.day.isoformat() for one in listed if one.is_working],
    }
