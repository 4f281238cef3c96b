"""The pages of rankings, as a browser meets them: filters, one's own place, frozen ones, and nothing sent twice."""

import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, tables
from app.db import transaction
from app.ids import new_id
from app.paging import cursor
from app.parties import consents
from app.parties.models import ActingRole, ConsentPurpose, PartyKind
from app.permissions import SYSTEM, Actor, Grant, Role
from points.awards import award
from points.rankings import freezing, views_public
from points.rankings.rollup import roll_up
from points.rulesets.models import Programme
from points.seals.sealing import seal, tree_size
from tests.entering import enter
from tests.points import city


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    return web.test_client()


@pytest.fixture
def parties(web: Flask) -> list[UUID]:
    """Sixty organisations and a volunteer who agrees to be named, with gifts in October and November."""
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        made = [city.party(session, f"第{number:02d}号服务中心") for number in range(60)]
        for number, key in enumerate(made):
            award(session, city.gift(key, yuan=10_000 - 100 * (number // 2)), actor=SYSTEM)
        award(session, city.gift(made[59], yuan=50_000, day=date(2026, 10, 2)), actor=SYSTEM)
        person = city.party(session, "王小明", kind=PartyKind.PERSON)
        consents.give(session, person, ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
        gift = replace(city.gift(person, yuan=900), acting_role=ActingRole.VOLUNTEER)
        award(session, gift, actor=SYSTEM)
    seal()
    roll_up()
    return [*made, person]


def freeze(*periods: str) -> None:
    with transaction() as session, clock.at(city.NOON + timedelta(days=20)):
        programme = session.scalars(select(Programme)).one()
        for period in periods:
            freezing.freeze(session, programme, period, tree_size(session), actor=SYSTEM)


def test_from_a_rank_on(client: FlaskClient, parties: list[UUID]) -> None:
    page = client.get("/rankings?period=2026-11&rank=51").text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "第50号服务中心" in table
    assert "第51号服务中心" in table
    assert "第49号服务中心" not in table
    assert re.search(r'href="[^"]*before=', page)
    for rank in ("0", "-3", "x", "99999999999999999999", "²"):
        assert client.get("/rankings", query_string={"rank": rank}).status_code == 200


def test_addresses_that_no_page_has(client: FlaskClient, parties: list[UUID]) -> None:
    freeze("2026-11")
    for number in ("0", "2", "99999999999999999999", "9" * 300):
        assert client.get(f"/rankings/2026-11/{number}").status_code == 404
        assert client.get(f"/rankings/2026-11/{number}.csv").status_code == 404
    for values in ((10**30, new_id()), ("x", new_id()), (None, new_id()), (5, "zz"), (5,)):
        assert client.get("/rankings", query_string={"after": cursor(*values)}).status_code in (200, 422)


def test_every_filter_holds(client: FlaskClient, parties: list[UUID]) -> None:
    assert "王小明" in client.get("/rankings?party=person&period=2026-Q4").text
    assert "王小明" not in client.get("/rankings?period=2026-Q4").text
    assert "这个排行里还没有名字" in client.get("/rankings?size=large").text
    assert "第00号" in client.get("/rankings?county=610302000000&town=x&village=y").text
    assert "2026年第四季度积分排行" in client.get("/rankings?period=2026-Q4").text


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, parties: list[UUID]) -> None:
    first = client.get("/rankings?party=person")
    again = client.get("/rankings?party=person", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/rankings", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    with transaction() as session:
        consents.withdraw(session, parties[-1], ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
    gone = client.get("/rankings?party=person", headers={"If-None-Match": first.headers["ETag"]})
    assert gone.status_code == 200
    assert "王小明" not in gone.text


def test_ones_own_place(web: Flask, parties: list[UUID]) -> None:
    with transaction() as session:
        clerk = city.party(session, "经办人", kind=PartyKind.PERSON)
    actor = Actor(new_id(), clerk, "经办人", (Grant(Role.ORGANISATION_MANAGER, None, parties[40]),))
    browser = enter(web, actor)
    page = browser.get("/rankings?period=2026-11").text
    assert "第40号服务中心：第 41 名，共 60 名" in page
    link = re.search(r'href="([^"]*at=[^"]*)"', page)
    assert link is not None
    there = browser.get(link[1].replace("&amp;", "&")).text
    table = there[there.index("<tbody>") : there.index("</tbody>")]
    assert table.index("第40号服务中心") < table.index("第42号服务中心")
    assert "ETag" not in browser.get("/rankings").headers


def test_a_cut_as_a_table(client: FlaskClient, parties: list[UUID]) -> None:
    answer = client.get("/rankings?period=2026-11&export=csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "名次,名称,类别,所在地,荣誉积分"
    assert len(lines) == 61
    assert client.get("/rankings?export=exe").status_code == 422


def test_a_table_is_whole_however_long(
    client: FlaskClient, parties: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get("/rankings?period=2026-11&export=csv").data
    monkeypatch.setattr(views_public, "_EXPORT_PAGE", 7)
    monkeypatch.setattr(tables, "_CHUNK", 9)
    assert client.get("/rankings?period=2026-11&export=csv").data == whole
    assert client.get("/rankings?period=2026-11&export=xlsx").status_code == 200


def test_a_frozen_file_is_sent_once(client: FlaskClient, parties: list[UUID]) -> None:
    freeze("2026-11")
    first = client.get("/rankings/2026-11/1.csv")
    assert first.headers["ETag"] == f'"{hashlib.sha256(first.data).hexdigest()}"'
    again = client.get("/rankings/2026-11/1.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get("/rankings/2026-11/1.csv", headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_frozen_page_has_all_to_make_it_anew(client: FlaskClient, parties: list[UUID]) -> None:
    freeze("2026-10", "2026-11")
    assert "/rankings/2026-11/1" in client.get("/rankings").text
    page = client.get("/rankings/2026-11/1").text
    assert "flask rankings rebuild social-force 2026-11 --number 1" in page
    assert "新上榜" in page
    second = client.get("/rankings/2026-11/1?rank=59").text
    assert "降 58 位" in second
    assert "本期" in second
    assert "主要减少在" in second
    assert client.get("/rankings/2026-11/1.csv").data.startswith(b"kind,party_kind,who,")
    assert "王小明" in client.get("/rankings/2026-11/1?party=person").text
    with transaction() as session:
        consents.withdraw(session, parties[-1], ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
    hidden = client.get("/rankings/2026-11/1?party=person").text
    assert "王小明" not in hidden
    assert "（应本人要求不再公开）" in hidden
    for address in ("/rankings/2026-11/2", "/rankings/x/1", "/rankings/2026-11/2.csv"):
        assert client.get(address).status_code == 404


def test_a_correction_tells_its_differences(client: FlaskClient, parties: list[UUID]) -> None:
    freeze("2026-11")
    with transaction() as session, clock.at(city.NOON):
        award(session, city.gift(parties[59], yuan=90_000), actor=SYSTEM)
    seal()
    with transaction() as session, clock.at(city.NOON + timedelta(days=20)):
        programme = session.scalars(select(Programme)).one()
        freezing.correct(session, programme, "2026-11", tree_size(session), actor=SYSTEM)
    page = client.get("/rankings/2026-11/2").text
    assert "与更正前不同的" in page
    assert "第一次发布的排行" in page
    assert "更正 1" in client.get("/rankings").text
