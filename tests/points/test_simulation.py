"""A draft tried on history: what happened is replayed as it happened, and nothing is written."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import clock
from app.db import Database, reading, transaction
from app.errors import InvalidInput
from app.ids import new_id
from app.permissions import SYSTEM
from points.awards import award
from points.ledger.models import Posting
from points.reversals import reverse_award
from points.rulesets import publication
from points.rulesets.document import read, terms_of
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from points.rulesets.rules import CapPeriod, Facts, score
from points.simulation import simulations
from points.simulation.history import Event, PastAward
from points.simulation.kept import opened
from points.simulation.models import Simulation
from points.simulation.replay import Cause, replay
from points.simulation.results import Result
from tests.points import city

FIRST, LAST = date(2026, 1, 1), date(2026, 11, 21)
TEXT = city.FIRST_RULES.read_text("utf-8")
SECOND = (
    TEXT.replace("version = 1", "version = 2", 1)
    .replace("2025-11-01", "2026-12-01")
    .replace('points = "1"\nper = 60', 'points = "2"\nper = 60')
)
NONE = UUID(int=0)
RULES = terms_of(read(TEXT), ruleset_id=NONE, programme_id=NONE)
OTHER = terms_of(read(SECOND), ruleset_id=NONE, programme_id=NONE)


def draft(text: str = SECOND) -> UUID:
    with transaction() as session, clock.at(city.NOON):
        return publication.draft_ruleset(session, read(text), actor=SYSTEM).id


def simulated(ruleset_id: UUID, first: date = FIRST, last: date = LAST) -> Result:
    with clock.at(city.NOON):
        with transaction() as session:
            key = simulations.ask(session, ruleset_id, first, last, actor=SYSTEM).id
        assert simulations.carry_out(key)
        assert not simulations.carry_out(key)
        with reading() as session:
            kept = session.get_one(Simulation, key).result
    assert kept is not None
    return opened(kept, key)


@pytest.fixture
def parties(database: Database) -> list[UUID]:
    """Three organisations; the first reaches its daily cap, and one of its services is reversed."""
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        made = [city.party(session, f"第{number}服务中心") for number in range(3)]
        for minutes in (600, 600, 600):
            award(session, city.service(made[0], minutes=minutes), actor=SYSTEM)
        wrong = city.service(made[1], minutes=900)
        award(session, wrong, actor=SYSTEM)
        reverse_award(
            session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
        )
        award(session, city.service(made[1], minutes=900), actor=SYSTEM)
        award(session, city.gift(made[2]), actor=SYSTEM)
        award(session, city.service(made[2], day=date(2025, 12, 31)), actor=SYSTEM)
    return made


def test_the_very_rules_change_nothing(parties: list[UUID]) -> None:
    """The version in force, drafted again, comes to the same for everybody."""
    same = simulated(draft(TEXT.replace("version = 1", "version = 2", 1).replace("2025-11-01", "2026-12-01")))
    assert (same.total.contributions, same.total.changed, same.caps_only) == (5, 0, 0)
    assert same.total.before == same.total.after == 1600 + 1350 + 10_000
    assert {one.party_id: (one.rank_before, one.rank_after) for one in same.parties} == {
        parties[0]: (2, 2),
        parties[1]: (3, 3),
        parties[2]: (1, 1),
    }


def test_a_draft_tells_who_wins_and_why(parties: list[UUID]) -> None:
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(Posting))
    result = simulated(draft(SECOND.replace('span = "day"\npoints = "16"', 'span = "day"\npoints = "30"')))
    lines = {one.party_id: one for one in result.parties}
    assert (lines[parties[0]].before, lines[parties[0]].after) == (1600, 3000)
    assert (lines[parties[1]].before, lines[parties[1]].after) == (1350, 2700)
    assert (lines[parties[2]].before, lines[parties[2]].after) == (10_000, 10_000)
    assert (result.winners, result.losers, result.total.changed) == (2, 0, 3)
    assert result.kinds[ContributionKind.SERVICE].change == 1400 + 1350
    assert result.kinds[ContributionKind.MONEY].change == 0
    assert result.causes == {Cause.RATE: 3}
    example = next(one for one in result.examples if one.party_id == parties[1])
    assert example.wording_before == "15 小时 × 1 分/小时 × B 级 0.9 = 13.5 分"
    assert example.wording_after == "15 小时 × 2 分/小时 × B 级 0.9 = 27 分"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Posting)) == before


def test_only_the_period_is_scored_anew(parties: list[UUID]) -> None:
    assert simulated(draft(), date(2025, 12, 1), date(2025, 12, 31)).total.contributions == 1
    assert simulated(draft(), date(2026, 11, 21), LAST).total.contributions == 0


def test_only_what_has_happened_is_simulated(parties: list[UUID]) -> None:
    key = draft()
    for first, last in ((LAST, FIRST), (FIRST, date(2026, 11, 22)), (date(2001, 1, 1), LAST)):
        with pytest.raises(InvalidInput), transaction() as session, clock.at(city.NOON):
            simulations.ask(session, key, first, last, actor=SYSTEM)


def test_a_deleted_draft_takes_its_simulations_along(parties: list[UUID]) -> None:
    key = draft()
    simulated(key)
    with transaction() as session:
        publication.delete_draft(session, key, actor=SYSTEM)
    with reading() as session:
        assert session.scalars(select(Simulation)).all() == []


def past(facts: Sequence[Facts], reversals: Sequence[int]) -> list[Event]:
    """Award one contribution after the other by the first rules; after each, perhaps take one back."""
    used: dict[CapPeriod, int] = {}
    events: list[Event] = []
    for number, one in enumerate(facts):
        told = score(RULES, one, used)
        made = PastAward(
            new_id(), "contribution", new_id(), NONE, one, {}, 1, told.rule.code if told.rule else None,
            told.earned, told.points, told.redeemable,
            {period: points for period, points in told.taken if points}, told.wording,
        )  # fmt: skip
        events.append(Event(made))
        for period, points in made.taken.items():
            used[period] = used.get(period, 0) + points
        gone = events[reversals[number] % len(events)].award
        if reversals[number] and not gone.is_reversed:
            gone.is_reversed = True
            events.append(Event(gone, is_reversal=True))
            for period, points in gone.taken.items():
                used[period] -= points
    return events


contributions = st.builds(
    Facts,
    st.sampled_from([ContributionKind.SERVICE, ContributionKind.GOODS]),
    st.dates(date(2026, 11, 28), date(2026, 12, 2)),
    st.sampled_from(EvidenceGrade),
    amount_fen=st.just(30_000_000),
    minutes=st.integers(100, 900),
)


@given(st.lists(st.tuples(contributions, st.integers(0, 9)), min_size=1, max_size=20))
def test_any_past_comes_to_itself(several: list[tuple[Facts, int]]) -> None:
    """Whatever was awarded and taken back in whatever order: the same rules give the same points and caps."""
    events = past([one for one, _ in several], [number for _, number in several])
    for first, last in ((FIRST, date(2026, 12, 31)), (date(2026, 12, 1), date(2026, 12, 31))):
        for one in replay(events, RULES, first, last):
            assert (one.points, one.redeemable, one.caps()) == (0, 0, {})


@given(st.lists(st.tuples(contributions, st.integers(0, 9)), min_size=1, max_size=20))
def test_other_rules_are_used_in_the_order_of_award(several: list[tuple[Facts, int]]) -> None:
    events = past([one for one, _ in several], [number for _, number in several])
    used: dict[CapPeriod, int] = {}
    taken: dict[UUID, dict[CapPeriod, int]] = {}
    wanted: dict[UUID, int] = {}
    for event in events:
        key = event.award.posting_id
        if event.is_reversal:
            for period, points in taken[key].items():
                used[period] -= points
            wanted.pop(key)
            continue
        told = score(OTHER, event.award.facts, used)
        taken[key], wanted[key] = dict(told.taken), told.points
        for period, points in told.taken:
            used[period] = used.get(period, 0) + points
    made = replay(events, OTHER, FIRST, date(2026, 12, 31))
    assert {one.award.posting_id: one.score.points for one in made} == wanted
