"""The pages of projects as a browser meets them, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from app import db
from app.errors import Conflict
from app.ids import new_code, new_id
from app.permissions import Actor, Role
from projects.needs import needs
from projects.needs.models import ProjectNeed
from projects.needs.register import NEEDS
from projects.portfolio import decisions, proposals, queries
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project, ProjectStep
from projects.publicity.models import Publicity
from projects.tiers.kinds import TierLevel
from tests import entering
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.portfolio import place as there
from tests.portfolio.place import TOWN, Place, again, do

S = ProjectState
FORM: dict[str, Any] = {
    "name": "金台区暖冬行动",
    "place_1": TOWN,
    "start_on": "2026-12-20",
    "end_on": "2027-05-20",
    "target_group": "中山东路街道 70 岁以上独居老人",
    "target_households": "40",
    "plan": "为独居老人入户安装扶手。",
    "expected_effect": "40 户安装完成",
    "responsible_name": "李负责",
    "responsible_phone": "139 1234 5678",
    "budget-0-purpose": "扶手和安装",
    "budget-0-amount": "1.2万",
    "budget-1-purpose": "棉被",
    "budget-1-amount": "8000",
    "fund_charity": "2万",
    "action": "submit",
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    web.config["WTF_CSRF_ENABLED"] = False
    return there.found()


def enter(web: Flask, actor: Actor) -> FlaskClient:
    return entering.enter(web, actor)


def count(model: type[db.Base]) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def only() -> Project:
    with db.reading() as session:
        return session.scalars(select(Project)).one()


def test_a_proposal_is_typed_and_handed_in(web: Flask, place: Place) -> None:
    client = enter(web, place.clerk)
    assert client.get("/my/projects/new").status_code == 200
    answer = client.post("/my/projects/new", data=FORM)
    assert answer.status_code == 303, answer.text
    project = only()
    assert (project.state, project.budget_fen, project.region_code) == (S.SUBMITTED, 2_000_000, TOWN)
    page = client.get(answer.location).text
    for text in ("金台区暖冬行动", "等待镇街初审", "12,000.00 元", "13912345678"):
        assert text in page
    town = enter(web, place.town)
    assert "初审通过，报审批" in town.get(f"/staff/projects/desk/{project.code}").text
    assert web.test_client().get(f"/projects/{project.code}").status_code == 404


def test_what_is_wrong_stands_beside_its_field(web: Flask, place: Place) -> None:
    client = enter(web, place.clerk)
    wrong = {**FORM, "plan": "", "fund_charity": "1万", "budget-1-amount": ""}
    answer = client.post("/my/projects/new", data=wrong)
    assert answer.status_code == 422
    assert "请填写金额" in answer.text and "1.2万" in answer.text
    answer = client.post("/my/projects/new", data={**wrong, "budget-1-amount": "8千"})
    assert answer.status_code == 422
    answer = client.post("/my/projects/new", data={**wrong, "budget-1-amount": "8000"})
    assert answer.status_code == 422
    assert "请写明做什么" in answer.text and "应当相等" in answer.text
    assert count(Project) == 0
    draft = client.post("/my/projects/new", data={**wrong, "budget-1-amount": "8000", "action": "save"})
    assert draft.status_code == 303 and only().state is S.DRAFT


@pytest.mark.parametrize(
    "odd",
    [
        {"place_1": "999"},
        {"place_1": "610399000000"},
        {"campaign": "not-a-key"},
        {"target_households": "99999999999999999999"},
        {"target_households": "-1"},
        {"fund_own": "-5"},
        {"budget-0-amount": "1e9"},
        {"budget-99-amount": "1"},
        {"budget-²-purpose": "x"},
        {"name": "\x00"},
        {"responsible_phone": "12"},
        {"end_on": "9999-99-99"},
    ],
)
def test_odd_input_is_never_a_fault(web: Flask, place: Place, odd: dict[str, str]) -> None:
    answer = enter(web, place.clerk).post("/my/projects/new", data={**FORM, **odd})
    assert answer.status_code in (303, 422)


def test_a_double_click_proposes_once(web: Flask, place: Place) -> None:
    client, data = enter(web, place.clerk), {**FORM, "once": "a" * 32}
    first, second = client.post("/my/projects/new", data=data), client.post("/my/projects/new", data=data)
    assert first.location == second.location
    assert count(Project) == 1


def test_a_double_click_approves_once(web: Flask, place: Place) -> None:
    project = place.reviewed()
    client = enter(web, place.approver)
    data = {"decision": "approve", "revision": "1", "once": "b" * 32}
    for _number in range(2):
        assert client.post(f"/staff/projects/desk/{project.code}", data=data).status_code == 303
    assert count(Publicity) == 1
    again_sent = client.post(f"/staff/projects/desk/{project.code}", data={**data, "once": "c" * 32})
    assert again_sent.status_code == 422
    assert "可能已经有人办理过了" in again_sent.text


def test_a_stale_page_is_told_so(web: Flask, place: Place) -> None:
    project = do(decisions.send_back, place.submitted(), place.town, reason="请补充")
    with db.transaction() as session:
        changed = there.proposal(name="改过的名字")
        proposals.amend(session, project.id, changed, revision=1, actor=place.clerk)
    do(proposals.submit, project, place.clerk)
    answer = enter(web, place.town).post(
        f"/staff/projects/desk/{project.code}", data={"decision": "review", "revision": "1"}
    )
    assert answer.status_code == 422 and "请重新打开" in answer.text
    assert again(project).state is S.SUBMITTED
    clerk = enter(web, place.clerk)
    assert clerk.get(f"/my/projects/{project.code}/edit").status_code == 409
    late = clerk.post(f"/my/projects/{project.code}/edit", data={**FORM, "revision": "1"})
    assert late.status_code == 422


def test_decisions_that_say_nothing(web: Flask, place: Place) -> None:
    project = place.submitted()
    client = enter(web, place.town)
    for data in ({}, {"revision": "1"}, {"revision": "x", "decision": "review"}, {"decision": "send_back"}):
        answer = client.post(f"/staff/projects/desk/{project.code}", data={"revision": "1", **data})
        assert answer.status_code == 422
    assert again(project).state is S.SUBMITTED
    assert client.post("/staff/projects/desk/0", data={"revision": "1"}).status_code == 404


def test_the_public_reads_from_the_publicity_on(web: Flask, place: Place) -> None:
    project = place.publicised()
    visitor = web.test_client()
    page = visitor.get(f"/projects/{project.code}")
    assert page.status_code == 200
    assert "扶手和安装" in page.text and "公示到" in page.text
    for secret in ("13912345678", "李负责", "县审批", "区县审批甲"):
        assert secret not in page.text
    assert project.name in visitor.get("/projects?q=暖冬&state=publicised&region=610303000000").text
    for odd in ("?state=nothing&region=x&campaign=%00&organisation=%00", "?after=zzz", "?q=%25%5f"):
        assert visitor.get("/projects" + odd).status_code < 500
    do(proposals.withdraw, project, place.clerk, reason="资金没有到位")
    assert visitor.get(f"/projects/{project.code}").status_code == 404


def test_staff_read_their_regions(web: Flask, place: Place) -> None:
    project, draft = place.submitted(), place.drafted(name="只是个想法")
    for actor, status in (
        (place.town, 200),
        (place.county, 200),
        (place.city_staff, 200),
        (there.stranger(Role.TOWN_STAFF, there.OTHER_TOWN), 404),
        (there.stranger(Role.COUNTY_REVIEWER, made.OTHER_COUNTY), 404),
        (there.stranger(Role.LEGAL_OFFICER, made.CITY), 403),
    ):
        client = enter(web, actor)
        assert client.get(f"/staff/projects/{project.code}").status_code == status
        if status == 200:
            listed = client.get("/staff/projects").text
            assert project.name in listed and draft.name not in listed
            assert client.get(f"/staff/projects/{draft.code}").status_code == 404
    auditor = enter(web, there.stranger(Role.AUDITOR, made.CITY))
    assert "139****5678" in auditor.get(f"/staff/projects/{project.code}").text
    export = enter(web, place.county).get("/staff/projects?export=xlsx")
    assert export.status_code == 200 and export.data[:2] == b"PK"


def test_many_are_passed_at_once(web: Flask, place: Place) -> None:
    projects = [place.submitted(name=f"项目{number}") for number in range(3)]
    town = enter(web, place.town)
    assert town.get("/staff/projects/batch").status_code == 200
    picked = [f"{one.id}:1" for one in projects]
    assert town.post("/staff/projects/batch", data={"selected": picked}).status_code == 303
    assert {again(one).state for one in projects} == {S.REVIEWED}
    approver = enter(web, place.approver)
    do(proposals.withdraw, projects[0], place.clerk, reason="资金没有到位")
    answer = approver.post("/staff/projects/batch", data={"selected": picked})
    assert answer.status_code == 422
    assert {again(one).state for one in projects[1:]} == {S.REVIEWED}
    assert approver.post("/staff/projects/batch", data={"selected": picked[1:]}).status_code == 303
    assert count(Publicity) == 2


def test_a_list_is_paged_by_key_and_narrowed(web: Flask, place: Place) -> None:
    project = place.submitted()
    with db.transaction() as session:
        session.execute(
            insert(Project),
            [
                {
                    **{
                        name: getattr(project, name)
                        for name in [one.key for one in Project.__mapper__.column_attrs]
                        if name not in ("id", "code", "number", "name")
                    },
                    "id": new_id(),
                    "code": new_code(),
                    "number": f"P{number:05d}",
                    "name": f"导入的项目{number}",
                }
                for number in range(120)
            ],
        )
    with db.reading() as session:
        first = queries.staff_page(session, place.town)
        assert (len(first.rows), first.count) == (50, 121)
        second = queries.staff_page(session, place.town, place=queries.Place(after=first.after))
        third = queries.staff_page(session, place.town, place=queries.Place(after=second.after))
        seen = {row.project.id for page in (first, second, third) for row in page.rows}
        assert len(seen) == 121 and third.after is None
        back = queries.staff_page(session, place.town, place=queries.Place(before=third.before))
        assert [row.project.id for row in back.rows] == [row.project.id for row in second.rows]
        one = queries.staff_page(session, place.town, queries.Filters(text="p00007"))
        assert [row.project.number for row in one.rows] == ["P00007"]
        assert queries.staff_counts(session, place.town) == {S.SUBMITTED: 121}
    assert count(ProjectStep) == 2


def test_what_a_list_brought_goes_the_same_way(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    city = ledgers.found()
    place = Place(city)
    rice: dict[str, Any] = {"需求类别": "物资捐赠", "需求事项": "大米", "需求数量": 2, "单位": "吨"}
    ledgers.enter(NEEDS, ledgers.need(), ledgers.need(**rice), actor=ledgers.handler(city))
    project = only()
    assert (project.state, project.holder_level) == (S.SUBMITTED, TierLevel.COUNTY)
    county = enter(web, place.county)
    page = county.get("/staff/projects/desk").text
    assert "大米" in page and "初审通过，报审批" in page
    picked = [f"{project.id}:1"]
    assert county.post("/staff/projects/batch", data={"selected": picked}).status_code == 303
    with db.reading() as session:
        things = list(session.scalars(select(ProjectNeed.id)))
    with pytest.raises(Conflict, match="已经进入审核"), db.transaction() as session:
        needs.undo_many(session, things, actor=ledgers.handler(city), reason="重复导入了")
    assert (
        enter(web, place.approver).post("/staff/projects/batch", data={"selected": picked}).status_code == 303
    )
    there.end_publicity()
    assert again(project).state is S.OPEN
    assert "大米" in web.test_client().get(f"/projects/{project.code}").text
