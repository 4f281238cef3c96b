"""A village's pages at all doors, as a browser meets them, on both databases."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.db import reading, transaction
from app.ids import new_id
from app.parties.models import Party
from app.permissions import Actor, Grant, Role
from points.covenants.models import Covenant, CovenantRecord
from tests.covenants import village
from tests.covenants.test_records import NOW
from tests.covenants.village import Village
from tests.entering import enter


@pytest.fixture
def made(web: Flask) -> Village:
    with clock.at(NOW), transaction() as session:
        return village.make(session)


def send(client: FlaskClient, path: str, page: str | None = None, **data: Any) -> tuple[int, str]:
    """Fill a form in as a browser does, and return status and page (or where it leads)."""
    shown = client.get(page or path).text
    token = shown.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = client.post(path, data={"csrf_token": token, **data})
    return answer.status_code, answer.location or answer.text


def test_the_way_from_the_assembly_to_the_notice(web: Flask, made: Village) -> None:
    base = f"/staff/covenants/{made.covenant.code}"
    with clock.at(NOW):
        worker = enter(web, made.worker)
        form = worker.get(f"{base}/log").text
        assert "参加义务劳动 +2 分/次" in form and "欧阳小河" in form
        item, household = made.items["庭院整洁评比"].id, made.households[1].id
        filled: dict[str, Any] = {
            "household": household,
            "item": item,
            "happened_on": "2026-11-19",
            "quantity": "1",
        }
        for wrong in (
            {"quantity": "-1"},
            {"item": new_id()},
            {"household": "x"},
            {"happened_on": "2027-01-01"},
        ):
            assert send(worker, f"{base}/log", **(filled | wrong))[0] == 422, wrong
        status, where = send(worker, f"{base}/log", **filled)
        assert status == 303 and where.endswith(str(item))
        with reading() as session:
            record = session.scalars(select(CovenantRecord)).one()
        town = enter(web, made.town)
        waiting = town.get("/staff/covenant-records").text
        assert "庭院整洁评比" in waiting
        status, _where = send(town, "/staff/covenant-records", chosen=str(record.id))
        assert status == 303
        page = f"/staff/covenant-records/{record.code}"
        shown = town.get(page).text
        assert "庭院整洁评比 +5 分/次 × 1 次 = +5 分" in shown
        public = web.test_client()
        board = public.get(f"/villages/{made.covenant.code}").text
        assert "欧阳**" in board and "欧阳小河" not in board and "第二十七条" in board
        notice = public.get(f"/villages/{made.covenant.code}/publicity").text
        assert "欧阳**" in notice and "欧阳小河" not in notice
        leader = enter(web, made.leader)
        assert send(leader, f"{page}/reverse", page, reason="")[0] == 422
        assert send(leader, f"{page}/reverse", page, reason="村民异议，查实记错人")[0] == 303
        assert "已冲正" in public.get(f"/villages/{made.covenant.code}/publicity").text


def test_a_list_is_drafted_by_one_and_published_by_another(web: Flask, made: Village) -> None:
    base = f"/staff/covenants/{made.covenant.code}"
    filled: dict[str, Any] = {
        "assembly": "households",
        "held_on": "2026-11-10",
        "entitled": "90",
        "attended": "70",
        "agreed": "60",
        "basis_title": "决议",
        "basis_number": "4号",
        "effective_from": "2026-12-01",
        "summary": "加扫雪",
        "list": "扫雪 +3\n乱倒垃圾 -2",
    }
    with clock.at(NOW):
        town = enter(web, made.town)
        assert "乱倒垃圾 −2 次" in town.get(f"{base}/list").text
        status, page = send(town, f"{base}/list", **(filled | {"list": "乱倒垃圾罚款 -5"}))
        assert status == 422 and "不能设罚款" in page
        for wrong in ({"attended": "50"}, {"entitled": "x"}, {"held_on": ""}, {"list": ""}):
            assert send(town, f"{base}/list", **(filled | wrong))[0] == 422, wrong
        assert send(town, f"{base}/list", **filled)[0] == 303
        leader = enter(web, made.leader)
        assert "核对无误，发布第 2 版" in leader.get(base).text
        seen = re.search(r'action="([^"]*/list/2/publish[^"]*)"', leader.get(base).text)
        assert seen is not None
        assert send(enter(web, made.town), f"{base}/list", **(filled | {"list": "换过的 +9"}))[0] == 303
        leader = enter(web, made.leader)
        for old in (seen[1], f"{base}/list/2/publish", f"{base}/list/2/publish?draft=x"):
            assert send(leader, old, base)[0] == 303
            assert "草案又重新录入过" in leader.get(base).text
        now = re.search(r'action="([^"]*/list/2/publish[^"]*)"', leader.get(base).text)
        assert now is not None and now[1] != seen[1]
        assert send(leader, now[1], base)[0] == 303
        assert "已发布" in leader.get(base).text
        assert "换过的" not in enter(web, made.worker).get(f"{base}/log").text
    assert web.test_client().get(f"{base}/list").status_code == 303


def test_households_are_entered_and_named_as_they_agreed(web: Flask, made: Village) -> None:
    base = f"/staff/covenants/{made.covenant.code}/households"
    with clock.at(NOW):
        worker = enter(web, made.worker)
        assert send(worker, base, number="二组-01", name="石三", agrees="y")[0] == 303
        assert send(worker, base, number="二组-01", name="石四")[0] == 422
        assert send(worker, base, number="", name="")[0] == 422
        one = made.households[0].id
        assert send(worker, f"{base}/{one}/withdraw", base)[0] == 303
        assert "公示页写：贾**" in worker.get(base).text
        assert send(worker, f"{base}/{one}/leave", base)[0] == 303
        assert send(worker, f"{base}/{one}/vanish", base)[0] == 404
        assert send(worker, f"{base}/{new_id()}/leave", base)[0] in (303, 404)


def test_a_household_sees_its_own_points_and_nobody_elses(web: Flask, made: Village) -> None:
    with clock.at(NOW):
        test_the_way_from_the_assembly_to_the_notice(web, made)
        mine = Actor(new_id(), made.households[1].party_id, "欧阳小河", (Grant(Role.VOLUNTEER),))
        own = enter(web, mine).get("/my/village").text
        assert "庭院整洁评比" in own and "村民异议，查实记错人" in own
        other = Actor(new_id(), made.households[0].party_id, "贾大山", (Grant(Role.VOLUNTEER),))
        assert "庭院整洁评比" not in enter(web, other).get("/my/village").text
        nobody = Actor(new_id(), new_id(), "某人", (Grant(Role.VOLUNTEER),))
        assert "还没有参加村里的积分" in enter(web, nobody).get("/my/village").text


def test_strangers_and_villages_without_a_list(web: Flask, made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        elsewhere = village.staff(session, "外镇", Role.TOWN_STAFF, "610327101000")
        assert session.scalars(select(Party).where(Party.name == "外镇")).one()
    base = f"/staff/covenants/{made.covenant.code}"
    client = enter(web, elsewhere)
    for path in (base, f"{base}/log", f"{base}/households", f"{base}/list"):
        assert client.get(path).status_code == 404, path
    public = web.test_client()
    for path in ("/villages", f"/villages/{made.covenant.code}?period=2026-Q9"):
        assert public.get(path).status_code == 200
    assert public.get("/villages/NOBODY").status_code == 404
    with clock.at(NOW):
        town = enter(web, made.town)
        status, _where = send(town, "/staff/covenants/new", region_code="茵香河村", name="茵香河村积分")
        assert status == 303
        with reading() as session:
            second = session.scalars(select(Covenant).where(Covenant.name == "茵香河村积分")).one()
        assert public.get(f"/villages/{second.code}").status_code == 404
        assert "还没有生效的积分办法" in town.get(f"/staff/covenants/{second.code}/log").text
        assert "茵香河村积分" not in public.get("/villages").text
