"""Seeding and entering notices, on both databases."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.calendar import queries
from app.calendar.calendar import calendar_changed, enter_notice, seed_calendar
from app.calendar.notice import Notice, read_notice
from app.calendar.rules import add_working_days
from app.db import Database, reading, transaction
from app.errors import InvalidInput, NotAllowed
from app.permissions import ANYONE, SYSTEM

NOTICE_2027 = read_notice(
    2027,
    "元旦：2026年12月31日至2027年1月3日放假调休，共4天。\n"
    "春节：2月5日至13日放假，共9天。2月20日（周六）上班。\n劳动节：5月1日至5日放假。\n国庆节：10月1日至7日放假。",
)


@pytest.fixture
def seeded(database: Database) -> Database:
    with transaction() as session:
        seed_calendar(session, actor=SYSTEM)
    return database


@pytest.fixture
def heard() -> Iterator[list[int]]:
    years: list[int] = []

    def hear(_session: Any, year: int, **_more: Any) -> None:
        years.append(year)

    with calendar_changed.connected_to(hear):
        yield years


def enter(notice: Notice, source: str = "国办发明电〔2026〕1号") -> None:
    with transaction() as session:
        enter_notice(session, notice, source=source, actor=SYSTEM)


def test_seeding_enters_each_known_year_once(database: Database) -> None:
    with transaction() as session:
        years = seed_calendar(session, actor=SYSTEM)
    assert years[0] == 2004 and years[-1] >= 2026
    with transaction() as session:
        assert seed_calendar(session, actor=SYSTEM) == []
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == 1
        days = queries.load_calendar(session)
    assert days.official_years == frozenset(years)
    assert days.is_working(date(2026, 10, 10)) and not days.is_working(date(2026, 10, 7))


def test_a_notice_settles_what_was_provisional(seeded: Database, heard: list[int]) -> None:
    start = date(2026, 12, 29)
    with reading() as session:
        before = add_working_days(queries.load_calendar(session, since=start), start, 3)
        assert queries.missing_year(session, date(2026, 11, 21)) == 2027
        assert queries.missing_year(session, date(2026, 10, 31)) is None
    enter(NOTICE_2027)
    with reading() as session:
        after = add_working_days(queries.load_calendar(session, since=start), start, 3)
        assert queries.missing_year(session, date(2026, 11, 21)) is None
        year = queries.find_year(session, 2027)
    assert (before.day, before.provisional) == (date(2027, 1, 4), True)
    assert (after.day, after.provisional) == (date(2027, 1, 5), False)  # 31 December is off now
    assert year is not None and year.source == "国办发明电〔2026〕1号"
    assert heard == [2027]


def test_a_corrected_notice_replaces_the_first(seeded: Database) -> None:
    enter(NOTICE_2027)
    enter(read_notice(2027, "元旦：1月1日放假。\n劳动节：5月1日放假。\n国庆节：10月1日放假。"), source="更正")
    with reading() as session:
        assert [one.day for one in queries.special_days(session, 2027)] == [
            date(2027, 1, 1),
            date(2027, 5, 1),
            date(2027, 10, 1),
        ]
        days = queries.load_calendar(session)
        assert days.is_working(date(2026, 12, 31))
        assert not days.is_working(date(2026, 10, 7))  # the year before keeps its own days


def test_who_may_and_what_must_be_said(seeded: Database, heard: list[int]) -> None:
    with pytest.raises(NotAllowed), transaction() as session:
        enter_notice(session, NOTICE_2027, source="文号", actor=ANYONE)
    with pytest.raises(InvalidInput):
        enter(NOTICE_2027, source="  ")
    with reading() as session:
        assert queries.find_year(session, 2027) is None
    assert heard == []
