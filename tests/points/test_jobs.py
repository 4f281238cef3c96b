"""What runs by itself: twice, at once and after days off it does the same as every day once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import clock
from app.db import reading, transaction
from app.jobs import registry, runner
from app.jobs.models import JobRun, RunState
from app.messages.models import Message
from app.permissions import SYSTEM
from points import jobs
from points.awards import award
from points.ledger import closing, queries
from points.ledger.closing_models import PeriodClose
from points.ledger.kinds import Purse
from points.ledger.models import Transfer
from points.seals.models import SealLeaf
from tests.points import city

POSTED = datetime(2026, 11, 21, 4, tzinfo=UTC)
LAST = date(2029, 11, 21)


@pytest.fixture
def party(web: Flask) -> UUID:
    with clock.at(POSTED), transaction() as session:
        city.programme(session)
        party = city.party(session)
        award(session, city.service(party), actor=SYSTEM)
    return party


def night(web: Flask, day: date) -> str:
    with web.app_context(), clock.at(clock.instant(day, 2, 30)):
        return jobs.every_night()


def state(party: UUID) -> tuple[int, int, int, int]:
    """Redeemable points, messages, closed months, transfers without a leaf."""
    with reading() as session:
        transfers = session.scalar(select(func.count()).select_from(Transfer)) or 0
        return (
            queries.balance(session, party, Purse.REDEEMABLE),
            session.scalar(select(func.count()).select_from(Message)) or 0,
            session.scalar(select(func.count()).select_from(PeriodClose)) or 0,
            transfers - (session.scalar(select(func.count()).select_from(SealLeaf)) or 0),
        )


def test_months_close_on_the_fifth(web: Flask, party: UUID) -> None:
    night(web, date(2026, 11, 22))
    assert state(party) == (225, 0, 0, 0)
    night(web, date(2026, 12, 4))
    assert state(party) == (225, 0, 0, 0)
    night(web, date(2026, 12, 5))
    assert state(party) == (225, 0, 1, 0)


def test_nights_one_by_one(web: Flask, party: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "MOST_MONTHS_BACK", 1)
    for days in (60, 30, 7, 0):
        night(web, LAST - timedelta(days=days))
    assert state(party)[:2] == (225, 3)
    night(web, LAST + timedelta(days=1))
    assert state(party) == (0, 3, 3, 1)
    night(web, LAST + timedelta(days=2))
    assert state(party) == (0, 3, 3, 0)


def test_years_off_are_made_up_in_one_night_twice_and_at_once(
    web: Flask, party: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "MOST_MONTHS_BACK", 4)
    night(web, date(2026, 11, 22))
    back = LAST + timedelta(days=3)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: night(web, back), range(2)))
    night(web, back)
    assert state(party) == (0, 0, 4, 0)


def test_the_minute_seals_and_frees(web: Flask, party: UUID) -> None:
    with web.app_context(), clock.at(POSTED):
        assert jobs.every_minute() == "新存证 2 条，汇总 2 条，超时退回 0 笔"
        assert jobs.every_minute() == "新存证 0 条，汇总 0 条，超时退回 0 笔"


def test_a_night_over_a_ledger_that_does_not_add_up_fails_and_closes_nothing(web: Flask, party: UUID) -> None:
    with transaction() as session:
        session.execute(text("UPDATE account_balance SET balance = balance + 1 WHERE balance > 0"))
    job = next(one for one in registry.known() if one.name == "points_nightly")
    with web.app_context(), clock.at(clock.instant(date(2026, 12, 6), 2, 30)):
        runner.run_due(job)
    with reading() as session:
        run = session.scalars(select(JobRun).where(JobRun.job == job.name)).one()
        assert run.state is RunState.FAILED
        assert "2 differences" in (run.error or "")
    assert state(party)[2] == 0
