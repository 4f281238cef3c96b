"""The pages: what the public reads and sends, what the objector learns, what staff see and decide."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock, db
from app.permissions import Actor
from projects.publicity import objections, publicity
from projects.publicity.handlers import Hands
from projects.publicity.kinds import PublicityState
from projects.publicity.models import Publicity, PublicityObjection
from tests.entering import enter
from tests.publicity.place import KIND, MONDAY, Staff, Told, opened, people, subjects, visitor

WORDS = "这户的房子去年已经修过一次"


@pytest.fixture
def told(web: Flask) -> Iterator[Told]:
    with subjects() as kept:
        yield kept


@pytest.fixture
def city(web: Flask, told: Told) -> Iterator[tuple[Staff, Publicity]]:
    with clock.at(clock.instant(MONDAY, 12)):
        with db.transaction() as session:
            staff = people(session)
            found = opened(session, staff.approver)
        yield staff, found


def _send(client: FlaskClient, path: str, **values: str):  # type: ignore[no-untyped-def]
    page = client.get(path).text
    hidden = dict(re.findall(r'name="(csrf_token|once)"[^>]*value="([^"]*)"', page))
    return client.post(path, data=hidden | values), hidden | values


def test_anybody_objects_and_learns_what_became_of_it(web: Flask, city: tuple[Staff, Publicity]) -> None:
    _staff, found = city
    client = web.test_client()
    assert found.title in client.get("/publicity").text
    page = client.get(f"/publicity/{found.code}")
    assert "2026年11月16日" in page.text or "11月16日" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    answer, sent = _send(client, f"/publicity/{found.code}", words="短", contact="13900000000")
    assert answer.status_code == 422
    assert "至少 5 个字" in answer.text and "13900000000" in answer.text
    answer, sent = _send(client, f"/publicity/{found.code}", words=WORDS)
    assert answer.status_code == 303
    again = client.post(f"/publicity/{found.code}", data=sent)
    assert again.location == answer.location
    receipt = client.get(answer.location)
    assert receipt.status_code == 200 and WORDS not in receipt.text
    assert receipt.headers["Cache-Control"] == "no-store"
    assert "2026-11-16" in receipt.text or "11月16日" in receipt.text
    code = answer.location.split("/")[2].split("?")[0]
    assert client.get(f"/objections?code={code.lower()}").location.endswith(code)
    assert client.get("/objections/000000000000").status_code == 404
    assert client.get("/objections").status_code == 200
    with db.reading() as session:
        assert session.query(PublicityObjection).count() == 1
    assert "计时停止" in client.get("/publicity").text


def test_after_the_term_the_page_says_what_is_left(web: Flask, city: tuple[Staff, Publicity]) -> None:
    _staff, found = city
    client = web.test_client()
    sent = _send(client, f"/publicity/{found.code}", words="短")[1] | {"words": WORDS}
    with clock.at(clock.instant(MONDAY + timedelta(days=8), 0, 1)):
        page = client.get(f"/publicity/{found.code}")
        assert "行政复议" in page.text and "<textarea" not in page.text
        late = client.post(f"/publicity/{found.code}", data=sent)
        assert late.status_code == 422 and "行政复议" in late.text
        with db.transaction() as session:
            publicity.end(session, found.id)
    with clock.at(clock.instant(MONDAY + timedelta(days=14), 12)):
        assert "期满" in client.get(f"/publicity/{found.code}").text
    with clock.at(clock.instant(MONDAY + timedelta(days=16), 12)):
        assert client.get(f"/publicity/{found.code}").status_code == 404
        assert found.title not in client.get("/publicity").text


def _objected(found: Publicity) -> PublicityObjection:
    with db.transaction() as session:
        return objections.object_to(session, found.id, words=WORDS, contact="13900000000", actor=visitor())


def _open(web: Flask, actor: Actor, code: str) -> str:
    return enter(web, actor).get(f"/staff/objections/{code}").text


def test_the_words_are_for_who_decides(web: Flask, told: Told, city: tuple[Staff, Publicity]) -> None:
    staff, found = city
    objection = _objected(found)
    assert WORDS in _open(web, staff.reviewer, objection.code)
    assert WORDS not in _open(web, staff.approver, objection.code)  # who opened the publicity
    told.hands = Hands(persons=(staff.reviewer.person_id,))
    page = _open(web, staff.reviewer, objection.code)
    assert WORDS not in page and "13900000000" not in page and "经手" in page
    assert WORDS not in enter(web, staff.leader).get("/staff/objections").text
    assert enter(web, staff.leader).get("/staff/objections/000000000000").status_code == 404


def test_staff_decide_on_the_page(web: Flask, told: Told, city: tuple[Staff, Publicity]) -> None:
    staff, found = city
    objection = _objected(found)
    client, path = enter(web, staff.leader), f"/staff/objections/{objection.code}"
    refused, _sent = _send(client, path, decision="dismissed", answer="无")
    assert refused.status_code == 422 and "至少 5 个字" in refused.text
    done, _sent = _send(client, path, decision="dismissed", answer="经入户核查，没有修过。")
    assert done.status_code == 303
    late, _sent = _send(client, path, decision="upheld", answer="经入户核查，情况属实。")
    assert late.status_code == 422 and "异议不成立" in late.text
    assert "经入户核查，没有修过。" in web.test_client().get(f"/objections/{objection.code}").text
    assert found.title in client.get("/staff/objections?state=closed").text
    with db.reading() as session:
        assert session.get_one(Publicity, found.id).state is PublicityState.RUNNING


def test_a_withdrawn_round_is_gone_for_the_public(web: Flask, city: tuple[Staff, Publicity]) -> None:
    staff, found = city
    objection = _objected(found)
    with db.transaction() as session:
        publicity.withdraw(session, subject_kind=KIND, subject_id=found.subject_id, actor=staff.approver)
    client = web.test_client()
    assert client.get(f"/publicity/{found.code}").status_code == 404
    assert "不再单独处理" in client.get(f"/objections/{objection.code}").text
