"""Points that end: nightly, once, soonest first; told ahead; never more than by rights."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict
from app.ids import new_id
from app.messages.models import Message
from app.permissions import SYSTEM
from points import reversals
from points.awards import award
from points.ledger import expiry, expiry_notices, forecasts, holds, queries
from points.ledger.closing_models import ExpiryMark
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldPurpose, Purse, Reason
from points.ledger.models import Posting
from points.ledger.reconciliation import reconcile
from points.rulesets import queries as rulesets
from tests.points import city

FIRST = date(2026, 11, 21)
FIRST_ENDS = date(2029, 11, 21)


@pytest.fixture
def party(database: Database) -> UUID:
    with transaction() as session:
        city.programme(session)
        return city.party(session)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def earn(party: UUID, day: date, minutes: int = 150) -> UUID:
    with clock.at(noon(day)):
        request = city.service(party, day=day - timedelta(days=1), minutes=minutes)
        with transaction() as session:
            award(session, request, actor=SYSTEM)
    return request.source_id


def hold(party: UUID, points: int, day: date) -> Hold:
    with clock.at(noon(day)), transaction() as session:
        return holds.reserve(
            session,
            programme_id=rulesets.programme(session, "social-force").id,
            party_id=party,
            purse=Purse.REDEEMABLE,
            points=points,
            source_kind="exchange",
            source_id=new_id(),
            purpose=HoldPurpose.EXCHANGE,
            actor=SYSTEM,
        )


def spend(party: UUID, points: int, day: date) -> None:
    one = hold(party, points, day)
    with clock.at(noon(day)), transaction() as session:
        holds.post(session, one, actor=SYSTEM)


def release(one: Hold, day: date) -> None:
    with clock.at(noon(day)), transaction() as session:
        holds.release(session, one, actor=SYSTEM)


def reverse(source: UUID, day: date) -> None:
    with clock.at(noon(day)), transaction() as session:
        reversals.reverse_award(
            session, source_kind="contribution", source_id=source, reason="登记有误", actor=SYSTEM
        )


def night(day: date) -> int:
    """The nightly look at the beginning of a day."""
    with clock.at(clock.instant(day, 2, 20)):
        return expiry.expire_due(day - timedelta(days=1))


def there(party: UUID) -> int:
    with reading() as session:
        assert list(reconcile(session)) == []
        return queries.balance(session, party, Purse.REDEEMABLE)


def after(days: int) -> date:
    return FIRST_ENDS + timedelta(days=days)


def test_points_end_the_night_after_their_last_day_once(party: UUID) -> None:
    earn(party, FIRST)
    assert night(FIRST_ENDS) == 0
    with clock.at(clock.instant(FIRST_ENDS, 23)), pytest.raises(ValueError, match="over"):
        expiry.expire_due(FIRST_ENDS)
    assert there(party) == 225
    assert (night(after(1)), night(after(1)), night(after(2))) == (1, 0, 0)
    assert there(party) == 0


def test_what_was_spent_does_not_end_and_days_off_are_made_up(party: UUID) -> None:
    earn(party, FIRST)
    earn(party, FIRST + timedelta(days=3))
    spend(party, 100, FIRST + timedelta(days=9))
    assert night(after(2)) == 1
    assert there(party) == 225
    assert night(after(40)) == 1
    assert there(party) == 0
    with reading() as session:
        posted = session.scalars(select(Posting.revision).where(Posting.reason == Reason.EXPIRE)).all()
    assert sorted(posted) == [after(1).toordinal(), after(39).toordinal()]


def test_what_has_ended_cannot_be_held_before_the_nightly_look(party: UUID) -> None:
    earn(party, FIRST)
    earn(party, FIRST + timedelta(days=30))
    with pytest.raises(Conflict, match=r"现有 2\.25 分，需要 2\.26 分"):
        hold(party, 226, after(1))
    hold(party, 225, after(1))
    assert there(party) == 0
    assert night(after(2)) == 0


def test_what_a_hold_kept_meanwhile_ends_after_its_release(party: UUID) -> None:
    earn(party, FIRST)
    earn(party, FIRST + timedelta(days=30))
    kept = hold(party, 150, FIRST_ENDS)
    assert night(after(1)) == 1
    assert there(party) == 225
    release(kept, after(5))
    assert there(party) == 375
    assert night(after(6)) == 1
    assert there(party) == 225
    assert night(after(7)) == 0


def test_a_release_after_the_look_of_its_day_waits_for_the_next(party: UUID) -> None:
    earn(party, FIRST)
    kept = hold(party, 150, FIRST_ENDS)
    assert night(after(1)) == 1
    release(kept, after(1))
    with clock.at(noon(after(1)) + timedelta(hours=3)):
        assert expiry.expire_due(FIRST_ENDS) == 0, "this day was posted for already"
    assert there(party) == 150
    assert night(after(2)) == 1
    assert there(party) == 0


def test_a_release_between_a_killed_look_and_the_next_is_not_forgotten(party: UUID) -> None:
    earn(party, FIRST)
    kept = hold(party, 150, FIRST_ENDS)
    assert night(FIRST_ENDS) == 0
    with reading() as session:
        before = session.get_one(ExpiryMark, expiry.MARK)
    assert night(after(1)) == 1
    with transaction() as session:  # as if killed before its end
        mark = session.get_one(ExpiryMark, expiry.MARK)
        mark.done_through, mark.looked_at = before.done_through, before.looked_at
    release(kept, after(1))
    with clock.at(noon(after(1)) + timedelta(hours=9)):
        assert expiry.expire_due(FIRST_ENDS) == 0, "this day was posted for already"
    assert night(after(2)) == 1
    assert there(party) == 0


def test_a_clock_that_was_put_back_keeps_no_points_alive(party: UUID) -> None:
    earn(party, FIRST)
    assert night(FIRST_ENDS + timedelta(days=400)) == 1, "the machine's clock was ahead"
    earn(party, FIRST + timedelta(days=20))
    assert night(after(21)) == 1
    assert there(party) == 0


def test_nobody_owes_points_that_were_never_spent(party: UUID) -> None:
    source = earn(party, FIRST)
    assert night(after(1)) == 1
    reverse(source, after(9))
    assert there(party) == 0
    with reading() as session:
        told = queries.statement(session, party, Purse.REDEEMABLE)
    assert [line.points for line in told] == [225, -225, -225, 225]


def test_what_was_spent_of_a_reversed_award_is_owed_and_the_rest_is_not(party: UUID) -> None:
    source = earn(party, FIRST)
    earn(party, FIRST + timedelta(days=30), minutes=60)
    spend(party, 100, FIRST + timedelta(days=40))
    assert night(after(1)) == 1
    assert there(party) == 90
    reverse(source, after(2))
    assert there(party) == 90 - 100, "the later points now pay for what was spent"


def test_many_purses_at_once_end_once(database: Database) -> None:
    with transaction() as session:
        city.programme(session)
        parties = [city.party(session, f"单位{number}") for number in range(12)]
    for number, party in enumerate(parties):
        earn(party, FIRST, minutes=60 + number)
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(night, [after(1)] * 4))
    assert sum(ended) == 12
    assert [there(party) for party in parties] == [0] * 12


def test_batches_go_on_where_they_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 3)
    with transaction() as session:
        city.programme(session)
        parties = [city.party(session, f"单位{number}") for number in range(8)]
    for party in parties:
        earn(party, FIRST)
    assert night(after(1)) == 8


def test_notices_come_60_30_and_7_days_ahead_once(party: UUID) -> None:
    earn(party, FIRST)
    told = {}
    for days in range(70, -2, -1):
        with clock.at(noon(after(-days))):
            for _twice in range(2):
                if count := expiry_notices.notice_due():
                    told[days] = count
    assert told == {60: 1, 30: 1, 7: 1}
    with reading() as session:
        titles = [one.title for one in session.scalars(select(Message).order_by(Message.id))]
    assert titles == ["2.25 分可兑换积分将于 2029-11-21 到期"] * 3


def test_notices_after_days_off_tell_the_nearest_step_alone(party: UUID) -> None:
    earn(party, FIRST)
    for days, expected in ((80, 0), (20, 1), (8, 0), (3, 1), (0, 0)):
        with clock.at(noon(after(-days))):
            assert expiry_notices.notice_due() == expected, days
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 2


def test_nothing_is_told_of_points_that_were_spent(party: UUID) -> None:
    earn(party, FIRST)
    spend(party, 225, FIRST)
    with clock.at(noon(after(-61))):
        expiry_notices.notice_due()
    with clock.at(noon(after(-60))):
        assert expiry_notices.notice_due() == 0


def test_the_forecast_of_a_party_and_of_all(party: UUID) -> None:
    with transaction() as session:
        other = city.party(session, "另一家")
    earn(party, FIRST)
    earn(party, FIRST + timedelta(days=30))
    earn(other, FIRST + timedelta(days=30))
    spend(party, 100, FIRST + timedelta(days=40))
    reverse(earn(party, FIRST + timedelta(days=50)), FIRST + timedelta(days=51))
    with clock.at(noon(FIRST + timedelta(days=60))), reading() as session:
        assert forecasts.forecast(session, party) == {FIRST_ENDS: 125, date(2029, 12, 21): 225}
        assert forecasts.forecast(session, new_id()) == {}
        programme = rulesets.programme(session, "social-force")
        assert forecasts.by_month(session, programme.id) == {"2029-11": 125, "2029-12": 450}
        assert queries.balances(session, party)[AccountKind.REDEEMABLE] == 350
