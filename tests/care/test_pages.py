"""The pages of visits, plans, self-care, exits and re-reviews as a browser meets them, on both databases."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from app import clock, db
from app.audit.models import AuditEvent
from app.permissions import Actor, Role
from projects.exits.models import HouseholdExit
from projects.plans.models import HelpPlan
from projects.reviews import jobs as review_jobs
from projects.reviews.models import ReviewItem
from projects.selfcare.models import CareAgreement, CareScale, SelfCareAssessment
from projects.visits import jobs
from projects.visits.kinds import VisitState
from projects.visits.models import Visit, VisitFollowUp
from tests import entering
from tests.care import home as there
from tests.care.home import DAY, Home
from tests.care.test_reviews import left
from tests.contributions import city as made


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def home(web: Flask) -> Home:
    web.config["WTF_CSRF_ENABLED"] = False
    return there.found()


def enter(web: Flask, actor: Actor) -> FlaskClient:
    return entering.enter(web, actor)


def only(model: Any, *where: Any) -> Any:
    with db.reading() as session:
        return session.scalars(select(model).where(*where)).one()


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (9, 9), "white").save(data, "PNG")
    data.seek(0)
    return data, "现场.png"


def test_a_visit_on_the_phone(web: Flask, home: Home) -> None:
    home.stand("特困人员")
    jobs.plan_visits()
    visit = only(Visit)
    client = enter(web, home.worker)
    for path in (
        "/staff/visits",
        "/staff/visits?late=1&mine=1&ground=x&region=1",
        "/staff/visits/new?q=家人",
    ):
        assert client.get(path).status_code == 200, path
    page = client.get("/staff/visits").text
    assert visit.code in page and home.party.name not in page and "特困人员例行走访" in page
    assert client.get(f"/staff/visits/{visit.code}").status_code == 200
    form = f"/staff/visits/{visit.code}/record"
    assert home.party.name in client.get(form).text
    sent: dict[str, Any] = {
        "outcome": "concern",
        "items": ["ill", "living"],
        "words": "",
        "follow_ups": ["request"],
        "place": "home",
        "made_on": "2026-11-21",
        "made_at": "10:30",
    }
    wrong = client.post(form, data=sent)
    assert wrong.status_code == 422 and "请写明是什么问题" in wrong.text
    unknown = client.post(form, data={**sent, "words": "发烧三天", "companions": "查无此人"})
    assert unknown.status_code == 422 and "查无此人" in unknown.text and "发烧三天" in unknown.text
    not_a_picture = client.post(
        form, data={**sent, "words": "发烧三天", "photographs": [(io.BytesIO(b"x"), "a.png")]}
    )
    assert not_a_picture.status_code == 422
    done = client.post(form, data={**sent, "words": "发烧三天", "photographs": [picture()]})
    assert done.status_code == 303, done.text
    page = client.get(done.location).text
    for text in ("发烧三天", "生病或病情加重", "现场.png", "协助提出求助申请"):
        assert text in page
    file = page.split('href="/files/')[1].split('"')[0]
    assert client.get(f"/files/{file}").status_code == 200
    assert enter(web, home.stranger).get(f"/files/{file}").status_code == 404
    assert enter(web, home.stranger).get(done.location).status_code == 404
    assert client.get(form).status_code == 303
    for path in ("/staff/visits/made", "/staff/visits/made?outcome=concern", "/staff/visits/findings"):
        assert visit.code in client.get(path).text
    with db.reading() as session:
        looks = select(AuditEvent).where(AuditEvent.verb == "household.read", AuditEvent.thing_id == home.id)
        assert len(session.scalars(looks).all()) >= 5
    town, found = enter(web, home.town), only(VisitFollowUp)
    path = f"/staff/visits/{visit.code}/findings/{found.code}"
    assert town.post(path, data={"words": " "}).status_code == 422
    assert town.post(path, data={"words": "已代为申请"}).status_code == 303
    due = only(Visit, Visit.state == VisitState.DUE)
    assert town.post(f"/staff/visits/{due.code}/excuse", data={"reason": "住院治疗"}).status_code == 303
    assert town.post(f"/staff/visits/begin/{home.party.code}").status_code == 303


def test_a_help_plan(web: Flask, home: Home) -> None:
    town, path = enter(web, home.town), f"/staff/plans/new/{home.party.code}"
    sent = {
        "lead_department": "区民政局",
        "responsible": "李建国",
        "goal": "老人按时服药",
        "measures-0-what": "家庭医生签约",
        "measures-0-by_whom": "镇卫生院",
        "measures-0-start_on": "2026-11-21",
        "measures-0-due_on": "2026-12-21",
    }
    assert town.get(path).status_code == 200
    assert town.post(path, data={**sent, "measures-0-by_whom": ""}).status_code == 422
    done = town.post(path, data=sent)
    assert done.status_code == 303, done.text
    plan = only(HelpPlan)
    assert "家庭医生签约" in town.get(done.location).text
    assert town.get(f"{done.location}/amend").status_code == 200
    assert town.post(f"{done.location}/amend", data={**sent, "goal": "按时服药、复诊"}).status_code == 303
    assert town.post(f"{done.location}/approve").status_code == 403
    leader = enter(web, home.leader)
    assert "审定，开始执行" in leader.get(done.location).text
    assert leader.post(f"{done.location}/approve").status_code == 303
    assert leader.post(f"{done.location}/drop", data={"reason": "不合适了"}).status_code == 422
    path = f"{done.location}/measures/1"
    assert town.post(path, data={"state": "done", "note": ""}).status_code == 303
    assert town.post(path, data={"state": "dropped", "note": "换了医院"}).status_code == 422
    judged = town.post(f"{done.location}/evaluate", data={"effect": "good", "words": "按时服药"})
    assert judged.status_code == 303
    for asked in ("", "?state=in_force", "?mine=1&state=x"):
        assert town.get(f"/staff/plans{asked}").status_code == 200
    assert plan.code in town.get("/staff/plans").text
    assert enter(web, home.stranger).get(done.location).status_code == 404


def test_self_care_and_an_agreement(web: Flask, home: Home) -> None:
    home.stand("特困人员")
    worker, patrol, town = (enter(web, one) for one in (home.worker, home.patrol, home.town))
    path, who = f"/staff/self-care/new/{home.party.code}", str(home.members[0])
    answers = {f"item_{key}": "1" if key in ("bathing", "toilet") else "0" for key in
               ("eating", "dressing", "bed", "toilet", "walking", "bathing")}  # fmt: skip
    assert worker.get(path).status_code == 200
    assert worker.post(path, data={"person": who, "assessed_on": "2026-11-21"}).status_code == 422
    done = worker.post(path, data={"person": who, "assessed_on": "2026-11-21", **answers})
    assert done.status_code == 303, done.text
    page = worker.get(done.location).text
    assert "结论暂不显示" in page and "半失能" not in page.split("<main")[1]
    assert "第二人独立评估" in patrol.get(done.location).text
    assert patrol.post(done.location, data=answers).status_code == 303
    page = town.get(done.location).text
    assert "半失能" in page and "助餐送餐" in page
    assert only(SelfCareAssessment).code in town.get("/staff/self-care?state=in_force").text
    path = f"/staff/care-agreements/new/{home.party.code}"
    sent: dict[str, Any] = {
        "person": who,
        "carer": "李建国",
        "tasks": "每日送餐",
        "signed_on": "2026-11-21",
        "valid_from": "2026-11-21",
        "valid_to": "2027-11-20",
    }
    assert town.get(path).status_code == 200
    assert town.post(path, data=sent).status_code == 422
    done = town.post(path, data={**sent, "files": [picture()]})
    assert done.status_code == 303, done.text
    assert "每日送餐" in town.get(done.location).text
    assert only(CareAgreement).code in town.get("/staff/care-agreements").text
    assert town.post(f"{done.location}/end", data={"reason": ""}).status_code == 422
    assert town.post(f"{done.location}/end", data={"reason": "照料人迁出"}).status_code == 303
    assert enter(web, home.stranger).get(done.location).status_code == 404


def test_a_new_version_of_the_scale(web: Flask, home: Home) -> None:
    city = enter(web, home.city.actor(Role.CITY_STAFF, region=made.CITY))
    legal = enter(web, home.city.actor(Role.LEGAL_OFFICER, region=made.CITY))
    assert "自主吃饭" in city.get("/staff/care-scales").text
    assert city.get("/staff/care-scales/new").status_code == 200
    sent = {
        "items-0-label": "吃饭",
        "items-0-options": "能=0；需要帮助=1；不能=2",
        "partly_from": "1",
        "none_from": "2",
        "services_none": ["meals"],
        "basis": "宝民发〔2026〕8号",
        "valid_from": "2026-12-01",
    }
    for wrong in (
        {"items-0-options": "能"},
        {"none_from": "9"},
        {"valid_from": "2026-11-21"},
        {"partly_from": "x"},
    ):
        assert city.post("/staff/care-scales/new", data={**sent, **wrong}).status_code == 422
    assert city.post("/staff/care-scales/new", data=sent).status_code == 303
    assert only(CareScale).version == 2
    assert city.post("/staff/care-scales/2/publish").status_code == 403
    assert "发布" in legal.get("/staff/care-scales").text
    assert legal.post("/staff/care-scales/2/publish").status_code == 303
    assert only(CareScale).state.value == "published"


def test_an_exit(web: Flask, home: Home) -> None:
    category = home.stand("低保边缘家庭")
    worker, leader = enter(web, home.worker), enter(web, home.leader)
    path = f"/staff/exits/new/{home.party.code}"
    assert worker.get(path).status_code == 200
    sent = {
        "category": str(category),
        "kind": "gradual",
        "reason": "孩子已经工作",
        "months": "3",
        "stages": "2",
    }
    assert worker.post(path, data=sent).status_code == 422
    done = worker.post(path, data={**sent, "kind": "voluntary"})
    assert done.status_code == 303, done.text
    assert worker.post(path, data={**sent, "kind": "voluntary"}).status_code == 422
    page = worker.get(done.location).text
    assert "家庭撤回申请" in page and "退出前入户核实" in page
    assert leader.post(f"{done.location}/confirm").status_code == 422
    assert leader.post(f"{done.location}/nonsense").status_code == 404
    assert only(HouseholdExit).code in leader.get("/staff/exits").text
    assert worker.post(f"{done.location}/take-back", data={"reason": "改了主意"}).status_code == 303
    assert worker.get("/staff/exits?state=taken_back").status_code == 200
    assert enter(web, home.stranger).get(done.location).status_code == 404


def test_a_re_review(web: Flask, home: Home) -> None:
    approver, county = enter(web, home.approver), enter(web, home.county)
    assert approver.get("/staff/reviews/new").status_code == 200
    sent = {"region_code": made.COUNTY, "first_day": "2026-09-01", "last_day": "2026-11-20"}
    assert approver.post("/staff/reviews/new", data=sent).status_code == 422
    assert approver.post("/staff/reviews/new", data={**sent, "last_day": "2026-11-21"}).status_code == 303
    left(home)
    with clock.at(made.NOON + DAY):
        review_jobs.draw_due()
        item = only(ReviewItem)
        assert item.code in county.get("/staff/reviews").text
        path = f"/staff/reviews/{item.code}"
        assert home.party.name in county.get(path).text
        assert county.post(path, data={"result": "confirmed", "words": ""}).status_code == 422
        early = county.post(path, data={"result": "confirmed", "words": "情况属实"})
        assert early.status_code == 422 and "两人入户" in early.text
        assert home.party.name not in web.test_client().get("/reviews").text
        assert enter(web, home.stranger).get(path).status_code == 404
