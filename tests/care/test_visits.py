"""The rota, writing down a visit, and what follows from it, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, db
from app.deadlines import deadlines
from app.deadlines.models import Deadline
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_id
from app.parties import household_facts, household_moves
from app.parties.household_kinds import PersonTagKind
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.parties.models import Person
from app.permissions import SYSTEM
from projects.visits import clocks, jobs, rota, visits
from projects.visits.kinds import (
    FollowUpKind,
    FollowUpState,
    VisitGround,
    VisitOutcome,
    VisitPlace,
    VisitState,
)
from projects.visits.models import Visit, VisitFollowUp, VisitNote
from projects.visits.visits import Findings
from tests.care import home as there
from tests.care.home import DAY, OTHER_TOWN, TODAY, Home, do, together
from tests.contributions import city as made

G, S, R = VisitGround, VisitState, VisitOutcome


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def home(web: Flask) -> Home:
    return there.found()


def all_visits(household_id: UUID) -> list[Visit]:
    with db.reading() as session:
        query = select(Visit).where(Visit.household_id == household_id).order_by(Visit.id)
        return list(session.scalars(query))


def due(home: Home) -> Visit:
    (found,) = [one for one in all_visits(home.id) if one.state is S.DUE and one.subject_id == home.id]
    return found


def clock_of(visit: Visit) -> Deadline:
    with db.reading() as session:
        query = select(Deadline).where(Deadline.subject_id == visit.id).order_by(Deadline.id.desc())
        return session.scalars(query).first()  # type: ignore[return-value]


def findings(**changes: Any) -> Findings:
    values: dict[str, Any] = {
        "made_at": clock.now() - timedelta(minutes=30),
        "place": VisitPlace.HOME,
        "outcome": R.WELL,
        "items": ("living", "housing"),
    }
    return Findings(**{**values, **changes})


def test_the_rota_follows_the_category(home: Home) -> None:
    jobs.plan_visits()
    assert all_visits(home.id) == []
    home.stand("农村低保")
    assert jobs.plan_visits() is not None
    visit = due(home)
    assert (visit.ground, visit.people_needed) == (G.LIVING_ALLOWANCE, 1)
    assert clock_of(visit).due_on == date(2027, 5, 21)  # six months
    home.stand("特困人员")
    jobs.plan_visits()
    assert due(home).id == visit.id and due(home).ground is G.DESTITUTE
    assert clock_of(due(home)).due_on == date(2026, 12, 21)
    assert jobs.plan_visits() is None and len(all_visits(home.id)) == 1


def test_the_job_twice_and_at_once_makes_one(home: Home) -> None:
    home.stand("特困人员")
    with db.reading() as session:
        keys = rota.lot(session, None, 100)
    assert together(*[lambda session: rota.plan_lot(session, keys)] * 4) == [None] * 4
    jobs.plan_visits()
    assert len(all_visits(home.id)) == 1


def test_days_off_leave_one_overdue_visit(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    with clock.at(made.NOON + 100 * DAY):
        jobs.plan_visits()
        assert len(all_visits(home.id)) == 1
        late = clock_of(due(home))
        assert late.due_on == date(2026, 12, 21)
        with db.transaction() as session:
            level = deadlines.supervise(session, late.id, on=clock.today(), actor=SYSTEM)
        assert level is not None and level.value == "county"


def test_a_visit_is_written_down_and_the_next_is_due(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    visit = due(home)
    do(visits.record, visit.id, findings(), actor=home.worker)
    first, second = all_visits(home.id)
    assert (first.state, first.outcome, first.due_on) == (S.DONE, R.WELL, date(2026, 12, 21))
    assert second.state is S.DUE and clock_of(second).due_on == date(2026, 12, 21)
    assert there.states(visit.id) == [(None, "due"), ("due", "done")]
    with pytest.raises(Conflict):
        do(visits.record, visit.id, findings(), actor=home.patrol)
    with db.reading() as session:
        raw = session.connection().exec_driver_sql("SELECT items FROM visit_note").scalar_one()
        assert b"living" not in bytes(raw)
        assert session.get_one(VisitNote, visit.id).items == "living,housing"


def test_two_who_write_down_the_same_visit_write_one(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    visit = due(home)
    sentences = together(
        *[
            lambda session, who=who: visits.record(session, visit.id, findings(), actor=who)
            for who in (home.worker, home.patrol, home.town, home.county)
        ]
    )
    assert sorted(one is None for one in sentences) == [False, False, False, True]
    assert len(all_visits(home.id)) == 2


def test_nobody_met_leaves_it_due_by_the_same_day(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    visit = due(home)
    do(visits.record, visit.id, findings(outcome=R.ABSENT, items=()), actor=home.worker)
    first, second = all_visits(home.id)
    assert (first.state, second.state) == (S.ABSENT, S.DUE)
    assert clock_of(second).due_on == clock_of(first).due_on


def test_where_something_is_decided_two_go(home: Home) -> None:
    home.stand("潜在救助对象")
    jobs.plan_visits()
    visit = due(home)
    assert visit.ground is G.POTENTIAL and visit.people_needed == 2
    with pytest.raises(InvalidInput, match="2 人"):
        do(visits.record, visit.id, findings(), actor=home.worker)
    with pytest.raises(InvalidInput, match="回避"):
        do(visits.record, visit.id, findings(companions=(home.members[0],)), actor=home.worker)
    with pytest.raises(InvalidInput, match="2 人"):
        do(visits.record, visit.id, findings(companions=(home.worker.person_id,)), actor=home.worker)
    do(visits.record, visit.id, findings(companions=(home.city.worker,)), actor=home.worker)


def test_a_child_in_the_family_asks_for_two(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    assert due(home).people_needed == 1
    with db.transaction() as session:
        session.get_one(Person, home.members[2]).born_on = date(2016, 6, 1)
    with db.reading() as session:
        assert rota.people_needed(session, home.party, G.DESTITUTE) == 2
    with db.transaction() as session:
        household_facts.begin_tag(
            session,
            home.id,
            home.members[2],
            tag=PersonTagKind.LEFT_BEHIND_CHILD,
            begin_on=TODAY,
            reason="父母外出务工",
            actor=SYSTEM,
        )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"made_at": made.NOON + DAY}, "还没有到"),
        ({"made_at": made.NOON - 91 * DAY}, "90 天"),
        ({"items": ()}, "勾选"),
        ({"items": ("nothing",)}, "清单里没有"),
        ({"items": ("ill",)}, "不能是"),
        ({"outcome": R.CONCERN, "items": ("ill",)}, "写明"),
        ({"next_on": TODAY}, "今天之后"),
        ({"next_on": TODAY + 60 * DAY}, "不超过"),
    ],
)
def test_what_cannot_be_is_refused(home: Home, changes: dict[str, Any], said: str) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    with pytest.raises(InvalidInput, match=said):
        do(visits.record, due(home).id, findings(**changes), actor=home.worker)
    assert due(home).state is S.DUE


def test_who_may_not_is_refused(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    for actor in (home.stranger, home.leader, home.city.clerk):
        with pytest.raises(NotAllowed):
            do(visits.record, due(home).id, findings(), actor=actor)
    with pytest.raises(NotAllowed):
        do(visits.excuse, due(home).id, reason="住院期间", actor=home.worker)


def test_findings_open_what_follows(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    found = findings(
        outcome=R.CONCERN,
        items=("ill", "child_unsafe"),
        words="孩子没有上学",
        follow_ups=(FollowUpKind.REQUEST,),
    )
    do(visits.record, due(home).id, found, actor=home.worker)
    with db.reading() as session:
        opened = {one.kind: one for one in session.scalars(select(VisitFollowUp))}
        days = {
            row.subject_id: row.due_on
            for row in session.scalars(select(Deadline).where(Deadline.subject_kind == clocks.FOLLOW_UP))
        }
    assert set(opened) == {FollowUpKind.REQUEST, FollowUpKind.DANGER}
    assert days[opened[FollowUpKind.DANGER].id] == date(2026, 11, 23)
    request = new_id()
    one = opened[FollowUpKind.REQUEST]
    with pytest.raises(NotAllowed):
        do(visits.settle, one.id, dropped=False, words="已代为申请", actor=home.worker)
    works = [
        lambda session: visits.settle(
            session,
            one.id,
            dropped=False,
            words="已代为申请",
            actor=home.town,
            result=("aid_request", request),
        )
    ] * 2
    assert sorted(said is None for said in together(*works)) == [False, True]
    with db.reading() as session:
        row = session.get_one(VisitFollowUp, one.id)
        assert (row.state, row.result_id) == (FollowUpState.DONE, request)


def test_a_day_agreed_upon_and_a_visit_called_off(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    do(visits.record, due(home).id, findings(next_on=TODAY + 7 * DAY), actor=home.worker)
    agreed = due(home)
    assert agreed.ground is G.AGREED and clock_of(agreed).due_on == date(2026, 11, 30)
    assert jobs.plan_visits() is None
    do(visits.excuse, agreed.id, reason="住院治疗", actor=home.town)
    assert due(home).ground is G.DESTITUTE
    with pytest.raises(Conflict):
        do(visits.excuse, agreed.id, reason="住院治疗", actor=home.town)


def test_a_patrol_passes_by(home: Home) -> None:
    works = [lambda session: visits.begin(session, home.id, actor=home.patrol)] * 3
    assert together(*works) == [None] * 3
    assert due(home).ground is G.PATROL
    do(visits.record, due(home).id, findings(), actor=home.patrol)
    assert [one.state for one in all_visits(home.id)] == [S.DONE]


def test_a_household_moves_splits_and_ends(home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    do(household_moves.move, home.id, region_code=OTHER_TOWN, on=TODAY, reason="全家搬迁", actor=SYSTEM)
    visit = due(home)
    assert visit.region_code == OTHER_TOWN == clock_of(visit).region_code
    new = do(
        household_moves.split, home.id, members=[MemberData(home.members[2], HouseholdRelation.HEAD)], on=TODAY,
        reason="成家分户", actor=SYSTEM,
    )  # fmt: skip
    jobs.plan_visits()
    assert due(home).id == visit.id and all_visits(new.id) == []
    do(household_moves.close, home.id, on=TODAY, reason="迁出本市", actor=SYSTEM)
    assert [one.state for one in all_visits(home.id)] == [S.CANCELLED]
    assert jobs.plan_visits() is None
    with pytest.raises(Conflict, match="终止"):
        do(visits.begin, home.id, actor=home.county)


def test_a_category_that_ends_takes_its_visit_off(home: Home) -> None:
    category = home.stand("监测对象")
    jobs.plan_visits()
    assert due(home).ground is G.MONITORED
    do(
        household_facts.end_category,
        home.id,
        category_id=category,
        end_on=TODAY,
        reason="风险消除",
        actor=SYSTEM,
    )
    with clock.at(made.NOON + DAY):
        jobs.plan_visits()
    assert [one.state for one in all_visits(home.id)] == [S.CANCELLED]
