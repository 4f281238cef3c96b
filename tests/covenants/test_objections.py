"""Why a household has so many points, its objection and the answer, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.ids import new_id
from app.messages.models import Message
from app.permissions import Actor, Grant, Role
from points.covenants import accounts, objections, records
from points.covenants.models import CovenantRecord
from points.seals.sealing import seal
from tests.covenants import village
from tests.covenants.test_pages import send
from tests.covenants.test_records import NOW, balance, logged
from tests.covenants.village import Village
from tests.entering import enter


@pytest.fixture
def made(web: Flask) -> Village:
    with clock.at(NOW), transaction() as session:
        return village.make(session)


@pytest.fixture
def own(made: Village) -> Actor:
    return Actor(new_id(), made.households[0].party_id, "贾大山", (Grant(Role.VOLUNTEER),))


def verified(made: Village, item: str = "参加义务劳动", quantity: int = 2) -> CovenantRecord:
    with clock.at(NOW), transaction() as session:
        one = records.log(session, made.covenant.id, logged(made, item, quantity=quantity), actor=made.worker)
        return records.verify(session, one.id, actor=made.town)


def test_an_objection_is_raised_once_and_answered_by_somebody_else(made: Village, own: Actor) -> None:
    one = verified(made)
    other = Actor(new_id(), made.households[1].party_id, "欧阳小河", (Grant(Role.VOLUNTEER),))
    with clock.at(NOW):
        with pytest.raises(NotFound), transaction() as session:
            objections.raise_objection(session, one.id, text="记错了", actor=other)
        with pytest.raises(InvalidInput), transaction() as session:
            objections.raise_objection(session, one.id, text="  ", actor=own)
        with transaction() as session:
            objections.raise_objection(session, one.id, text="那天做了三次", actor=own)
        with pytest.raises(Conflict), transaction() as session:
            objections.raise_objection(session, one.id, text="再说一遍", actor=own)
        for actor in (made.worker, made.town):  # who logged (and may not verify at all), who verified
            with pytest.raises(NotAllowed), transaction() as session:
                objections.answer(session, one.id, text="没有记错", actor=actor)
        with transaction() as session:
            objections.answer(session, one.id, text="照片和签到都是两次", actor=made.leader)
        with pytest.raises(Conflict), transaction() as session:
            objections.answer(session, one.id, text="再答一次", actor=made.leader)
    with reading() as session:
        letter = session.scalars(select(Message).where(Message.party_id == own.person_id)).one()
        assert "照片和签到都是两次" in letter.body and letter.link == f"/my/village/{one.code}"
    assert balance(made) == 400


def test_a_reversal_answers_the_objection_and_what_waits_cannot_be_objected_to(
    made: Village, own: Actor
) -> None:
    one = verified(made)
    with clock.at(NOW):
        with transaction() as session:
            waiting = records.log(session, made.covenant.id, logged(made, "庭院整洁评比"), actor=made.worker)
        with pytest.raises(Conflict), transaction() as session:
            objections.raise_objection(session, waiting.id, text="不对", actor=own)
        with transaction() as session:
            objections.raise_objection(session, one.id, text="去的是邻居家", actor=own)
            records.reverse(session, one.id, reason="查实记错了户", actor=made.leader)
    with reading() as session:
        kept = session.get_one(CovenantRecord, one.id)
        assert kept.answer == "查实记错了户" and not objections.is_open(kept)
        assert accounts.sums(session, made.covenant.id, made.households[0].party_id) == []
    assert balance(made) == 0


def test_the_sums_of_a_household_are_its_balance(made: Village) -> None:
    verified(made)
    verified(made, "庭院整洁评比", 1)
    verified(made, "乱倒垃圾", 1)
    with reading() as session:
        found = accounts.sums(session, made.covenant.id, made.households[0].party_id)
    assert [(one.name, one.times, one.points) for one in found] == [
        ("庭院整洁评比", 1, 500),
        ("参加义务劳动", 2, 400),
        ("乱倒垃圾", 1, -200),
    ]
    assert sum(one.points for one in found) == balance(made) == 700


def test_the_pages_say_why_and_lead_to_the_objection(web: Flask, made: Village, own: Actor) -> None:
    one, minus = verified(made), verified(made, "乱倒垃圾", 1)
    page = f"/my/village/{one.code}"
    with clock.at(NOW):
        seal()
        client = enter(web, own)
        account = client.get("/my/village").text
        assert "2 分是怎么来的" in account and "4 − 2 = 2 分" in account and f"{page}" in account
        assert 'href="/my/village"' in client.get("/my").text
        nobody = enter(web, Actor(new_id(), new_id(), "某人", (Grant(Role.VOLUNTEER),)))
        assert 'href="/my/village"' not in nobody.get("/my").text
        assert nobody.get(page).status_code == 404
        shown = client.get(page).text
        for told in (
            "参加义务劳动 +2 分/次 × 2 次 = +4 分",
            "村协理员",
            "镇干部",
            "同意 61",
            "存证编号",
            "2026年12月20日",
        ):
            assert told in shown, told
        assert send(client, f"{page}/object", page, text="")[0] == 422
        assert send(client, f"{page}/object", page, text="那天做了三次")[0] == 303
        assert "异议正在核查" in client.get(page).text
        assert send(client, f"{page}/object", f"/my/village/{minus.code}", text="再提")[0] == 422
        leader = enter(web, made.leader)
        assert "待答复的异议" in leader.get("/staff/covenant-records").text
        record = f"/staff/covenant-records/{one.code}"
        assert "那天做了三次" in leader.get(record).text
        assert send(leader, f"{record}/answer", record, reason="")[0] == 422
        assert send(leader, f"{record}/answer", record, reason="签到是两次")[0] == 303
        assert "签到是两次" in client.get(page).text
        assert "待答复的异议" not in leader.get("/staff/covenant-records").text


def test_a_village_worker_logs_from_the_first_page(web: Flask, made: Village) -> None:
    with clock.at(NOW):
        worker = enter(web, made.worker)
        log = f"/staff/covenants/{made.covenant.code}/log"
        assert log in worker.get("/staff").text and log in worker.get("/staff/covenants").text
        status, page = send(
            worker,
            log,
            household=made.households[0].id,
            item=made.items["参加义务劳动"].id,
            happened_on="2026-10-11",
            quantity="1",
        )
        assert status == 422 and "才加入，之前的事不计分" in page
