"""A version applied to a past period by decision: what the simulation said is what everybody then has."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_id
from app.messages.models import Message
from app.permissions import SYSTEM, Actor, Grant, Role
from points.adjustments import decisions, execution
from points.adjustments.decisions import Paper
from points.adjustments.models import AdjustmentDecision, AdjustmentState
from points.awards import AwardRequest, award
from points.ledger import queries
from points.ledger.kinds import Purse, Reason
from points.ledger.reconciliation import reconcile
from points.reversals import reverse_award
from points.rulesets import caps, publication
from points.rulesets import queries as rulesets
from points.rulesets.document import read
from points.rulesets.models import CapUse, Programme
from points.simulation import history, simulations
from points.simulation.kept import opened
from points.simulation.models import Simulation
from points.simulation.results import Result
from tests.points import city
from tests.points.test_simulation import SECOND, TEXT

FIRST, LAST = date(2026, 1, 1), date(2026, 11, 21)
PAPER = Paper("示例〔2026〕9号", date(2026, 11, 21), "关于调整积分规则的决定（示例）", "统一服务时长的分值。")
NEW = (
    SECOND.replace('code = "service-day"\nkind = "service"\nspan = "day"\npoints = "16"',
                   'code = "service-quarter"\nkind = "service"\nspan = "quarter"\npoints = "40"')
    .replace('code = "money"\nkind = "money"\nunit = "yuan"\npoints = "1"',
             'code = "money"\nkind = "money"\nunit = "yuan"\npoints = "0.5"')
)  # fmt: skip
WRITER = Actor(new_id(), new_id(), "制定人", (Grant(Role.CITY_STAFF, city.CITY),))
LAWYER = Actor(new_id(), new_id(), "法制审核", (Grant(Role.LEGAL_OFFICER, city.CITY),))


class Past:
    """A small city's past and the second version of its rules, published."""

    now = city.NOON

    def __init__(self) -> None:
        self.services: list[AwardRequest] = []
        with transaction() as session, clock.at(city.NOON):
            city.programme(session)
            self.parties = [city.party(session, f"第{number}服务中心") for number in range(4)]
            for party in self.parties[:3]:
                for minutes in (600, 600, 900):
                    request = city.service(party, minutes=minutes)
                    award(session, request, actor=SYSTEM)
                    self.services.append(request)
            reverse_award(
                session,
                source_kind="contribution",
                source_id=self.services[4].source_id,
                reason="误",
                actor=SYSTEM,
            )
            self.gift = city.gift(self.parties[3])
            award(session, self.gift, actor=SYSTEM)
            ruleset = publication.draft_ruleset(session, read(NEW), actor=SYSTEM)
            self.ruleset_id = publication.publish_ruleset(session, ruleset.id, actor=SYSTEM).id

    def simulated(self) -> tuple[UUID, Result]:
        with clock.at(self.now):
            with transaction() as session:
                key = simulations.ask(session, self.ruleset_id, FIRST, LAST, actor=WRITER).id
            simulations.carry_out(key)
            with reading() as session:
                kept = session.get_one(Simulation, key).result
        assert kept is not None
        return key, opened(kept, key)

    def adopted(self) -> tuple[UUID, Result]:
        key, result = self.simulated()
        with transaction() as session, clock.at(self.now):
            decision = decisions.draft(session, key, PAPER, actor=WRITER)
            decisions.adopt(session, decision.id, actor=LAWYER)
        return decision.id, result

    def ended(self) -> tuple[UUID, Result]:
        key, result = self.adopted()
        run_out(key, self.now)
        return key, result


def run_out(decision_id: UUID, later: datetime = city.NOON) -> None:
    for _ in range(6):
        later += timedelta(minutes=3)
        with clock.at(later):
            execution.carry_out_due()
        with reading() as session:
            if session.get_one(AdjustmentDecision, decision_id).state is AdjustmentState.DONE:
                return
    raise AssertionError("never ends")


@pytest.fixture
def past(database: Database) -> Iterator[Past]:
    with clock.at(city.NOON):
        yield Past()


def balances(parties: list[UUID]) -> dict[UUID, tuple[int, int]]:
    with reading() as session:
        return {
            key: (
                queries.balance(session, key, Purse.HONOUR),
                queries.balance(session, key, Purse.REDEEMABLE),
            )
            for key in parties
        }


def letters() -> dict[UUID, list[str]]:
    told: dict[UUID, list[str]] = {}
    with reading() as session:
        for one in session.scalars(select(Message).where(Message.template == "points.adjusted/1")):
            told.setdefault(one.party_id, []).append(one.body)
    return told


def caps_used() -> dict[tuple[UUID, str, date], int]:
    with reading() as session:
        rows = session.scalars(select(CapUse))
        return {(one.party_id, one.cap_code, one.starts_on): one.used for one in rows if one.used}


