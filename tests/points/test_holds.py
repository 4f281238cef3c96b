"""Points set aside: reserve, post, release, time out, each once; nothing falls below zero by it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.ids import new_id
from app.permissions import SYSTEM, Actor, Grant, Role
from app.types import KeyType
from points import reversals
from points.awards import award
from points.ledger import disputes, hold_queries, holds, queries
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldPurpose, HoldState, Purse
from points.ledger.reconciliation import reconcile
from points.rulesets import queries as rulesets
from points.rulesets.kinds import ContributionKind
from tests.points import city

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
HONOUR, REDEEMABLE, HELD = AccountKind.HONOUR, AccountKind.REDEEMABLE, AccountKind.HELD


@pytest.fixture
def party(database: Database) -> UUID:
    """A volunteer with 2.25 points in either purse, all from one contribution."""
    with transaction() as session:
        city.programme(session)
        return city.party(session)


def earn(party: UUID, **changes: object) -> UUID:
    request = city.service(party, **changes)  # type: ignore[arg-type]
    with transaction() as session:
        award(session, request, actor=SYSTEM)
    return request.source_id


def reserve(party: UUID, points: int, source: UUID | None = None, **changes: object) -> Hold:
    values: dict[str, object] = {
        "purse": Purse.REDEEMABLE,
        "purpose": HoldPurpose.EXCHANGE,
        "source_kind": "exchange",
        "source_id": source or new_id(),
    }
    with transaction() as session:
        return holds.reserve(
            session,
            programme_id=rulesets.programme(session, "social-force").id,
            party_id=party,
            points=points,
            actor=SYSTEM,
            **(values | changes),  # type: ignore[arg-type]
        )


def there(party: UUID) -> tuple[int, int, int]:
    with reading() as session:
        assert list(reconcile(session)) == []
        found = queries.balances(session, party)
    return found[HONOUR], found[REDEEMABLE], found[HELD]


def test_a_hold_is_posted_once(party: UUID) -> None:
    earn(party)
    hold = reserve(party, 100)
    assert there(party) == (225, 125, 100)
    with transaction() as session:
        assert holds.post(session, hold, actor=SYSTEM).state is HoldState.POSTED
    assert there(party) == (225, 125, 0)
    for verb in (holds.post, holds.release):
        with pytest.raises(Conflict, match="已兑付"), transaction() as session:
            verb(session, hold, actor=SYSTEM)
    assert there(party) == (225, 125, 0)


def test_a_hold_takes_no_purse_below_zero_and_says_so_in_figures(party: UUID) -> None:
    earn(party)
    with pytest.raises(Conflict, match=r"可兑换积分不足：现有 2\.25 分，需要 2\.26 分"):
        reserve(party, 226)
    source = new_id()
    reserve(party, 200, source)
    with pytest.raises(Conflict, match="已经冻结"):
        reserve(party, 10, source)
    with pytest.raises(Conflict, match=r"现有 0\.25 分，需要 0\.5 分"):
        reserve(party, 50)
    assert there(party) == (225, 25, 200)


def test_what_is_owed_is_earned_back_before_anything_is_held(party: UUID) -> None:
    source = earn(party)
    hold = reserve(party, 200)
    with transaction() as session:
        holds.post(session, hold, actor=SYSTEM)
        reversals.reverse_award(
            session, source_kind="contribution", source_id=source, reason="登记有误", actor=SYSTEM
        )
    assert there(party) == (0, -200, 0)
    with pytest.raises(Conflict, match="现欠 2 分"):
        reserve(party, 1)
    earn(party)
    assert there(party) == (225, 25, 0)
    reserve(party, 25)


def test_a_hold_times_out_by_itself(party: UUID) -> None:
    earn(party)
    with clock.at(NOW):
        hold = reserve(party, 100, until=NOW + timedelta(hours=1))
        assert holds.time_out_due() == 0
    with clock.at(NOW + timedelta(hours=1)):
        assert holds.time_out_due() == 1
        assert holds.time_out_due() == 0
        with pytest.raises(Conflict, match="超时"), transaction() as session:
            holds.post(session, hold, actor=SYSTEM)
    assert there(party) == (225, 225, 0)


def test_two_at_once_one_wins(party: UUID) -> None:
    earn(party)
    hold = reserve(party, 100)

    def end(number: int) -> str:
        verb = (holds.post, holds.release)[number % 2]
        try:
            with transaction() as session:
                return verb(session, hold, actor=SYSTEM).state.value
        except Conflict as refused:
            return str(refused)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(end, range(8)))
    states = [one for one in said if one in ("posted", "released")]
    assert len(states) == 1
    assert all("不能改为" in one for one in said if one not in states)
    assert there(party) == (225, 125 if states == ["posted"] else 225, 0)


def test_one_thing_at_once_holds_once(party: UUID) -> None:
    earn(party)
    source = new_id()

    def hold(_number: int) -> bool:
        try:
            return bool(reserve(party, 100, source))
        except Conflict:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hold, range(8))) == 1
    assert there(party) == (225, 125, 100)


def test_a_dispute_holds_what_a_contribution_earned_and_its_reversal_releases_it_first(party: UUID) -> None:
    source = earn(party)
    earn(party)
    spent = reserve(party, 400)
    with transaction() as session:
        holds.post(session, spent, actor=SYSTEM)
    with transaction() as session:
        made = dispute(session, source)
    assert [(one.purse, one.points) for one in made] == [(Purse.HONOUR, 225), (Purse.REDEEMABLE, 50)]
    assert there(party) == (225, 0, 275)
    with reading() as session:
        moved = queries.transfers_of(session, queries.postings_of(session, "hold", made[0].id)[0].id)[0]
        assert (moved.contribution_kind, moved.region_code) == (ContributionKind.SERVICE, "610302001000")
    with pytest.raises(Conflict), transaction() as session:
        dispute(session, source)
    reverse(source, SYSTEM)
    assert there(party) == (225, -175, 0)
    with pytest.raises(NotFound, match="没有可以冻结的"), transaction() as session:
        dispute(session, source)


def test_what_was_awarded_again_may_be_disputed_again(party: UUID) -> None:
    request = city.service(party)
    source = request.source_id

    def disputable() -> set[UUID]:
        with reading() as session:
            return hold_queries.may_be_disputed(session, {source}, any_held=True)

    with transaction() as session:
        award(session, request, actor=SYSTEM)
    assert disputable() == {source}
    with transaction() as session:
        reversals.reverse_award(
            session, source_kind="contribution", source_id=source, reason="登记有误", actor=SYSTEM
        )
    assert disputable() == set()
    with transaction() as session:
        award(session, replace(request, revision=request.revision + 1), actor=SYSTEM)
    assert disputable() == {source}
    with transaction() as session:
        disputes.dispute(
            session, source_kind="contribution", source_id=source, reason="时长不符", actor=SYSTEM
        )
    assert disputable() == set()


def test_somebody_else_upholds_a_dispute_than_who_raised_it(party: UUID) -> None:
    source = earn(party)
    grants = (Grant(Role.CITY_STAFF, "610300000000"),)
    one, other = (Actor(new_id(), new_id(), name, grants) for name in ("甲", "乙"))
    with transaction() as session:
        dispute(session, source, one)
    with pytest.raises(NotAllowed, match="另一位"):
        reverse(source, one)
    assert there(party) == (0, 0, 450)
    reverse(source, other)
    assert there(party) == (0, 0, 0)


def test_a_dispute_is_raised_in_ones_own_region_and_with_a_reason(party: UUID) -> None:
    source = earn(party)
    stranger = Actor(new_id(), new_id(), "丙", (Grant(Role.COUNTY_APPROVER, "610331000000"),))
    with pytest.raises(NotAllowed), transaction() as session:
        dispute(session, source, stranger)
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(InvalidInput), transaction() as session:
            dispute(session, source, SYSTEM, reason)
    with pytest.raises(Conflict, match="没有因争议冻结"), transaction() as session:
        disputes.release(session, source_kind="contribution", source_id=source, reason="属实", actor=SYSTEM)


def test_disputing_and_reversing_at_once_leaves_nothing_held_of_what_is_gone(party: UUID) -> None:
    source = earn(party)

    def act(number: int) -> None:
        try:
            if number % 2:
                reverse(source, SYSTEM)
            else:
                with transaction() as session:
                    dispute(session, source)
        except (Conflict, NotFound):
            pass

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(6)))
    assert there(party) == (0, 0, 0)


def dispute(session: Session, source: UUID, actor: Actor = SYSTEM, reason: str = "签到重复") -> list[Hold]:
    return disputes.dispute(session, source_kind="contribution", source_id=source, reason=reason, actor=actor)


def reverse(source: UUID, actor: Actor) -> None:
    with transaction() as session:
        reversals.reverse_award(
            session, source_kind="contribution", source_id=source, reason="查实", actor=actor
        )


@pytest.mark.parametrize("change", ["purse = 'redeemable'", "points = 1", "party_id = :other"])
def test_a_hold_gives_back_what_was_set_aside_whatever_its_row_says(party: UUID, change: str) -> None:
    """The row is not signed, the transfer is: honour points never come back as redeemable ones, or to another."""
    with transaction() as session:
        other = city.party(session, "另一家机构")
    source = earn(party)
    earn(other)
    with transaction() as session:
        disputes.dispute(session, source_kind="contribution", source_id=source, reason="存疑", actor=SYSTEM)
    with transaction() as session:
        hold = holds.active_of_source(session, "contribution", source)[0]
        assert hold.purse is Purse.HONOUR
        statement = text(f"UPDATE hold SET {change} WHERE id = :id")
        bound = [bindparam("id", hold.id, KeyType()), bindparam("other", other, KeyType())]
        named = [one for one in bound if f":{one.key}" in str(statement)]
        if "purse" in change:
            session.execute(text("DELETE FROM hold WHERE purse = 'redeemable'"))
        session.execute(statement.bindparams(*named))
    with reading() as session:
        assert any(str(hold.id) in one.sentence for one in reconcile(session))
    with pytest.raises(Conflict, match="与积分流水不符"), transaction() as session:
        holds.release(session, session.get_one(Hold, hold.id), actor=SYSTEM)


def test_a_hold_that_was_touched_does_not_keep_others_from_timing_out(party: UUID) -> None:
    earn(party)
    touched = reserve(party, 10, until=NOW)
    sound = reserve(party, 20, until=NOW)
    with transaction() as session:
        session.execute(
            text("UPDATE hold SET points = 200 WHERE id = :id").bindparams(
                bindparam("id", touched.id, KeyType())
            )
        )
    with clock.at(NOW + timedelta(days=400)), pytest.raises(Conflict, match="与积分流水不符"):
        holds.time_out_due()
    with reading() as session:
        assert session.get_one(Hold, sound.id).state is HoldState.TIMED_OUT
        assert session.get_one(Hold, touched.id).state is HoldState.ACTIVE
