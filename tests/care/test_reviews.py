"""Re-reviews: a draw that nobody can steer, and what follows, on both databases."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, db
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_id
from app.parties import household_moves
from app.permissions import SYSTEM
from projects.exits.kinds import ExitKind, ExitState
from projects.exits.models import HouseholdExit
from projects.reviews import draws, jobs, rules
from projects.reviews.kinds import DrawState, ItemState
from projects.reviews.models import ReviewDraw, ReviewItem
from projects.visits import visits
from projects.visits.kinds import VisitGround, VisitOutcome, VisitPlace, VisitState
from projects.visits.models import Visit
from projects.visits.visits import Findings
from tests.care import home as there
from tests.care.home import DAY, TODAY, TOWN, Home, do, together
from tests.contributions import city as made

D, S = DrawState, ItemState


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def home(web: Flask) -> Home:
    return there.found()


def left(home: Home) -> UUID:
    """Write that a household has left."""
    category = home.stand("低保边缘家庭")
    with db.transaction() as session:
        row = HouseholdExit(
            household_id=home.id,
            region_code=TOWN,
            kind=ExitKind.VOLUNTARY,
            category_id=category,
            category="低保边缘家庭",
            state=ExitState.LEFT,
            applied_at=clock.now(),
            left_on=TODAY,
        )
        session.add(row)
        session.flush()
        return row.id


def committed(home: Home) -> ReviewDraw:
    draw: ReviewDraw = do(
        draws.announce, made.COUNTY, first_day=TODAY - 90 * DAY, last_day=TODAY, actor=home.approver
    )
    return draw


def items() -> list[ReviewItem]:
    with db.reading() as session:
        return list(session.scalars(select(ReviewItem).order_by(ReviewItem.id)))


def visit(home: Home, item: ReviewItem) -> None:
    with db.reading() as session:
        wanted = session.scalars(
            select(Visit).where(Visit.subject_id == item.id, Visit.state == VisitState.DUE)
        ).one()
    assert (wanted.ground, wanted.people_needed) == (VisitGround.REEXAMINATION, 2)
    found = Findings(
        clock.now() - timedelta(hours=1),
        VisitPlace.HOME,
        VisitOutcome.WELL,
        ("living",),
        companions=(home.city.worker,),
    )
    do(visits.record, wanted.id, found, actor=home.worker)


def test_the_draw_is_what_anybody_counts() -> None:
    keys = [UUID(int=number) for number in range(1, 41)]
    chosen = rules.drawn("seed", keys, 5)
    ranked = sorted(keys, key=lambda key: hashlib.sha256(f"seed:{key}".encode()).hexdigest())
    assert chosen == ranked[:2] == rules.drawn("seed", reversed(keys), 5)
    assert len(rules.drawn("seed", keys[:1], 5)) == 1 and rules.drawn("seed", [], 5) == []
    assert rules.drawn("other", keys, 50) != rules.drawn("seed", keys, 50)


def test_hash_first_then_list_then_seed(home: Home, web: Flask) -> None:
    draw = committed(home)
    key = left(home)
    page = web.test_client().get("/reviews").text
    assert draw.seed_hash in page and draw.seed not in page
    with pytest.raises(Conflict, match="以后才能抽取"):
        do(draws.make, draw.id)
    with clock.at(made.NOON + DAY):
        works = [lambda session: draws.make(session, draw.id)] * 3
        assert together(*works, at=made.NOON + DAY) == [None] * 3
        assert jobs.draw_due() is None
        (item,) = items()
        assert (item.state, item.subject_id) == (S.WAITING, key)
        page = web.test_client().get("/reviews").text
        assert draw.seed in page and home.party.name not in page
        said = web.test_cli_runner().invoke(args=["reviews", "draw", draw.code])
        assert said.exit_code == 0 and "the same households" in said.output and str(key) in said.output
        with db.transaction() as session:
            session.get_one(ReviewItem, item.id).subject_id = new_id()
        assert web.test_cli_runner().invoke(args=["reviews", "draw", draw.code]).exit_code == 1


def test_a_second_seed_is_refused(home: Home) -> None:
    works = [
        lambda session: draws.announce(
            session, made.COUNTY, first_day=TODAY - 90 * DAY, last_day=TODAY, actor=home.approver
        )
    ] * 3
    assert sorted(one is None for one in together(*works)) == [False, False, True]
    with pytest.raises(InvalidInput, match="已经结束"):
        do(draws.announce, made.COUNTY, first_day=TODAY - 9 * DAY, last_day=TODAY - DAY, actor=home.approver)
    with pytest.raises(InvalidInput):
        do(draws.announce, made.COUNTY, first_day=TODAY + DAY, last_day=TODAY, actor=home.approver)
    for actor in (home.worker, home.town, home.stranger):
        with pytest.raises(NotAllowed):
            do(draws.announce, made.COUNTY, first_day=TODAY, last_day=TODAY, actor=actor)


def test_a_household_that_left_comes_back(home: Home) -> None:
    draw = committed(home)
    key = left(home)
    with clock.at(made.NOON + DAY):
        jobs.draw_due()
        (item,) = items()
        with pytest.raises(Conflict, match="两人入户"):
            do(draws.close, item.id, readmit=True, words="收入又低了", actor=home.county)
        visit(home, item)
        for actor in (home.worker, home.stranger, home.leader):
            with pytest.raises(NotAllowed):
                do(draws.close, item.id, readmit=True, words="收入又低了", actor=actor)
        works = [
            lambda session, r=r: draws.close(
                session, item.id, readmit=r, words="收入又低了", actor=home.county
            )
            for r in (True, False)
        ]
        outcome = together(*works, at=made.NOON + DAY)
        assert sorted(one is None for one in outcome) == [False, True]
        with db.reading() as session:
            assert session.get_one(ReviewDraw, draw.id).state is D.CLOSED
            state = session.get_one(HouseholdExit, key).state
        assert (state is ExitState.READMITTED) == (outcome[0] is None)


def test_a_household_that_ended_is_not_checked(home: Home) -> None:
    draw = committed(home)
    left(home)
    with clock.at(made.NOON + DAY):
        jobs.draw_due()
        do(household_moves.close, home.id, on=TODAY, reason="迁出本市", actor=SYSTEM)
        (item,) = items()
        assert item.state is S.GONE
        with db.reading() as session:
            assert session.get_one(ReviewDraw, draw.id).state is D.CLOSED
