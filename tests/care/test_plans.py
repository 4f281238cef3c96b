"""Help plans, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, db
from app.deadlines.models import Deadline
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.parties import household_moves
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.permissions import SYSTEM, Role
from projects.plans import plans
from projects.plans.kinds import MOVES, MeasureState, PlanEffect, PlanState
from projects.plans.models import HelpEvaluation, HelpPlan
from projects.plans.plans import Draft, Measure
from tests.care import home as there
from tests.care.home import DAY, OTHER_TOWN, TODAY, Home, do, states, together
from tests.contributions import city as made

S = PlanState


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def home(web: Flask) -> Home:
    return there.found()


def typed(home: Home, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "lead_department": "区民政局",
        "responsible_id": home.city.worker,
        "goal": "老人按时服药，子女稳定就业",
        "measures": (
            Measure("家庭医生签约", "镇卫生院", TODAY, TODAY + 30 * DAY),
            Measure("推荐公益性岗位", "镇社保站", TODAY, TODAY + 60 * DAY),
        ),
    }
    return Draft(**{**values, **changes})


def drafted(home: Home) -> HelpPlan:
    plan: HelpPlan = do(plans.draft, home.id, typed(home), actor=home.town)
    return plan


def in_force(home: Home) -> HelpPlan:
    plan: HelpPlan = do(plans.approve, drafted(home).id, actor=home.leader)
    return plan


def again(plan: HelpPlan) -> HelpPlan:
    with db.reading() as session:
        return session.get_one(HelpPlan, plan.id)


def due(plan: HelpPlan) -> list[date]:
    with db.reading() as session:
        query = select(Deadline).where(Deadline.subject_id == plan.id, Deadline.state == "running")
        return [one.due_on for one in session.scalars(query)]


def test_from_draft_to_the_yearly_evaluation(home: Home) -> None:
    plan = in_force(home)
    assert (again(plan).begin_on, due(plan)) == (TODAY, [date(2027, 11, 22)])  # 21 November 2027 is a Sunday
    for measure, state in zip(again(plan).measures, (MeasureState.DONE, MeasureState.UNDER_WAY), strict=True):
        do(plans.further, measure.id, state, actor=home.town)
    with pytest.raises(Conflict):
        do(plans.further, plan.measures[0].id, MeasureState.UNDER_WAY, actor=home.town)
    with clock.at(made.NOON + 300 * DAY):
        do(plans.evaluate, plan.id, PlanEffect.GOOD, words="岗位已落实", actor=home.county)
        with pytest.raises(Conflict, match="今天已经"):
            do(plans.evaluate, plan.id, PlanEffect.GOOD, words="岗位已落实", actor=home.county)
        assert due(plan) == [date(2028, 9, 18)]  # 17 September 2028 is a Sunday
    with clock.at(made.NOON + 600 * DAY):
        do(plans.evaluate, plan.id, PlanEffect.REACHED, words="目标都已达成", actor=home.county)
    assert (again(plan).state, due(plan)) == (S.FULFILLED, [])
    with db.reading() as session:
        assert [one.number for one in session.scalars(select(HelpEvaluation))] == [1, 2]


def test_four_eyes_and_regions(home: Home) -> None:
    plan = drafted(home)
    with pytest.raises(NotAllowed):
        do(plans.approve, plan.id, actor=home.town)
    with pytest.raises(NotAllowed):
        do(plans.draft, home.id, typed(home), actor=home.stranger)
    with db.transaction() as session:
        session.get_one(HelpPlan, plan.id).drafted_by_id = home.leader.person_id
    with pytest.raises(NotAllowed, match="另一位"):
        do(plans.approve, plan.id, actor=home.leader)
    do(plans.approve, plan.id, actor=home.approver)
    with db.transaction() as session:
        session.get_one(HelpPlan, plan.id).responsible_id = home.city.people[Role.TOWN_STAFF]
    with pytest.raises(NotAllowed, match="责任人"):
        do(plans.evaluate, plan.id, PlanEffect.GOOD, words="自己说好", actor=home.town)


def test_two_at_once_make_one(home: Home) -> None:
    works = [lambda session: plans.draft(session, home.id, typed(home), actor=home.town)] * 3
    assert sorted(one is None for one in together(*works)) == [False, False, True]
    with db.reading() as session:
        plan = session.scalars(select(HelpPlan)).one()
    deciding = [
        lambda session: plans.approve(session, plan.id, actor=home.leader),
        lambda session: plans.approve(session, plan.id, actor=home.approver),
        lambda session: plans.drop(session, plan.id, reason="与实际不符", actor=home.approver),
    ]
    assert sorted(one is None for one in together(*deciding)) == [False, False, True]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"goal": " "}, "目标"),
        ({"lead_department": ""}, "牵头部门"),
        ({"measures": ()}, "1 到"),
        ({"measures": (Measure("x", "", TODAY, TODAY),)}, "由谁做"),
        ({"measures": (Measure("x", "y", TODAY, TODAY - DAY),)}, "早于"),
    ],
)
def test_what_cannot_be_is_refused(home: Home, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        do(plans.draft, home.id, typed(home, **changes), actor=home.town)
    with pytest.raises(InvalidInput, match="回避"):
        do(plans.draft, home.id, typed(home, responsible_id=home.members[1]), actor=home.town)


@pytest.mark.parametrize("state", list(S))
def test_every_step_that_is_no_move_is_refused(home: Home, state: PlanState) -> None:
    plan = drafted(home)
    with db.transaction() as session:
        session.get_one(HelpPlan, plan.id).state = state
    acts: dict[PlanState, Callable[[], Any]] = {
        S.IN_FORCE: lambda: do(plans.approve, plan.id, actor=home.leader),
        S.DROPPED: lambda: do(plans.drop, plan.id, reason="与实际不符", actor=home.leader),
        S.FULFILLED: lambda: do(
            plans.evaluate, plan.id, PlanEffect.REACHED, words="已达成了", actor=home.county
        ),
        S.ENDED: lambda: do(
            plans.evaluate, plan.id, PlanEffect.POINTLESS, words="不适合了", actor=home.county
        ),
    }
    for new, act in acts.items():
        if new in MOVES[state]:
            continue
        with pytest.raises(Refused) as refused:
            act()
        assert str(refused.value) and again(plan).state is state
    if state is not S.DRAFT:
        with pytest.raises(Conflict):
            do(plans.amend, plan.id, typed(home), actor=home.town)


def test_a_household_moves_splits_and_ends(home: Home) -> None:
    plan = in_force(home)
    do(household_moves.move, home.id, region_code=OTHER_TOWN, on=TODAY, reason="全家搬迁", actor=SYSTEM)
    assert again(plan).region_code == OTHER_TOWN
    new = do(
        household_moves.split,
        home.id,
        members=[MemberData(home.members[2], HouseholdRelation.HEAD)],
        on=TODAY,
        reason="成家分户",
        actor=SYSTEM,
    )
    assert states(plan.id)[-1] == ("in_force", "household_changed")
    with db.reading() as session:
        assert plans.open_of(session, new.id) is None
    do(household_moves.close, home.id, on=TODAY, reason="迁出本市", actor=SYSTEM)
    assert (again(plan).state, due(plan)) == (S.ENDED, [])
    with pytest.raises(Conflict, match="终止"):
        do(plans.draft, home.id, typed(home), actor=home.county)
