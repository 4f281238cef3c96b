"""Several at once, on both databases: each request exactly once, its number its own; of two deciders one counts."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock, db
from app.errors import Refused
from app.papers.models import Paper
from app.parties import household_moves
from app.permissions import SYSTEM
from credit.commitments.models import Commitment
from projects.requests import decisions, intake, queries
from projects.requests.kinds import RequestState
from projects.requests.models import AidRequest
from tests.parties.families import family
from tests.requests.place import NOON, OTHER_TOWN, Place, again, found, moves, noon, recipient

S = RequestState
FAMILIES, EACH, THREADS = 20, 10, 16


@pytest.fixture
def town(database: db.Database) -> Iterator[Place]:
    with noon():
        yield found()


def together(*works: Callable[[Session], object], at: datetime) -> list[str | None]:
    """Run each work in a transaction of its own, all at the same moment; return the refusals, None for done."""
    ready = Barrier(len(works))

    def run(work: Callable[[Session], object]) -> str | None:
        with clock.at(at):
            ready.wait(10)
            try:
                with db.transaction() as session:
                    work(session)
            except Refused as refused:
                return str(refused)
        return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_two_hundred_hand_in_at_once_each_twice(town: Place) -> None:
    """200 drafts of 20 families, each handed in twice at the same time by 16 threads: once each, all with numbers."""
    drafts: list[tuple[uuid.UUID, uuid.UUID]] = []
    with db.transaction() as session:
        for number in range(FAMILIES):
            household, members = family(session, 1, first=1000 + number * 10)
            for _each in range(EACH):
                told = town.told(household_id=household.id, person_id=members[0], applicant_id=members[0])
                one = intake.enter(session, told, actor=recipient(members[0]))
                drafts.append((one.id, members[0]))

    def hand_in(draft: tuple[uuid.UUID, uuid.UUID]) -> bool:
        with clock.at(NOON):
            while True:
                try:
                    with db.transaction() as session:
                        intake.submit(session, draft[0], revision=1, actor=recipient(draft[1]))
                except Refused:
                    return False
                except OperationalError:  # the machine was too busy: whoever pressed presses again
                    continue
                return True

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(hand_in, [*drafts, *drafts]))
    assert sum(done) == FAMILIES * EACH
    with db.reading() as session:
        numbers = session.scalars(select(AidRequest.number).order_by(AidRequest.number)).all()
        assert numbers == [f"QZ2026-{number:06d}" for number in range(1, FAMILIES * EACH + 1)]
        assert session.scalar(select(func.count()).select_from(Commitment)) == FAMILIES * EACH
        assert queries.staff_waiting_count(session, town.clerk) == FAMILIES * EACH


def test_of_two_who_approve_one_counts(town: Place) -> None:
    one = town.proposed(2_000_000, asked_fen=2_000_000)
    done = together(
        lambda session: decisions.approve(session, one.id, actor=town.approver),
        lambda session: decisions.approve(session, one.id, actor=town.second_approver),
        at=NOON + timedelta(days=20),
    )
    assert done.count(None) == 1 and "已批准" in next(each for each in done if each)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == 1


def test_taken_back_while_it_is_approved(town: Place) -> None:
    for _time in range(4):
        one = town.proposed()
        done = together(
            lambda session, key=one.id: decisions.approve(session, key, actor=town.leader),  # type: ignore[misc]
            lambda session, key=one.id: decisions.withdraw(session, key, actor=town.head),  # type: ignore[misc]
            at=NOON + timedelta(days=20),
        )
        assert done.count(None) == 1
        won = S.APPROVED if done[0] is None else S.WITHDRAWN
        assert again(one).state is won and moves(one)[-1] == (S.PROPOSED, won)
        assert str(won.label) in str(next(each for each in done if each))


def test_handed_in_while_the_family_moves(town: Place) -> None:
    one = town.drafted()
    done = together(
        lambda session: intake.submit(session, one.id, revision=1, actor=town.head),
        lambda session: household_moves.move(
            session,
            town.household,
            region_code=OTHER_TOWN,
            on=clock.today(),
            reason="随子女搬到新小区",
            actor=SYSTEM,
        ),
        at=NOON,
    )
    assert done == [None, None]
    assert (again(one).state, again(one).region_code) == (S.SUBMITTED, OTHER_TOWN)
