"""What becomes of requests when their household moves, splits, loses somebody, or ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app import clock, db
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState
from app.parties import household_moves
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.permissions import SYSTEM
from projects.publicity.kinds import PublicityState
from projects.publicity.models import Publicity
from projects.requests import clocks, decisions, queries
from projects.requests.kinds import RequestState
from tests.requests.place import OTHER_TOWN, Place, again, found, noon, propose

S = RequestState


@pytest.fixture
def town(database: db.Database) -> Iterator[Place]:
    with noon():
        yield found()


def happen(verb: Any, town: Place, *more: Any, **given: Any) -> Any:
    with db.transaction() as session:
        return verb(
            session, town.household, *more, on=clock.today(), reason="入户核实的情况", actor=SYSTEM, **given
        )


def test_an_open_request_moves_with_its_clock(town: Place) -> None:
    one = town.assessed()
    with db.reading() as session:
        (before,) = clocks.running(session, [one.id]).values()
    with noon(1):
        happen(household_moves.move, town, region_code=OTHER_TOWN)
    one = again(one)
    assert (one.state, one.region_code) == (S.ASSESSED, OTHER_TOWN)
    with db.reading() as session:
        (after,) = clocks.running(session, [one.id]).values()
        assert after.deadline.region_code == OTHER_TOWN
        assert after.deadline.due_on == before.deadline.due_on
        assert queries.staff_waiting_count(session, town.clerk) == 0
        assert queries.staff_waiting_count(session, town.other_clerk) == 1


def test_what_is_publicised_is_shown_again_in_the_new_place(town: Place) -> None:
    one = town.publicised()
    happen(household_moves.move, town, region_code=OTHER_TOWN)
    assert again(one).state is S.ASSESSED
    with db.reading() as session:
        assert session.scalars(select(Publicity.state)).all() == [PublicityState.WITHDRAWN]
    assert propose(again(one), town.other_clerk).state is S.PUBLICISED


def test_a_decided_request_stays_where_it_was_decided(town: Place) -> None:
    from_before = town.proposed()
    with noon(20):
        with db.transaction() as session:
            decisions.approve(session, from_before.id, actor=town.leader)
        happen(household_moves.move, town, region_code=OTHER_TOWN)
    assert again(from_before).region_code != OTHER_TOWN


def test_a_split_takes_along_what_is_of_who_goes(town: Place) -> None:
    mine, child = town.submitted(), town.drafted(person_id=town.members[2], whole_household=False)
    new = happen(household_moves.split, town, members=[MemberData(town.members[2], HouseholdRelation.HEAD)])
    assert again(mine).household_id == town.household
    assert again(child).household_id == new.id
    with db.reading() as session:
        assert [each.id for each in queries.of_household(session, new.id)] == [child.id]


def test_a_death_ends_what_was_for_that_person_alone(town: Place) -> None:
    alone = town.submitted(whole_household=False)
    whole = town.publicised()
    happen(household_moves.record_death, town, town.members[0], new_head_id=town.members[1])
    one = again(alone)
    assert one.state is S.CLOSED
    with db.reading() as session:
        (last, *_rest) = queries.history(session, one.id)
        assert last.note == "求助人去世，申请终止。"
    one = again(whole)
    assert (one.state, one.person_id, one.applicant_id) == (S.PUBLICISED, town.members[1], town.members[1])


def test_the_last_death_ends_everything(town: Place) -> None:
    happen(household_moves.record_death, town, town.members[1])
    happen(household_moves.record_death, town, town.members[2])
    one = town.publicised()
    happen(household_moves.record_death, town, town.members[0])
    assert again(one).state is S.CLOSED
    with db.reading() as session:
        states = select(Deadline.state).where(Deadline.subject_id == one.id)
        assert DeadlineState.RUNNING not in set(session.scalars(states))
        assert session.scalars(select(Publicity.state)).all() == [PublicityState.WITHDRAWN]


def test_an_ended_file_closes_its_requests(town: Place) -> None:
    one = town.proposed()
    with noon(20):
        happen(household_moves.close, town)
    assert again(one).state is S.CLOSED