def caps_standing() -> dict[tuple[UUID, str, date], int]:
    """Return what all standing awards together take, as the ledger's explanations tell it."""
    sums: dict[tuple[UUID, str, date], int] = {}
    with reading() as session:
        programme = session.scalars(select(Programme)).one()
        for party, several in history.read(session, programme.id, FIRST, LAST).items():
            for one in several:
                if not one.is_reversal and not one.award.is_reversed:
                    for period, points in one.award.taken.items():
                        key = party, period.code, period.starts_on
                        sums[key] = sums.get(key, 0) + points
    return {key: points for key, points in sums.items() if points}


def test_what_was_simulated_is_what_everybody_has(past: Past) -> None:
    key, result = past.ended()
    told = {one.party_id: (one.after, one.redeemable_after) for one in result.parties}
    assert result.total.changed > 3
    assert balances(past.parties) == told
    _again, after = past.simulated()
    assert (after.total.changed, after.caps_only) == (0, 0)
    assert after.total.before == result.total.after
    assert {kind: one.before for kind, one in after.kinds.items()} == {
        kind: one.after for kind, one in result.kinds.items()
    }
    assert caps_used() == caps_standing()
    # Each whose points changed was told once, and nobody else.
    told_to = letters()
    assert {key for key, one in told_to.items()} == {
        one.party_id
        for one in result.parties
        if one.before != one.after or one.redeemable_before != one.redeemable_after
    }
    assert all(len(bodies) == 1 for bodies in told_to.values())
    assert "荣誉积分−50 分，可兑换积分+0 分" in told_to[past.parties[3]][0]
    with reading() as session:
        assert list(reconcile(session)) == []
        decision = session.get_one(AdjustmentDecision, key)
        assert decision.adjusted == result.total.changed + result.caps_only
        assert decision.more - decision.fewer == result.total.change
        assert decision.redeemable_more - decision.redeemable_fewer == result.total.redeemable_change
        posted = queries.postings_of(session, "contribution", past.gift.source_id, Reason.ADJUSTMENT)
        (line,) = [line for one in posted for line in queries.transfers_of(session, one.id)]
    assert line.wording == (
        "按第 1 号调整决定（示例〔2026〕9号），改用积分规则第 2 版：10,000 元 × 0.5 分/100 元 × A 级 1 = 50 分；"
        "原计 100 分，现计 50 分，扣回 50 分"
    )
    assert (line.happened_on, line.acting_role, line.region_code) == (
        past.gift.facts.happened_on,
        past.gift.acting_role,
        past.gift.region_code,
    )


def test_a_run_more_does_nothing(past: Past) -> None:
    key, _result = past.ended()
    before = balances(past.parties)
    assert execution.carry_out(key) == 0
    assert balances(past.parties) == before


