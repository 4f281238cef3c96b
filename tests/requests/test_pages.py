"""The pages of requests at both doors: what can be done there, what is said when something is wrong."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock, db
from app.audit.models import AuditEvent
from app.parties import household_queries
from app.parties.models import Party
from app.permissions import Actor
from projects.requests import office, queries
from projects.requests.forms import UploadForm
from projects.requests.kinds import Channel, Protection, RequestState
from projects.requests.models import AidRequest
from tests.entering import enter
from tests.requests import place
from tests.requests.place import Place, again, end_publicity, found, noon, propose

S = RequestState
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def town(web: Flask) -> Iterator[Place]:
    with noon():
        yield found()


def send(client: FlaskClient, path: str, at: str | None = None, **values: Any) -> Any:
    """Fill in the form of a page and send it."""
    page = client.get(at or path).text
    hidden = dict(re.findall(r'name="(csrf_token|once|revision)"[^>]*value="([^"]*)"', page))
    return client.post(path, data=hidden | values, content_type="multipart/form-data")


def latest() -> AidRequest:
    with db.reading() as session:
        return session.scalars(select(AidRequest).order_by(AidRequest.id.desc())).first()  # type: ignore[return-value]


def scan() -> tuple[io.BytesIO, str]:
    return io.BytesIO(PDF), "签字.pdf"


def test_every_step_has_a_form_that_its_verb_reads() -> None:
    for name, step in office.STEPS.items():
        assert re.fullmatch(r"[a-z-]+", name)
        assert step.states and step.permissions
        assert step.scan is None or issubclass(step.form, UploadForm)


def test_a_family_asks_on_its_phone(web: Flask, town: Place) -> None:
    client = enter(web, town.head)
    assert "还没有申请过" in client.get("/my/requests").text
    told = {
        "person": str(town.members[0]),
        "whole": "household",
        "kinds": str(town.kinds["医疗帮扶"]),
        "words": "丈夫住院，自付的药费越来越多，供不上。",
        "urgency": "soon",
        "economic": "y",
    }
    wrong = send(client, "/my/requests/new", **(told | {"words": "", "asked": "三千"}))
    assert wrong.status_code == 422 and "请写一写" in wrong.text and "三千" in wrong.text
    done = send(client, "/my/requests/new", **told)
    one = latest()
    assert done.status_code == 303 and done.location.endswith(f"/{one.code}/submit")
    page = client.get(done.location).text
    assert "自付的药费" in page and "不属实会怎样" in page
    missing = send(client, done.location, items=["0"])
    assert missing.status_code == 422 and "逐条" in missing.text
    every = re.findall(r'name="items"[^>]*value="(\d+)"', page)
    done = send(client, f"/my/requests/{one.code}/submit", items=every)
    assert done.status_code == 303
    shown = client.get(done.location).text
    assert "QZ2026-000001" in shown and "等待受理" in shown
    assert enter(web, place.recipient(town.members[1])).get(f"/my/requests/{one.code}").status_code == 404


def test_the_office_works_at_its_desk(web: Flask, town: Place) -> None:
    one = town.submitted()
    clerk, village, leader = (enter(web, who) for who in (town.clerk, town.village, town.leader))
    desk = clerk.get("/staff/requests/desk").text
    assert "家**" in desk or "家*" in desk
    base = f"/staff/requests/{one.code}"
    today = clock.today().isoformat()
    wrong = send(
        clerk, f"{base}/visit", on=today, findings="看过了，情况属实", photos=(io.BytesIO(b"x"), "a.jpg")
    )
    assert wrong.status_code == 422 and "看过了" in wrong.text
    assert send(clerk, f"{base}/visit", on=today, findings="看过了，情况属实").status_code == 303
    early = send(clerk, f"{base}/assess", note="情况属实，符合条件")
    assert early.status_code == 422 and "还没有完成" in early.text
    assert send(village, f"{base}/sign").status_code == 303
    assert send(clerk, f"{base}/economic", on=today, findings="低于标准很多").status_code == 303
    assert send(clerk, f"{base}/assess", note="情况属实，符合条件").status_code == 303
    proposed = send(
        clerk, f"{base}/propose", recommendation="grant", amount="3000", proposal="建议给予生活帮扶金"
    )
    assert proposed.status_code == 303 and again(one).state is S.PUBLICISED
    end_publicity()
    with noon(20):
        assert "家人" in leader.get(base).text
        above = send(leader, f"{base}/approve", amount="3000.01")
        assert above.status_code == 422 and "不能高于" in above.text
        assert send(leader, f"{base}/approve", amount="2500", note="同意").status_code == 303
        assert "帮决〔2026〕00001" in leader.get(base).text
        own = enter(web, town.head).get(f"/my/requests/{one.code}").text
        assert "已批准" in own and "帮决〔2026〕00001" in own
        assert "在线" in clerk.get(base).text or "登录查看" in clerk.get(base).text


def test_a_slip_is_typed_in_with_its_paper(web: Flask, town: Place) -> None:
    clerk = enter(web, town.clerk)
    with db.reading() as session:
        party = session.get_one(Party, town.household)
        number = household_queries.households_of(session, [party.id])[party.id].file_number
    assert "没有这户" in send(clerk, "/staff/requests/new", household="999999").text
    found_it = send(clerk, "/staff/requests/new", household=number)
    assert found_it.location.endswith(f"/new/{party.code}")
    told = {
        "channel": Channel.HOTLINE_12345.value,
        "person": str(town.members[0]),
        "applicant": "",
        "whole": "household",
        "kinds": str(town.kinds["突发急难"]),
        "words": "灶房失火，被褥粮食烧毁，暂住亲戚家。",
        "urgency": "emergency",
        "protection": "",
    }
    path = f"/staff/requests/new/{party.code}"
    assert "工单编号" in send(clerk, path, **told).text
    done = send(clerk, path, **told, slip_number="BJ-1")
    one = latest()
    assert done.location.endswith(f"/staff/requests/{one.code}/submit")
    unsigned = send(clerk, done.location, how="signature", signed_on=clock.today().isoformat())
    assert unsigned.status_code == 422 and "承诺书" in unsigned.text
    done = send(clerk, done.location, how="signature", signed_on=clock.today().isoformat(), file=scan())
    assert done.status_code == 303 and again(one).state is S.SUBMITTED


def test_each_look_at_a_request_is_written_down(web: Flask, town: Place) -> None:
    one = town.submitted()
    client = enter(web, town.clerk)
    for path in (f"/staff/requests/{one.code}", "/staff/requests/desk"):
        assert client.get(path).status_code == 200
    with db.reading() as session:
        read = select(func.count()).where(AuditEvent.verb == "household.read")
        assert session.scalar(read) == 2
    assert enter(web, town.other_clerk).get(f"/staff/requests/{one.code}").status_code == 404


def test_who_is_too_near_reads_why(web: Flask, town: Place) -> None:
    one = propose(town.assessed(), town.clerk, protection=Protection.VIOLENCE)
    page = enter(web, town.clerk).get(f"/staff/requests/{one.code}").text
    assert "您已经手过这件事" in page and "等另一位工作人员复核" in page
    page = enter(web, town.colleague).get(f"/staff/requests/desk/{one.code}").text
    assert "复核通过，报审批" in page


def test_lists_show_masked_names_and_are_taken_away(web: Flask, town: Place) -> None:
    one = town.submitted()
    with db.reading() as session:
        name = session.get_one(Party, one.person_id).name
    client = enter(web, town.leader)
    page = client.get("/staff/requests?state=submitted&urgency=normal&channel=member&q=" + name)
    assert one.code in page.text and name not in page.text.replace(f'value="{name}"', "")
    assert client.get("/staff/requests?export=xlsx").status_code == 200
    assert one.code not in client.get("/staff/requests?state=refused&region=x&kind=y").text


def test_the_city_keeps_the_kinds_of_help(web: Flask, town: Place) -> None:
    client = enter(web, town.city)
    assert "已有这个类别" in send(client, "/staff/requests/kinds", name="医疗帮扶").text
    assert send(client, "/staff/requests/kinds", name="法律援助", about="打官司").status_code == 303
    with db.reading() as session:
        new = next(each for each in queries.kinds(session) if each.name == "法律援助")
    done = send(client, f"/staff/requests/kinds/{new.code}", name="法律帮助", about="打官司")
    assert done.status_code == 303
    with db.reading() as session:
        assert "法律帮助" not in [each.name for each in queries.kinds(session)]


def test_every_page_answers_a_stranger_with_a_sentence(web: Flask, town: Place) -> None:
    one = town.submitted()
    nobody = Actor(None, None, "路人")
    assert nobody.person_id is None
    client = web.test_client()
    for path in ("/my/requests", "/staff/requests", f"/staff/requests/{one.code}/approve"):
        assert client.get(path).status_code in (302, 303, 401, 403)
    clerk = enter(web, town.clerk)
    assert clerk.get(f"/staff/requests/{one.code}/nothing").status_code == 404
    assert send(clerk, f"/staff/requests/{one.code}/approve", amount="1").status_code in (403, 422)
    assert send(clerk, f"/staff/requests/{one.code}/propose", recommendation="x").status_code == 422
