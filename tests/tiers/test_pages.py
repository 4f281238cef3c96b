"""The page of approval tiers: proposed by one, approved by another; what changes on which day is told."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock, db
from app.permissions import Actor, Role
from tests.covenants.village import staff
from tests.entering import enter
from tests.publicity.place import CITY, MONDAY, people

RULE = "陕西省临时救助工作规程 陕民发〔2020〕12号"


@pytest.fixture
def actors(web: Flask) -> tuple[Actor, Actor]:
    with db.transaction() as session:
        return people(session).city, staff(session, "法制", Role.LEGAL_OFFICER, CITY)


def _send(client: FlaskClient, **values: str):  # type: ignore[no-untyped-def]
    page = client.get("/staff/tiers/new").text
    hidden = dict(re.findall(r'name="(csrf_token|once)"[^>]*value="([^"]*)"', page))
    return client.post("/staff/tiers/new", data=hidden | values)


def _press(client: FlaskClient, action: str) -> int:
    page = client.get("/staff/tiers").text
    url = re.search(rf'action="(/staff/tiers/\w+/{action})"', page)
    if url is None:
        return 0
    token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page)
    assert token is not None
    return client.post(url[1], data={"csrf_token": token[1]}).status_code


def test_one_proposes_another_approves(web: Flask, actors: tuple[Actor, Actor]) -> None:
    city, legal = (enter(web, one) for one in actors)
    town = {"thing": "request", "level": "town", "limit": "up_to", "up_to": "1万元", "basis": RULE}
    with clock.at(clock.instant(MONDAY, 12)):
        refused = _send(city, **town | {"valid_from": "2026-11-09", "up_to": ""})
        assert refused.status_code == 422 and RULE in refused.text and "大于 0" in refused.text
        assert "晚于今天" in _send(city, **town | {"valid_from": "2026-11-09"}).text
        assert "省级规定" in _send(city, **town | {"valid_from": "2026-12-01", "basis": "通行做法"}).text
        assert _send(city, **town | {"valid_from": "2026-12-01"}).status_code == 303
        assert _press(city, "approve") == 0  # no such button for who proposed
        assert _press(legal, "approve") == 303
        page = city.get("/staff/tiers").text
        assert "2026年12月1日" in page and "没有规定" in page and "10,000.00 元以下" in page
        assert _send(city, **town | {"valid_from": "2026-12-08", "limit": "none"}).status_code == 303
        assert _press(city, "drop") == 303
        assert "历次规定（1 条）" in city.get("/staff/tiers").text