def test_a_run_that_was_killed_goes_on(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    key, result = past.adopted()
    monkeypatch.setattr(execution, "BATCH", 1)
    taken = caps.take
    calls = []

    def breaks(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        taken(*args)

    monkeypatch.setattr(caps, "take", breaks)
    with pytest.raises(KeyboardInterrupt), clock.at(city.NOON):
        execution.carry_out(key)
    with reading() as session:
        assert session.get_one(AdjustmentDecision, key).parties == 1
    run_out(key)
    assert balances(past.parties) == {
        one.party_id: (one.after, one.redeemable_after) for one in result.parties
    }
    assert caps_used() == caps_standing()


def test_taking_a_contribution_back_takes_its_adjustment_along(past: Past) -> None:
    past.ended()
    for request in (*past.services, past.gift):
        if request is not past.services[4]:
            with transaction() as session:
                reverse_award(
                    session,
                    source_kind="contribution",
                    source_id=request.source_id,
                    reason="误",
                    actor=SYSTEM,
                )
    assert set(balances(past.parties).values()) == {(0, 0)}
    assert caps_used() == {}


def test_what_is_verified_later_gets_the_same_version(past: Past) -> None:
    _key, _result = past.ended()
    late = city.gift(past.parties[3], yuan=100, day=date(2026, 3, 1))
    with transaction() as session, clock.at(city.NOON):
        assert award(session, late, actor=SYSTEM).points == 50
    assert past.simulated()[1].total.changed == 0


def test_what_was_verified_meanwhile_is_found(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """An award that began before the adoption, by the version in force then, and ended after the first run."""
    request = city.gift(past.parties[0], day=date(2026, 5, 5))
    with reading() as session:
        programme_id = session.scalars(select(Programme.id)).one()
        before = rulesets.in_force(session, programme_id, request.facts.happened_on)
    key, _result = past.adopted()
    with clock.at(city.NOON):
        execution.carry_out(key)
    with transaction() as session, clock.at(city.NOON), monkeypatch.context() as earlier:
        earlier.setattr(rulesets, "in_force", lambda *_asked: before)
        award(session, request, actor=SYSTEM)
    run_out(key)
    assert past.simulated()[1].total.changed == 0
    assert caps_used() == caps_standing()


def test_what_the_version_cannot_score_stands_as_it_was_and_is_named(past: Past) -> None:
    """Verified after the simulation, and more than may be earned by the new version: the decision ends all the same."""
    simulation, _result = past.simulated()
    with transaction() as session, clock.at(past.now):
        key = decisions.draft(session, simulation, PAPER, actor=WRITER).id
        huge = city.service(past.parties[0], minutes=54 * 10**12)
        before = award(session, huge, actor=SYSTEM)
        decisions.adopt(session, key, actor=LAWYER)
    run_out(key, past.now)
    with reading() as session:
        decision = session.get_one(AdjustmentDecision, key)
        assert decision.adjusted > 0
        assert decision.unscored is not None and len(decision.unscored.splitlines()) == 1
        assert str(huge.source_id) in decision.unscored and "太大" in decision.unscored
        posted = queries.postings_of_many(session, [huge.source_id], [Reason.AWARD, Reason.ADJUSTMENT])
        assert [one.id for one in posted] == [before.id]
    assert caps_used() == caps_standing()


def test_a_second_decision_goes_over_the_first(past: Past) -> None:
    stale, _result = past.simulated()
    past.ended()
    with pytest.raises(Conflict, match="重新试算"), transaction() as session, clock.at(city.NOON):
        decisions.draft(session, stale, PAPER, actor=WRITER)
    past.now += timedelta(hours=1)
    third = NEW.replace("version = 2", "version = 3", 1).replace("2026-12-01", "2027-01-01")
    with transaction() as session, clock.at(city.NOON):
        ruleset = publication.draft_ruleset(
            session, read(third.replace('points = "40"', 'points = "25"')), actor=SYSTEM
        )
        past.ruleset_id = publication.publish_ruleset(session, ruleset.id, actor=SYSTEM).id
    _key, result = past.ended()
    assert result.total.change < 0
    assert balances(past.parties) == {
        one.party_id: (one.after, one.redeemable_after) for one in result.parties
    }
    assert caps_used() == caps_standing()


def test_two_people_and_one_decision_at_a_time(past: Past) -> None:
    simulation, _result = past.simulated()
    with transaction() as session, clock.at(city.NOON):
        first = decisions.draft(session, simulation, PAPER, actor=WRITER).id
        second = decisions.draft(session, simulation, PAPER, actor=WRITER).id
    both = Actor(WRITER.user_id, WRITER.person_id, "同一人", (*WRITER.grants, *LAWYER.grants))
    for actor in (WRITER, both):
        with pytest.raises(NotAllowed), transaction() as session:
            decisions.adopt(session, first, actor=actor)
    with transaction() as session:
        decisions.adopt(session, second, actor=LAWYER)
    with pytest.raises(Conflict, match="还在执行"), transaction() as session:
        decisions.adopt(session, first, actor=LAWYER)
    with pytest.raises(Conflict, match="重新试算"), transaction() as session:
        decisions.draft(session, simulation, PAPER, actor=WRITER)
    run_out(second)
    with pytest.raises(Conflict, match="编号更后"), transaction() as session:
        decisions.adopt(session, first, actor=LAWYER)
    with transaction() as session:
        decisions.drop(session, first, actor=WRITER)
    with pytest.raises(Conflict), transaction() as session:
        decisions.adopt(session, first, actor=LAWYER)


def test_only_a_published_version_is_decided_upon(past: Past) -> None:
    with transaction() as session, clock.at(city.NOON):
        text = TEXT.replace("version = 1", "version = 3", 1).replace("2025-11-01", "2027-01-01")
        past.ruleset_id = publication.draft_ruleset(session, read(text), actor=SYSTEM).id
    simulation, _result = past.simulated()
    with pytest.raises(Conflict, match="先发布"), transaction() as session:
        decisions.draft(session, simulation, PAPER, actor=WRITER)


def test_a_decision_is_of_a_day_that_has_come(past: Past) -> None:
    simulation, _result = past.simulated()
    for day in (date(2026, 11, 22), date(2026, 11, 20)):
        with pytest.raises(InvalidInput), transaction() as session, clock.at(city.NOON):
            decisions.draft(session, simulation, PAPER._replace(decided_on=day), actor=WRITER)


def test_awards_and_reversals_go_on_meanwhile(past: Past) -> None:
    """Two runs at once while others award and take back: in the end nothing differs from a replay."""
    key, _result = past.adopted()
    late = [
        city.service(party, minutes=300 + 60 * number) for number in range(3) for party in past.parties[:3]
    ]
    problems: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            with clock.at(city.NOON):
                work()
        except BaseException as problem:  # told by the test's own thread
            problems.append(problem)

    def award_late() -> None:
        for request in late:
            with transaction() as session:
                award(session, request, actor=SYSTEM)

    def take_back() -> None:
        for request in past.services[:8:3]:
            with transaction() as session:
                reverse_award(
                    session,
                    source_kind="contribution",
                    source_id=request.source_id,
                    reason="误",
                    actor=SYSTEM,
                )

    works = (lambda: execution.carry_out(key), lambda: execution.carry_out(key), award_late, take_back)
    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    run_out(key)
    _again, after = past.simulated()
    assert (after.total.changed, after.caps_only) == (0, 0)
    assert after.total.contributions == 8 - 3 + 1 + len(late)
    assert caps_used() == caps_standing()
    with reading() as session:
        assert list(reconcile(session)) == []
