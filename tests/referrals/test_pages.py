"""The pages of referrals as a browser meets them, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import db
from app.audit.models import AuditEvent
from app.permissions import Actor, Role
from projects.referrals.kinds import ReferralState
from projects.referrals.models import Referral
from tests import entering
from tests.assistance import place as there
from tests.assistance.place import Place
from tests.contributions import city as made
from tests.referrals.test_referrals import brought, liaison

S = ReferralState


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    web.config["WTF_CSRF_ENABLED"] = False
    return there.found()


def only() -> Referral:
    with db.reading() as session:
        return session.scalars(select(Referral)).one()


def step(web: Flask, actor: Actor, door: str, act: str, **data: Any) -> str:
    """Take a step in a browser as the page shows it; return the page that follows."""
    one, client = only(), entering.enter(web, actor)
    path = f"/{door}/referrals/{one.code}"
    assert client.get(path).status_code == 200
    answer = client.post(f"{path}/{act}", data={"revision": str(one.revision), **data})
    assert answer.status_code == 303, answer.text
    return client.get(path).text


def test_the_whole_chain_in_browsers(web: Flask, place: Place) -> None:
    client = entering.enter(web, place.town)
    assert client.get("/staff/referrals/new").status_code == 200
    assert client.get("/staff/referrals/new?household=H404").status_code == 404
    address = f"/staff/referrals/new?household={place.number}"
    assert "偏瘫" not in client.get(address).text
    form = {
        "kind": "referral",
        "person": str(place.members[0]),
        "aid_kind": str(place.kinds["医疗帮扶"]),
        "words": "偏瘫，需要上门康复训练",
        "organisation": "金台区惠民社会工作服务中心",
        "department": "",
        "liaison": "",
    }
    answer = client.post(address, data=form)
    assert answer.status_code == 422 and "偏瘫" in answer.text and "须经当事人" in answer.text
    answer = client.post(address, data={**form, "consent": "y", "organisation": "没有这家"})
    assert answer.status_code == 422 and "没有找到这家参与单位" in answer.text
    answer = client.post(address, data={**form, "consent": "y"})
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location).text
    assert "现在在 金台区惠民社会工作服务中心 手里" in page
    clerk = entering.enter(web, place.city.clerk)
    assert "家人戊100" not in clerk.get("/my/referrals").text
    page = clerk.get(f"/my/referrals/{only().code}").text
    assert "偏瘫" in page and "家人戊100" not in page
    page = step(web, place.city.clerk, "my", "accept")
    assert "家人戊100" in page
    one = only()
    wrong = clerk.post(
        f"/my/referrals/{one.code}/finish", data={"revision": str(one.revision), "words": "训练六次"}
    )
    assert wrong.status_code == 422 and "训练六次" in wrong.text
    page = step(
        web,
        place.city.clerk,
        "my",
        "finish",
        result="helped",
        words="训练六次",
        amount="600",
        on="2026-11-21",
    )
    assert "救助对象本人或主责人" in page
    assert "属实，确认" in entering.enter(web, place.head).get(f"/my/referrals/{only().code}").text
    step(web, place.worker, "staff", "confirm")
    page = step(web, place.town, "staff", "close", reason="已完成")
    assert "已办结" in page
    assert only().state is S.CLOSED
    with db.reading() as session:
        reads = session.scalar(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.verb == "household.read")
        )
        assert reads and reads > 5


def test_a_step_by_the_wrong_one_or_unknown_is_refused_with_a_page(web: Flask, place: Place) -> None:
    one = brought(place, S.SENT)
    clerk = entering.enter(web, place.city.clerk)
    assert clerk.post(f"/my/referrals/{one.code}/close", data={"revision": "1"}).status_code in (403, 422)
    assert clerk.post(f"/my/referrals/{one.code}/dance").status_code == 404
    assert clerk.post(f"/my/referrals/{one.code}/give_back", data={"revision": "x"}).status_code == 422
    other = entering.enter(web, place.city.actor(Role.ORGANISATION_CLERK, organisation=place.city.factory))
    assert other.get(f"/my/referrals/{one.code}").status_code == 404
    assert other.post(f"/my/referrals/{one.code}/accept", data={"revision": "1"}).status_code == 404
    stranger = entering.enter(web, place.stranger)
    assert stranger.get(f"/staff/referrals/{one.code}").status_code == 404
    assert stranger.get(f"/staff/referrals/new?household={place.number}").status_code == 403
    assert only().state is S.SENT


def test_after_a_stop_the_receiver_reads_nothing_more(web: Flask, place: Place) -> None:
    one = brought(place, S.STOPPED)
    page = entering.enter(web, place.city.clerk).get(f"/my/referrals/{one.code}").text
    assert "已停止" in page and "偏瘫" not in page and "家人戊100" not in page


def test_a_liaison_reads_the_slip_of_what_was_handed_over(web: Flask, place: Place) -> None:
    officer = liaison(place)
    client = entering.enter(web, place.town)
    address = f"/staff/referrals/new?household={place.number}"
    form = {
        "kind": "hand_over",
        "person": str(place.members[0]),
        "aid_kind": str(place.kinds["最低生活保障"]),
        "words": "收入低于标准，申请低保",
        "department": "civil_affairs",
        "liaison": str(officer.person_id),
    }
    assert client.post(address, data=form).status_code == 303
    one = only()
    theirs = entering.enter(web, officer)
    assert theirs.get(f"/staff/referrals/{one.code}/slip.pdf").status_code == 404
    assert "家人戊100" in step(web, officer, "staff", "accept")
    assert theirs.get(f"/staff/referrals/{one.code}/slip.pdf").status_code in (200, 202, 409, 503)
    assert "申请低保" not in theirs.get("/staff/referrals?mine=1&state=x").text
