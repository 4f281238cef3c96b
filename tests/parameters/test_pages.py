"""The page of parameters: reading, proposing, approving, withdrawing."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.db import reading, transaction
from app.parameters import queries
from app.permissions import Role
from tests.parties.people import CITY, TOWN, WEIBIN, places, sign_in_as

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
GOOD = {"value": "8", "valid_from": "2027-01-01", "article": "宝民发〔2026〕9号", "region_code": ""}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    with transaction() as session:
        places(session)
    web.config["WTF_CSRF_ENABLED"] = False
    return web.test_client()


def enter(client: FlaskClient, role: Role, index: int = 7000, region: str = CITY) -> FlaskClient:
    other = client.application.test_client()
    sign_in_as(other, role.value.replace("_", "-"), role, region=region, index=index)
    return other


def code_of(page: str) -> str:
    found = re.search(r"/staff/parameters/proposals/(\w+)/", page)
    assert found is not None
    return found.group(1)


def test_all_numbers_are_listed_with_force_and_basis(client: FlaskClient) -> None:
    staff = enter(client, Role.TOWN_STAFF, region=TOWN)
    page = staff.get("/staff/parameters").get_data(as_text=True)
    for words in ("救助公示期", "7 日", "慈善法第七十九条", "法定", "10,000.00 元", "8 小时"):
        assert words in page
    narrowed = staff.get("/staff/parameters?q=听证&force=L").get_data(as_text=True)
    assert "听证前通知" in narrowed and "救助公示期" not in narrowed
    exported = staff.get("/staff/parameters?export=csv").get_data(as_text=True)
    assert "publicity.days" in exported
    assert client.get("/staff/parameters").status_code == 303


def test_a_change_takes_two_persons_and_is_told(client: FlaskClient) -> None:
    city, legal = enter(client, Role.CITY_STAFF), enter(client, Role.LEGAL_OFFICER, 7001)
    url = "/staff/parameters/penalty.decide"
    assert "只有法律、法规或上级规定改变时才能调整" in city.get(url).get_data(as_text=True)
    assert city.post(url, data=GOOD).status_code == 303
    page = legal.get(url).get_data(as_text=True)
    assert "请核对新的依据确有权改变它" in page and "8 日" in page
    assert "法定期限和标准" in legal.get("/staff/parameters").get_data(as_text=True)
    approve = f"/staff/parameters/proposals/{code_of(page)}/approve"
    assert city.post(approve).status_code == 403
    assert legal.post(approve).status_code == 303
    with reading() as session:
        assert queries.value(session, "penalty.decide", on=date(2027, 1, 1)) == 8
    again = legal.post(approve)
    assert again.status_code == 422 and "现在的状态是" in again.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"value": "八天"}, "请填写一个整数"),
        ({"value": "9" * 30}, "请填写一个整数"),
        ({"value": "0"}, "不在可用的范围内"),
        ({"value": "5"}, "与那一天起的现有数值相同"),
        ({"valid_from": "2026-11-22"}, "生效日期须在今天之后"),
        ({"valid_from": "不知道"}, "不知道"),
        ({"article": " "}, "必须填写"),
        ({"region_code": "999999999999"}, "请从列表中选择"),
    ],
)
def test_nothing_typed_is_lost(client: FlaskClient, changes: dict[str, str], sentence: str) -> None:
    answer = enter(client, Role.CITY_STAFF).post("/staff/parameters/project.review", data=GOOD | changes)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and sentence in page
    assert (GOOD | changes)["article"].strip() in page and (GOOD | changes)["value"] in page


def test_sums_are_typed_in_yuan_and_times_in_hours(client: FlaskClient) -> None:
    city, legal = enter(client, Role.CITY_STAFF), enter(client, Role.LEGAL_OFFICER, 7001)
    for key, typed in (("tiers.town_limit_fen", "1.5万"), ("hours.automatic_minutes", "6.5")):
        assert city.post(f"/staff/parameters/{key}", data=GOOD | {"value": typed}).status_code == 303
        code = code_of(legal.get(f"/staff/parameters/{key}").get_data(as_text=True))
        assert legal.post(f"/staff/parameters/proposals/{code}/approve").status_code == 303
    with reading() as session:
        day = date(2027, 1, 1)
        assert queries.value(session, "tiers.town_limit_fen", on=day) == 1_500_000
        assert queries.value(session, "hours.automatic_minutes", on=day) == 390


def test_a_change_for_a_county_can_be_withdrawn(client: FlaskClient) -> None:
    city = enter(client, Role.CITY_STAFF)
    url = "/staff/parameters/project.review"
    assert city.post(url, data=GOOD | {"region_code": WEIBIN}).status_code == 303
    page = city.get(url).get_data(as_text=True)
    assert "渭滨区" in page
    withdraw = f"/staff/parameters/proposals/{code_of(page)}/withdraw"
    assert city.post(withdraw, data={"reason": " "}).status_code == 422
    assert city.post(withdraw, data={"reason": "文号有误"}).status_code == 303
    assert "已撤回" in city.get(url).get_data(as_text=True)


def test_strange_addresses_are_not_found(client: FlaskClient) -> None:
    city = enter(client, Role.CITY_STAFF)
    legal = enter(client, Role.LEGAL_OFFICER, 7001)
    assert city.get("/staff/parameters/no.such").status_code == 404
    assert legal.post("/staff/parameters/proposals/zzzzzzzzzzzz/approve").status_code == 404
    assert city.post("/staff/parameters/project.review").status_code == 422
    assert (
        enter(client, Role.AUDITOR, 7002).post("/staff/parameters/project.review", data=GOOD).status_code
        == 403
    )
