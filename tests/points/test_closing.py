"""Closing months: signed totals that add up, later corrections in the open month, one row however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput
from app.permissions import SYSTEM
from points import reversals
from points.awards import award
from points.closing import closing as closes
from points.ledger import closing, totals
from points.ledger.closing_models import PeriodClose
from points.rulesets import queries as rulesets
from points.seals import queries as seals
from points.seals import sealing
from tests.points import city

PROGRAMME = "social-force"


@pytest.fixture
def party(database: Database) -> UUID:
    with transaction() as session:
        city.programme(session)
        return city.party(session)


def earn(party: UUID, day: date) -> UUID:
    request = city.service(party, day=day)
    with transaction() as session:
        award(session, request, actor=SYSTEM)
    return request.source_id


def close(month: str) -> PeriodClose:
    return closes.close(PROGRAMME, month, actor=SYSTEM)


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


def sound() -> None:
    with reading() as session:
        assert list(closing.breaks(session)) == []


def test_a_month_closes_with_its_totals(party: UUID) -> None:
    with clock.at(at(10, 20)):
        earn(party, date(2026, 10, 2))
        earn(party, date(2026, 10, 3))
    with clock.at(at(11, 3)):
        earn(party, date(2026, 10, 30))
        earn(party, date(2026, 11, 2))
        one = close("2026-10")
    found = totals.read(one.totals)
    assert found.opening == dict.fromkeys(found.opening, 0)
    assert found.closing["honour"] == found.closing["redeemable"] == 675
    assert found.closing["issuer"] == -1350
    assert sum(found.closing.values()) == 0
    assert [(flow.target, flow.kind, flow.count, flow.points) for flow in found.flows] == [
        ("honour", "service", 3, 675),
        ("redeemable", "service", 3, 675),
    ]
    sound()


def test_what_comes_later_falls_in_the_open_month_and_says_so(party: UUID) -> None:
    with clock.at(at(11, 3)):
        source = earn(party, date(2026, 10, 30))
        close("2026-10")
    with clock.at(at(11, 20)):
        with transaction() as session:
            reversals.reverse_award(
                session, source_kind="contribution", source_id=source, reason="登记有误", actor=SYSTEM
            )
        earn(party, date(2026, 9, 1))
        earn(party, date(2026, 11, 1))
    with clock.at(at(12, 5)):
        second = totals.read(close("2026-11").totals)
    assert second.opening["honour"] == 225
    assert second.closing["honour"] == 450
    later = [(flow.source, flow.target, flow.month, flow.points) for flow in second.corrections]
    assert ("honour", "issuer", "2026-10", 225) in later
    assert ("issuer", "honour", "2026-10", 225) in later, "what lies before the first close is in it"
    assert len(later) == 4
    with reading() as session:
        programme = rulesets.programme(session, PROGRAMME)
        first = closing.closed_month(session, programme.id, date(2026, 10, 7))
        assert first is not None and first.month == "2026-10"
        assert closing.closed_month(session, programme.id, date(2026, 12, 1)) is None
    sound()


def test_a_month_is_closed_since_its_cutoff_was_taken(party: UUID) -> None:
    """However long counting and writing take: what is posted meanwhile is not in it, and is told as later."""
    with clock.at(at(11, 3)):
        earn(party, date(2026, 10, 30))
        sealing.seal(everything=True)
        with reading() as session:
            programme = rulesets.programme(session, PROGRAMME)
            size = sealing.tree_size(session)
            added = closing.add_up(session, programme, "2026-10", size)
    with clock.at(at(11, 4)):
        earn(party, date(2026, 10, 31))
        with transaction() as session:
            root = seals.root_at(session, size)
            one = closing.close_period(
                session, programme, "2026-10", tree_size=size, root=root, actor=SYSTEM, added=added
            )
    assert one.closed_at == at(11, 3)
    assert totals.read(one.totals).closing["honour"] == 225
    sound()


def test_months_close_once_in_order_and_when_they_are_over(party: UUID) -> None:
    with clock.at(at(11, 20)):
        earn(party, date(2026, 8, 1))
        with pytest.raises(InvalidInput, match="还没有结束"):
            close("2026-11")
        for wrong in ("2026-13", "November", "2026-1", "", "9999-12", "0000-00"):
            with pytest.raises(InvalidInput, match="不是月份"):
                close(wrong)
        with pytest.raises(InvalidInput, match="最早结 2023-11"):
            close("1026-08")
        first = close("2026-08")
        with pytest.raises(Conflict, match="接着应当结 2026-09"):
            close("2026-10")
        with pytest.raises(Conflict):
            close("2026-07")
        assert close("2026-08").id == first.id
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(_close_september, range(4)))
        assert len(set(made)) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PeriodClose)) == 2
    sound()


def _close_september(_number: int) -> UUID:
    with clock.at(at(11, 20)):
        return close("2026-09").id


def test_months_close_by_themselves_from_the_fifth(party: UUID) -> None:
    with clock.at(at(9, 4)):
        assert closes.close_due() == 0, "nothing was ever posted"
        earn(party, date(2026, 7, 15))
        assert closes.due_months(clock.today()) == [(PROGRAMME, "2026-07")]
    with clock.at(at(9, 5)):
        assert closes.close_due() == 2
        assert closes.close_due() == 0
    with clock.at(at(2, 7, 2027)):
        assert [month for _, month in closes.due_months(clock.today())] == [
            "2026-09", "2026-10", "2026-11", "2026-12", "2027-01",
        ]  # fmt: skip
        assert closes.close_due() == 5
    sound()


def test_a_touched_close_is_named(party: UUID, database: Database) -> None:
    with clock.at(at(11, 3)):
        earn(party, date(2026, 10, 30))
        close("2026-09")
        one = close("2026-10")
    with transaction() as session:
        _let_change(session, database)
        session.execute(text("UPDATE period_close SET totals = replace(totals, '225', '226')"))
    with reading() as session:
        assert [key for key, _sentence in closing.breaks(session)] == [one.id]


def test_a_close_that_the_ledger_does_not_bear_out_is_named(party: UUID, database: Database) -> None:
    with clock.at(at(11, 3)):
        earn(party, date(2026, 10, 30))
        one = close("2026-10")
    with transaction() as session:
        _let_change(session, database, "transfer")
        session.execute(text("UPDATE transfer SET points = points + 1"))
    with reading() as session:
        assert [sentence for key, sentence in closing.breaks(session) if key == one.id] == [
            "结账 2026-10 的合计与流水不符。"
        ]


def test_nobody_changes_a_close_by_hand(party: UUID) -> None:
    with clock.at(at(11, 3)):
        close("2026-10")
    for change in ("UPDATE period_close SET tree_size = 0", "DELETE FROM period_close"):
        with pytest.raises(Exception, match="append-only"), transaction() as session:
            session.execute(text(change))


def _let_change(session: Session, database: Database, table: str = "period_close") -> None:
    if database.is_sqlite:
        session.execute(text(f"DROP TRIGGER {table}_no_update"))
    else:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
