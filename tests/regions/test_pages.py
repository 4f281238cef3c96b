"""The page of divisions."""

from flask import Flask

from app.permissions import Role
from tests.parties.people import CITY, WEIBIN, sign_in_as


def test_one_division_with_what_lies_below(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False  # its refusal has tests of its own
    client = web.test_client()
    assert client.get("/staff/regions").status_code == 303
    sign_in_as(client, "shiji", Role.CITY_STAFF, region=CITY)
    city = client.get("/staff/regions").get_data(as_text=True)
    assert "宝鸡市" in city and "渭滨区" in city and f"code={WEIBIN}" in city and "金陵街道" not in city
    assert "金陵街道" in client.get(f"/staff/regions?code={WEIBIN}").get_data(as_text=True)
    assert "没有下级区划" in client.get("/staff/regions?code=610302001000").get_data(as_text=True)
    for code in ("999999000000", "<script>", "6" * 500):
        assert client.get("/staff/regions", query_string={"code": code}).status_code == 404
    assert client.get("/staff/regions", query_string={"code": "\x00"}).status_code == 400
