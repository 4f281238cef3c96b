"""From proposal to opening, and what stops it on the way, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, db
from app.audit.models import AuditEvent
from app.deadlines import deadlines
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState
from app.errors import Conflict, InvalidInput, NotAllowed
from app.messages.models import Message
from app.permissions import ANYONE, SYSTEM, Role
from projects.portfolio import clocks, decisions, proposals, queries
from projects.portfolio.kinds import CampaignState, FundingSource, ProjectState
from projects.portfolio.models import Campaign, ProjectStep
from projects.portfolio.rules import BudgetLine, Funds
from projects.publicity import objections, publicity
from projects.publicity.kinds import PublicityState
from projects.publicity.models import Publicity
from projects.tiers.kinds import TierLevel
from tests.contributions import city as made
from tests.portfolio import place as there
from tests.portfolio.place import TOWN, Place, again, do, later

S = ProjectState


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    return there.found()


def test_a_proposal_becomes_an_open_project(place: Place) -> None:
    project = place.opened()
    assert (project.state, project.level, project.opened_on) == (S.OPEN, TierLevel.COUNTY, date(2026, 12, 11))
    assert project.number == "XM2026-00001"
    assert project.budget_fen == 2_000_000
    with db.reading() as session:
        assert there.states(session, project.id) == [
            (None, S.DRAFT),
            (S.DRAFT, S.SUBMITTED),
            (S.SUBMITTED, S.REVIEWED),
            (S.REVIEWED, S.PUBLICISED),
            (S.PUBLICISED, S.OPEN),
        ]
        clocks = {one.kind: one.state for one in session.scalars(select(Deadline))}
        assert clocks == {"project.review": DeadlineState.MET, "project.approve": DeadlineState.MET}
        shown = session.scalars(select(Publicity)).one()
        assert (shown.state, shown.days) == (PublicityState.ENDED, 7)
        assert "13912345678" not in shown.body and "李负责" not in shown.body
        verbs = set(session.scalars(select(AuditEvent.verb).where(AuditEvent.thing_kind == "project")))
        assert verbs == {
            "project.propose",
            "project.submit",
            "project.review",
            "project.approve",
            "project.open",
        }
        told = set(
            session.scalars(select(Message.template).where(Message.party_id == project.organisation_id))
        )
        assert told == {"project.publicised/1", "project.opened/1"}


def test_what_is_missing_is_told_at_once(place: Place) -> None:
    draft = place.drafted(plan="", target_group="", budget=(), funding=(), responsible_phone="")
    with pytest.raises(InvalidInput) as told:
        do(proposals.submit, draft, place.clerk)
    fields = [told.value.field, *(one.field for one in told.value.others)]
    assert fields == ["plan", "target_group", "responsible_phone", "budget", "funding"]
    unequal = place.drafted(funding=(Funds(FundingSource.OWN, 100),))
    with pytest.raises(InvalidInput, match="应当相等"):
        do(proposals.submit, unequal, place.clerk)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end_on": date(2026, 1, 1)}, "早于开始日期"),
        ({"end_on": date(2046, 1, 1)}, "最长 5 年"),
        ({"places": ()}, "实施地区"),
        ({"places": ("999999999999",)}, "实施地区"),
        ({"responsible_phone": "139"}, "位"),
        ({"funding": (Funds(FundingSource.OWN, 1), Funds(FundingSource.OWN, 2))}, "请合并"),
        ({"budget": (BudgetLine("一座城", 100_000_000_001),)}, "10 亿"),
    ],
)
def test_what_cannot_be_is_refused(place: Place, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        place.drafted(**changes)


def test_an_old_project_is_not_handed_in(place: Place) -> None:
    old = place.drafted(start_on=date(2026, 1, 1), end_on=date(2026, 3, 1))
    with pytest.raises(InvalidInput, match="已经过去"):
        do(proposals.submit, old, place.clerk)


def test_several_places_go_to_the_level_that_holds_them(place: Place) -> None:
    towns = place.submitted(places=(TOWN, there.OTHER_TOWN))
    assert (towns.region_code, towns.holder_level) == (made.COUNTY, TierLevel.COUNTY)
    with pytest.raises(NotAllowed):
        do(decisions.review, towns, place.town)
    assert do(decisions.review, towns, place.county).state is S.REVIEWED
    counties = place.submitted(places=(TOWN, made.OTHER_COUNTY))
    assert (counties.region_code, counties.holder_level) == (made.CITY, TierLevel.CITY)
    assert counties.level is TierLevel.CITY
    with pytest.raises(NotAllowed):
        do(decisions.review, counties, place.county)
    do(decisions.review, counties, place.city_staff)
    with pytest.raises(NotAllowed, match="已经手过"):
        do(decisions.approve, counties, place.city_staff)
    second = there.stranger(Role.CITY_STAFF, made.CITY)
    assert do(decisions.approve, counties, second).state is S.PUBLICISED
    with db.reading() as session:
        assert queries.places_of(session, counties) == [made.OTHER_COUNTY, TOWN]
        # A town reads the project of several places that help it, and reviews none of them.
        seen = queries.staff_page(session, place.town)
        assert {row.project.id for row in seen.rows} == {towns.id, counties.id}
        assert queries.staff_waiting_count(session, place.town) == 0


def test_a_late_step_is_taken_and_stays_late(place: Place) -> None:
    project = place.submitted()
    with clock.at(later(25)):
        done = do(decisions.review, project, place.town)
        assert done.state is S.REVIEWED
    with db.reading() as session:
        step = session.scalars(select(ProjectStep).where(ProjectStep.to_state == S.REVIEWED)).one()
        assert step.due_on == date(2026, 11, 27)
        assert clock.civil_date(step.happened_at) > step.due_on


def test_sent_back_mended_and_handed_in_again(place: Place) -> None:
    project = place.submitted()
    with pytest.raises(InvalidInput, match="理由"):
        do(decisions.send_back, project, place.town, reason=" ")
    back = do(decisions.send_back, project, place.town, reason="预算请写明单价")
    assert back.state is S.SENT_BACK
    with pytest.raises(Conflict):
        do(decisions.approve, project, place.approver)
    changed = there.proposal(
        name="金台区暖冬行动（修改）", budget=(BudgetLine("扶手 100 元×200", 2_000_000),)
    )
    with db.transaction() as session:
        proposals.amend(session, project.id, changed, revision=1, actor=place.clerk)
    with pytest.raises(Conflict, match="重新打开"):
        do(proposals.submit, project, place.clerk, revision=1)
    done = do(proposals.submit, project, place.clerk, revision=2)
    assert (done.state, done.reviewed_by_id) == (S.SUBMITTED, None)
    with db.reading() as session:
        one = queries.by_id(session, project.id)
        assert [line.purpose for line in one.budget] == ["扶手 100 元×200"]


def test_refused_is_the_end(place: Place) -> None:
    project = do(decisions.refuse, place.submitted(), place.town, reason="与社区已有项目重复")
    for verb, actor in (
        (proposals.submit, place.clerk),
        (proposals.withdraw, place.clerk),
        (decisions.review, place.town),
    ):
        with pytest.raises(Conflict, match="不予立项"):
            do(verb, project, actor)


def test_withdrawn_during_its_publicity(place: Place) -> None:
    project = place.publicised()
    with pytest.raises(InvalidInput, match="理由"):
        do(proposals.withdraw, project, place.clerk)
    assert do(proposals.withdraw, project, place.clerk, reason="资金没有到位").state is S.WITHDRAWN
    assert there.end_publicity() == 0
    assert again(project).state is S.WITHDRAWN


def test_an_objection_that_holds_brings_it_back(place: Place) -> None:
    project = place.publicised()
    with db.transaction() as session:
        shown = publicity.find_live(session, "project", project.id)
        assert shown is not None
        objection = objections.object_to(
            session, shown.id, words="预算里的棉被单价是市价的三倍", actor=ANYONE
        )
    with pytest.raises(NotAllowed), db.transaction() as session:
        objections.decide(session, objection.id, upheld=True, answer="属实，重新审核", actor=place.approver)
    with db.transaction() as session:
        objections.decide(session, objection.id, upheld=True, answer="属实，重新审核", actor=place.city_staff)
    back = again(project)
    assert (back.state, back.approved_by_id, back.holder_level) == (S.REVIEWED, None, TierLevel.COUNTY)
    with db.reading() as session:
        assert queries.staff_waiting_count(session, place.approver) == 1
        open_clocks = select(Deadline.kind).where(Deadline.state == DeadlineState.RUNNING)
        assert "project.approve" in set(session.scalars(open_clocks))
    assert do(decisions.approve, project, place.approver).state is S.PUBLICISED
    with db.reading() as session:
        assert [one.round for one in session.scalars(select(Publicity).order_by(Publicity.round))] == [1, 2]


def test_stopped_and_gone_on(place: Place) -> None:
    project = place.opened()
    with pytest.raises(NotAllowed):
        do(decisions.suspend, project, place.town, reason="需要核查")
    assert do(decisions.suspend, project, place.approver, reason="资金需要核查").state is S.SUSPENDED
    assert do(decisions.resume, project, place.approver).state is S.OPEN
    assert do(decisions.cancel, project, place.approver, reason="负责机构解散").state is S.CANCELLED
    with pytest.raises(Conflict):
        do(decisions.resume, project, place.approver)


def test_the_end_of_a_publicity_is_told_twice_and_opens_once(place: Place) -> None:
    project = place.opened()
    with db.transaction() as session:
        decisions.open_after_publicity(session, project.id, actor=SYSTEM)
        steps = session.scalars(select(ProjectStep).where(ProjectStep.to_state == S.OPEN)).all()
        assert len(steps) == 1


def test_a_campaign_takes_projects_while_it_is_open(place: Place) -> None:
    with db.transaction() as session:
        drive = Campaign(
            title="万家社会组织进千村帮万户",
            region_code=made.CITY,
            start_on=made.TODAY,
            end_on=made.TODAY + timedelta(days=300),
            created_at=clock.now(),
        )
        session.add(drive)
    project = place.submitted(campaign_id=drive.id)
    with db.reading() as session:
        found = queries.staff_page(session, place.town, queries.Filters(campaign_id=drive.id))
        assert [row.project.id for row in found.rows] == [project.id]
    with db.transaction() as session:
        session.get_one(Campaign, drive.id).state = CampaignState.CLOSED
    with pytest.raises(InvalidInput, match="已经结束"):
        place.drafted(campaign_id=drive.id)
    # Who belongs to it already may still mend the proposal.
    back = do(decisions.send_back, project, place.town, reason="请补充")
    with db.transaction() as session:
        proposals.amend(session, back.id, there.proposal(campaign_id=drive.id), revision=1, actor=place.clerk)


def test_a_late_review_comes_under_supervision(place: Place) -> None:
    project = place.submitted()
    with clock.at(later(10)), db.transaction() as session:
        (running,) = session.scalars(select(Deadline).where(Deadline.subject_id == project.id))
        assert deadlines.supervise(session, running.id, on=clock.today(), actor=SYSTEM) is not None
    with clock.at(later(11)):
        assert do(decisions.review, project, place.town).state is S.REVIEWED
        with db.reading() as session:
            assert clocks.running(session, [project.id])[project.id].days_late == 0
