"""Awards and their reversal, caps, idempotency: on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotFound
from app.permissions import SYSTEM
from points.awards import award
from points.ledger import queries
from points.ledger.kinds import Purse
from points.reversals import reverse_award
from tests.points import city


@pytest.fixture
def party(database: Database) -> Iterator[UUID]:
    """A volunteer's organisation in a city with published rules."""
    with transaction() as session:
        city.programme(session)
        made = city.party(session)
    yield made


def balances(party: UUID) -> tuple[int, int]:
    with reading() as session:
        return queries.balance(session, party, Purse.HONOUR), queries.balance(
            session, party, Purse.REDEEMABLE
        )


def test_service_goes_into_both_purses_and_says_how(party: UUID) -> None:
    with transaction() as session:
        made = award(session, city.service(party), actor=SYSTEM)
    assert (made.points, made.redeemable) == (225, 225)
    assert made.wording == "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分"
    assert balances(party) == (225, 225)
    with reading() as session:
        honour = queries.statement(session, party, Purse.HONOUR)
        redeemable = queries.statement(session, party, Purse.REDEEMABLE)
    assert [(line.number, line.points, line.balance, line.wording) for line in honour] == [
        (1, 225, 225, made.wording)
    ]
    assert honour[0].expires_on is None
    assert redeemable[0].expires_on is not None


def test_gifts_are_honour_only(party: UUID) -> None:
    with transaction() as session:
        award(session, city.gift(party), actor=SYSTEM)
    assert balances(party) == (10_000, 0)


def test_same_facts_return_the_first_award_and_others_conflict(party: UUID) -> None:
    request = city.service(party)
    with transaction() as session:
        first = award(session, request, actor=SYSTEM)
    with transaction() as session:
        again = award(session, request, actor=SYSTEM)
    assert (again.id, again.points, again.wording, again.is_new) == (first.id, 225, first.wording, False)
    with pytest.raises(Conflict), transaction() as session:
        award(session, replace(request, facts=replace(request.facts, minutes=60)), actor=SYSTEM)
    assert balances(party) == (225, 225)


def test_another_revision_waits_for_the_reversal(party: UUID) -> None:
    request = city.service(party)
    corrected = replace(request, revision=2, facts=replace(request.facts, minutes=120))
    with transaction() as session:
        award(session, request, actor=SYSTEM)
    with pytest.raises(Conflict), transaction() as session:
        award(session, corrected, actor=SYSTEM)
    with transaction() as session:
        back = reverse_award(
            session, source_kind="contribution", source_id=request.source_id, reason="时长有误", actor=SYSTEM
        )
        award(session, corrected, actor=SYSTEM)
    assert back.points == -225
    assert balances(party) == (180, 180)
    with reading() as session:
        lines = queries.statement(session, party, Purse.HONOUR)
    assert [(line.number, line.points, line.balance) for line in lines] == [
        (3, 180, 180),
        (2, -225, 0),
        (1, 225, 225),
    ]
    assert lines[1].reverses_id == lines[2].transfer_id


def test_a_reversal_happens_once(party: UUID) -> None:
    request = city.service(party)
    with transaction() as session:
        award(session, request, actor=SYSTEM)
    taken_back = []
    for reason in ("登记有误", "另一个理由"):
        with transaction() as session:
            taken_back.append(
                reverse_award(
                    session,
                    source_kind="contribution",
                    source_id=request.source_id,
                    reason=reason,
                    actor=SYSTEM,
                )
            )
    assert taken_back[0].id == taken_back[1].id
    assert [one.is_new for one in taken_back] == [True, False]
    assert balances(party) == (0, 0)


def test_nothing_to_reverse(party: UUID) -> None:
    with pytest.raises(NotFound), transaction() as session:
        reverse_award(session, source_kind="contribution", source_id=party, reason="无", actor=SYSTEM)


def test_a_cap_counts_what_is_left_and_a_reversal_gives_it_back(party: UUID) -> None:
    """The rules let 16 points of service count in a day."""
    long_day = [city.service(party, minutes=600) for _ in range(3)]
    with transaction() as session:
        made = [award(session, request, actor=SYSTEM) for request in long_day]
    assert [one.points for one in made] == [900, 700, 0]
    assert made[1].wording.endswith("2026年11月20日此类上限 16 分，此前已计 9 分，本次计 7 分")
    assert made[2].wording.endswith("此前已计 16 分，本次计 0 分")
    with transaction() as session:
        reverse_award(
            session, source_kind="contribution", source_id=long_day[0].source_id, reason="误", actor=SYSTEM
        )
        freed = award(session, city.service(party, minutes=900), actor=SYSTEM)
    assert freed.points == 900
    assert balances(party) == (1600, 1600)


def test_no_rules_before_the_first_day(party: UUID) -> None:
    with pytest.raises(InvalidInput), transaction() as session:
        award(session, city.service(party, day=date(2025, 10, 31)), actor=SYSTEM)


def test_twelve_threads_award_one_contribution_once(party: UUID) -> None:
    for request in (city.service(party), city.gift(party)):

        def one(_: int, request: object = request) -> tuple[UUID, bool]:
            with transaction() as session:
                made = award(session, request, actor=SYSTEM)  # type: ignore[arg-type]
            return made.id, made.is_new

        with ThreadPoolExecutor(12) as pool:
            made = list(pool.map(one, range(12)))
        assert len({key for key, _ in made}) == 1
        assert sum(new for _, new in made) == 1
    assert balances(party) == (10_225, 225)


def test_threads_on_one_party_use_its_cap_once(party: UUID) -> None:
    def one(_: int) -> int:
        with transaction() as session:
            return award(session, city.service(party, minutes=300), actor=SYSTEM).points

    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(one, range(8)))
    assert sum(counted) == 1600
    assert balances(party) == (1600, 1600)
