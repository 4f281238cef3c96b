"""The pages of commitment texts and of the effect matrix."""

from datetime import timedelta

from flask import Flask

from app import clock
from app.db import reading
from app.permissions import Role
from credit.commitments import texts
from credit.commitments.models import TextState
from tests.parties.people import CITY, sign_in_as

PATH = "/staff/commitment-texts"


def test_one_drafts_and_another_publishes(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    author, legal = web.test_client(), web.test_client()
    sign_in_as(author, "city-staff", Role.CITY_STAFF, region=CITY)
    sign_in_as(legal, "legal-officer", Role.LEGAL_OFFICER, region=CITY, index=7100)
    assert "第 1 版" in author.get(PATH).text
    assert "第七十三条" in author.get(f"{PATH}/1").text
    assert "都是真实、完整的" in author.get(f"{PATH}/new").text
    sent = {
        "title": "承诺书",
        "body": "读过。",
        "items": "都是真的。\n会及时告知。",
        "consequences": "依法处理。",
        "valid_from": (clock.today() + timedelta(days=9)).isoformat(),
    }
    assert author.post(f"{PATH}/new", data={**sent, "valid_from": "2020-01-01"}).status_code == 422
    assert author.post(f"{PATH}/new", data=sent).status_code == 303
    assert author.post(f"{PATH}/2/publish").status_code == 403
    assert "发布第 2 版" in legal.get(f"{PATH}/2").text
    legal.post(f"{PATH}/2/publish")
    with reading() as session:
        assert texts.get(session, 2).state is TextState.PUBLISHED
    assert "禁止" in legal.get("/staff/effects").text
    assert legal.get(f"{PATH}/9").status_code == 404
