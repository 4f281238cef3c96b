"""Leaving aid and coming back, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, db
from app.deadlines.models import Deadline
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.parties import household_moves, household_queries
from app.permissions import SYSTEM
from projects.exits import exits, jobs, rules
from projects.exits.kinds import MOVES, ExitKind, ExitState
from projects.exits.models import HouseholdExit
from projects.visits import visits
from projects.visits.kinds import VisitGround, VisitOutcome, VisitPlace, VisitState
from projects.visits.models import Visit
from projects.visits.visits import Findings
from tests.care import home as there
from tests.care.home import DAY, OTHER_TOWN, TODAY, Home, do, states, together
from tests.contributions import city as made

S = ExitState


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def home(web: Flask) -> Home:
    return there.found()


def applied(home: Home, kind: ExitKind = ExitKind.VOLUNTARY, word: str = "低保边缘家庭", **given: Any) -> Any:
    category = home.stand(word)
    if kind is ExitKind.GRADUAL:
        given = {"months": 12, "stages": 3, **given}
    return do(exits.apply, home.id, category, kind, reason="孩子已经工作", actor=home.worker, **given)


def visit(home: Home, leaving: HouseholdExit) -> None:
    with db.reading() as session:
        key = session.scalars(
            select(Visit.id).where(Visit.subject_id == leaving.id, Visit.state == VisitState.DUE)
        ).one()
    found = Findings(
        clock.now() - timedelta(hours=1),
        VisitPlace.HOME,
        VisitOutcome.WELL,
        ("living",),
        companions=(home.city.worker,),
    )
    do(visits.record, key, found, actor=home.worker)


def visited(home: Home, **given: Any) -> HouseholdExit:
    leaving: HouseholdExit = applied(home, **given)
    visit(home, leaving)
    return leaving


def confirmed(home: Home, **given: Any) -> HouseholdExit:
    leaving = visited(home, **given)
    do(exits.confirm, leaving.id, actor=home.leader)
    return leaving


def again(leaving: HouseholdExit) -> HouseholdExit:
    with db.reading() as session:
        return session.get_one(HouseholdExit, leaving.id)


def in_category(home: Home) -> list[str]:
    with db.reading() as session:
        rows = household_queries.categories(session, home.id)
        return [one.category for one in rows if one.end_on is None]


def test_a_household_leaves_after_thinking_it_over(home: Home) -> None:
    leaving = applied(home)
    with db.reading() as session:
        wanted = session.scalars(select(Visit)).one()
    assert (wanted.ground, wanted.people_needed) == (VisitGround.EXIT, 2)
    with pytest.raises(Conflict):
        do(exits.confirm, leaving.id, actor=home.leader)
    visit(home, leaving)
    do(exits.confirm, leaving.id, actor=home.leader)
    with db.reading() as session:
        clocks = session.scalars(select(Deadline).where(Deadline.kind == "exit.cooling_off")).one()
    assert clocks.due_on == date(2026, 12, 4)  # ten working days after Saturday, 21 November
    with clock.at(made.NOON + 13 * DAY):
        jobs.go_on()
        assert again(leaving).state is S.COOLING
    with clock.at(made.NOON + 20 * DAY):  # days off in between are caught up
        assert jobs.go_on() is not None and jobs.go_on() is None
        assert again(leaving).left_on == TODAY + 20 * DAY
        assert in_category(home) == []
    assert [to for _from, to in states(leaving.id)] == ["applied", "visited", "cooling", "left"]
    with clock.at(made.NOON + 60 * DAY):
        do(exits.readmit, leaving.id, reason="家人患病住院", actor=home.leader)
        assert (again(leaving).state, in_category(home)) == (S.READMITTED, ["低保边缘家庭"])


def test_it_can_be_taken_back_until_the_last_day(home: Home) -> None:
    leaving = confirmed(home)
    with clock.at(made.NOON + 13 * DAY):
        do(exits.take_back, leaving.id, reason="家里改了主意", actor=home.worker)
    assert (again(leaving).state, in_category(home)) == (S.TAKEN_BACK, ["低保边缘家庭"])
    other = there.another(home)
    late = confirmed(other)
    with clock.at(made.NOON + 14 * DAY), pytest.raises(Conflict, match="冷静期已满"):
        do(exits.take_back, late.id, reason="家里改了主意", actor=home.worker)


def test_leaving_and_taking_back_at_once(home: Home) -> None:
    leaving = confirmed(home)
    works = [
        lambda session: exits.take_back(session, leaving.id, reason="家里改了主意", actor=home.worker),
        lambda session: exits.take_back(session, leaving.id, reason="家里改了主意", actor=home.town),
        lambda session: exits.leave(session, leaving.id),
    ]
    assert together(*works).count(None) == 2  # the job finds nothing to do
    assert again(leaving).state is S.TAKEN_BACK


def test_basic_living_aid_is_never_touched(home: Home) -> None:
    leaving = confirmed(home, word="农村低保")
    with clock.at(made.NOON + 20 * DAY):
        jobs.go_on()
        assert (again(leaving).state, in_category(home)) == (S.LEFT, ["农村低保"])
        do(exits.readmit, leaving.id, reason="家人患病住院", actor=home.leader)
        assert in_category(home) == ["农村低保"]


def test_step_by_step(home: Home) -> None:
    leaving = confirmed(home, kind=ExitKind.GRADUAL)
    assert [(one.percent, one.end_on) for one in again(leaving).stages] == [
        (75, date(2027, 3, 20)),
        (50, date(2027, 7, 20)),
        (25, date(2027, 11, 20)),
    ]
    with pytest.raises(Conflict, match="到时再核查"):
        do(exits.check, leaving.id, bears=True, words="收入稳定", actor=home.leader)
    for day in (date(2027, 3, 22), date(2027, 7, 22), date(2027, 11, 22)):
        with clock.at(clock.instant(day, 12)):
            assert jobs.go_on() is not None and jobs.go_on() is None
            do(exits.check, leaving.id, bears=True, words="收入稳定", actor=home.leader)
    assert (again(leaving).state, in_category(home)) == (S.LEFT, [])
    other = there.another(home)
    stopped = confirmed(other, kind=ExitKind.GRADUAL)
    do(exits.check, stopped.id, bears=False, words="突发重病", actor=home.leader)
    assert (again(stopped).state, in_category(other)) == (S.STOPPED, ["低保边缘家庭"])


@pytest.mark.parametrize("months", [12, 13, 18])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_stages_cover_the_term_without_a_gap(months: int, count: int) -> None:
    found = rules.stages(date(2026, 11, 30), months, count)
    assert found[0].begin_on == date(2026, 11, 30)
    assert all(one.end_on + DAY == two.begin_on for one, two in pairwise(found))
    percents = [one.percent for one in found]
    assert percents == sorted(percents, reverse=True) and 0 < percents[-1] < percents[0] < 100
    last = found[-1].end_on
    assert (last.year - 2026) * 12 + last.month - 11 in (months - 1, months)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"months": 11}, "12 至 18"),
        ({"months": 19}, "12 至 18"),
        ({"months": None}, "12 至 18"),
        ({"stages": 1}, "2 至"),
    ],
)
def test_terms_that_cannot_be_are_refused(home: Home, given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        applied(home, ExitKind.GRADUAL, **given)


def test_nobody_decides_who_entered_or_went(home: Home) -> None:
    leaving = visited(home)
    for actor in (home.worker, home.stranger, home.city.clerk):
        with pytest.raises(NotAllowed):
            do(exits.confirm, leaving.id, actor=actor)
    with db.transaction() as session:
        session.get_one(HouseholdExit, leaving.id).entered_by_id = home.leader.person_id
    with pytest.raises(NotAllowed, match="另一位"):
        do(exits.confirm, leaving.id, actor=home.leader)
    do(exits.confirm, leaving.id, actor=home.approver)


def test_one_at_a_time_and_only_from_where_it_stands(home: Home) -> None:
    leaving = applied(home)
    with db.reading() as session:
        category = again(leaving).category_id
        session.rollback()
    with pytest.raises(Conflict, match="正在办理"):
        do(exits.apply, home.id, category, ExitKind.VOLUNTARY, reason="再办一次", actor=home.town)
    other = there.another(home)
    with pytest.raises(InvalidInput, match="不在这一类别"):
        do(exits.apply, other.id, category, ExitKind.VOLUNTARY, reason="别家的类别", actor=home.town)


@pytest.mark.parametrize("state", list(S))
def test_every_step_that_is_no_move_is_refused(home: Home, state: ExitState) -> None:
    leaving = applied(home)
    with db.transaction() as session:
        row = session.get_one(HouseholdExit, leaving.id)
        row.state = state
        row.left_on = TODAY if state in (S.LEFT, S.READMITTED) else None
    acts: dict[ExitState, Callable[[], Any]] = {
        S.COOLING: lambda: do(exits.confirm, leaving.id, actor=home.leader),
        S.REFUSED: lambda: do(exits.refuse, leaving.id, reason="并非自愿", actor=home.leader),
        S.TAKEN_BACK: lambda: do(exits.take_back, leaving.id, reason="改了主意", actor=home.worker),
        S.LEFT: lambda: do(exits.check, leaving.id, bears=True, words="收入稳定", actor=home.leader),
        S.READMITTED: lambda: do(exits.readmit, leaving.id, reason="家人患病", actor=home.leader),
    }
    for new, act in acts.items():
        if new in MOVES[state] and not (new is S.LEFT and state is S.RUNNING):
            continue
        if new is S.LEFT and state is S.RUNNING:
            continue  # it has no stages here
        with pytest.raises(Refused) as refused:
            act()
        assert str(refused.value) and again(leaving).state is state


def test_the_way_back_closes(home: Home) -> None:
    leaving = confirmed(home)
    with clock.at(made.NOON + 20 * DAY):
        jobs.go_on()
    with clock.at(made.NOON + 400 * DAY), pytest.raises(Conflict, match="期限"):
        do(exits.readmit, leaving.id, reason="家人患病", actor=home.leader)


def test_a_household_moves_and_ends(home: Home) -> None:
    leaving = confirmed(home)
    do(household_moves.move, home.id, region_code=OTHER_TOWN, on=TODAY, reason="全家搬迁", actor=SYSTEM)
    assert again(leaving).region_code == OTHER_TOWN
    do(household_moves.close, home.id, on=TODAY, reason="迁出本市", actor=SYSTEM)
    assert again(leaving).state is S.LAPSED
    with clock.at(made.NOON + 20 * DAY):
        assert jobs.go_on() is None
