"""The rules on their pages: drafted, edited row by row, simulated, published by somebody else, decided upon."""

import re
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app import clock
from app.db import reading, transaction
from app.errors import NotAllowed
from app.ids import new_id
from app.permissions import SYSTEM, Actor, Grant, Role
from points.adjustments import execution
from points.adjustments.models import AdjustmentDecision
from points.awards import award
from points.rulesets import document, publication
from points.rulesets.models import Ruleset
from tests.entering import enter
from tests.points import city

WRITER = Actor(new_id(), new_id(), "制定人", (Grant(Role.CITY_STAFF, city.CITY),))
LAWYER = Actor(new_id(), new_id(), "法制审核", (Grant(Role.LEGAL_OFFICER, city.CITY),))
Fields = dict[str, str]


@pytest.fixture
def writer(web: Flask) -> FlaskClient:
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        party = city.party(session)
        award(session, city.service(party), actor=SYSTEM)
        award(session, city.gift(party), actor=SYSTEM)
    return enter(web, WRITER)


def fields_of(page: str, form: int = -1) -> Fields:
    """Return what a form would send."""
    forms = re.findall(r"<form method=\"post\".*?</form>", page, re.DOTALL)
    text = forms[form]
    found = {
        re.search(r'name="([^"]+)"', tag)[1]: (re.search(r'value="([^"]*)"', tag) or ["", ""])[1]  # type: ignore[index]
        for tag in re.findall(r"<input[^>]*>", text)
        if 'type="checkbox"' not in tag or "checked" in tag
    }
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"', body)
        first = re.search(r'value="([^"]*)"', body)
        found[name] = (chosen or first)[1]  # type: ignore[index]
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', text, re.DOTALL):
        found[name] = body.strip()
    return {name: value.replace("&amp;", "&").replace("&#34;", '"') for name, value in found.items()}


def begin(writer: FlaskClient) -> str:
    """Begin a draft of version 2 and return the page of its editor."""
    fields = fields_of(writer.get("/staff/rules").text, 0) | {"base": "1"}
    answer = writer.post("/staff/rules/drafts", data=fields)
    assert (answer.status_code, answer.location) == (303, "/staff/rules/2/edit")
    return writer.get("/staff/rules/2/edit").text


def stored(version: int = 2) -> document.RulesetDocument:
    with reading() as session:
        ruleset = session.scalars(select(Ruleset).where(Ruleset.version == version)).one()
        return document.of(ruleset, "social-force")


def test_a_new_draft_is_the_version_before(writer: FlaskClient) -> None:
    with clock.at(city.NOON):
        page = begin(writer)
        first, second = stored(1), stored()
        assert (first.rules, first.multipliers, first.caps) == (second.rules, second.multipliers, second.caps)
        assert second.columns["effective_from"] == date(2026, 12, 1)
        answer = writer.post("/staff/rules/2/edit", data=fields_of(page) | {"do": "save"})
        assert (answer.status_code, answer.location) == (303, "/staff/rules/2")
        assert stored() == second


def test_rows_are_added_moved_and_taken_away_before_anything_is_saved(writer: FlaskClient) -> None:
    with clock.at(city.NOON):
        sent = fields_of(begin(writer)) | {"title": "写到一半的名称", "rules-0-points": "不是数"}
        before = stored()
        grown = writer.post("/staff/rules/2/edit", data=sent | {"do": "caps.add"})
        assert grown.status_code == 200
        fields = fields_of(grown.text)
        assert (fields["title"], fields["rules-0-points"]) == ("写到一半的名称", "不是数")
        assert fields["caps-5-span"] == "month"
        moved = fields_of(writer.post("/staff/rules/2/edit", data=fields | {"do": "rules.1.up"}).text)
        assert (moved["rules-0-code"], moved["rules-1-code"]) == ("goods-value", "money")
        assert moved["rules-1-points"] == "不是数"
        gone = fields_of(writer.post("/staff/rules/2/edit", data=moved | {"do": "rules.0.remove"}).text)
        assert gone["rules-0-code"] == "money"
        assert stored() == before
        wrong = writer.post("/staff/rules/2/edit", data=gone | {"do": "save"})
        assert wrong.status_code == 422
        assert "写到一半的名称" in wrong.text
        fine = gone | {
            "rules-0-points": "0.5", "caps-5-kind": "service", "caps-5-span": "quarter", "caps-5-points": "400",
            "do": "save",
        }  # fmt: skip
        assert writer.post("/staff/rules/2/edit", data=fine).status_code == 303
        after = stored()
        assert len(after.rules) == len(before.rules) - 1
        assert after.rules[0]["points"] == 50
        assert after.caps[-1]["code"] == "service-quarter"
        shown = writer.get("/staff/rules/2").text
        for words in ("资金捐赠（按元计） · 分值", "0.5 分/100 元", "删去：物资捐赠（按元计）", "每季"):
            assert words in shown


@pytest.mark.parametrize("act", ["rules.99.up", "rules.0.fly", "nothing.add", "rules.-1.remove", "caps.²"])
def test_no_button_of_ours_breaks_nothing(writer: FlaskClient, act: str) -> None:
    with clock.at(city.NOON):
        sent = fields_of(begin(writer))
        assert writer.post("/staff/rules/2/edit", data=sent | {"do": act}).status_code < 500
        odd = {"rules-²-code": "x", "rules-9999-code": "x", "rules-0-kind": "gold", "revision": "²"}
        assert writer.post("/staff/rules/2/edit", data=sent | odd).status_code == 422
        assert writer.get("/staff/rules/99999999999999999999").status_code == 404


def test_two_editors_lose_nothing(writer: FlaskClient) -> None:
    with clock.at(city.NOON):
        sent = fields_of(begin(writer))
        second = fields_of(writer.get("/staff/rules/2/edit").text)
        assert writer.post("/staff/rules/2/edit", data=sent | {"title": "先改的"}).status_code == 303
        late = writer.post("/staff/rules/2/edit", data=second | {"title": "后改的"})
        assert late.status_code == 422
        assert "已被别人改过" in late.text and "后改的" in late.text
        assert stored().columns["title"] == "先改的"


def test_the_file_of_a_version_is_read_again(writer: FlaskClient) -> None:
    text = writer.get("/staff/rules/1/file").text
    assert document.read(text) == stored(1)


def test_from_draft_to_adjustment(web: Flask, writer: FlaskClient) -> None:
    """Drafted and simulated by one, published and adopted by another; the workbook says what the page says."""
    with clock.at(city.NOON):
        sent = fields_of(begin(writer)) | {"rules-0-points": "2", "do": "save"}
        writer.post("/staff/rules/2/edit", data=sent)
        shown = writer.get("/staff/rules/2").text
        assert "发布第 2 版" not in shown
        page = writer.get("/staff/simulations/of/2").text
        answer = writer.post("/staff/simulations/of/2", data=fields_of(page) | {"first_day": "2026-01-01"})
        assert answer.status_code == 303
        address = answer.location
        told = writer.get(address).text
        assert "+100" in told and "10,000 元 × 2 分/100 元 × A 级 1 = 200 分" in told
        assert "起草调整决定" not in told
        book = load_workbook(BytesIO(writer.get(f"{address}/workbook").data))
        assert book.sheetnames == ["参与主体", "按区县", "按贡献类别", "为什么变", "举例", "说明"]
        assert [cell.value for cell in book["参与主体"][2]][5:8] == [102.25, 202.25, 100]
        assert [cell.value for cell in book["按区县"][2]][1:4] == [1, 2, 1]
        lawyer = enter(web, LAWYER)
        assert "等您处理" in lawyer.get("/staff").text
        desk = lawyer.get("/staff/rules/2").text
        answer = lawyer.post("/staff/rules/2/publish", data=fields_of(desk))
        assert answer.status_code == 303
        writer = enter(web, WRITER)
        told = writer.get(address).text
        assert "据此起草调整决定" in told
        draft = address.replace("/simulations/", "/adjustments/from/")
        paper = {
            "document_number": "示例〔2026〕9号",
            "decided_on": "2026-11-21",
            "basis_title": "示例决定",
            "reason": "统一分值",
        }
        answer = writer.post(draft, data=fields_of(writer.get(draft).text) | paper)
        assert answer.status_code == 303
        decision = answer.location
        lawyer = enter(web, LAWYER)
        assert "等您处理" in lawyer.get("/staff").text
        assert (
            lawyer.post(f"{decision}/adopt", data=fields_of(lawyer.get(decision).text, 0)).status_code == 303
        )
        assert execution.carry_out_due() == 1
        assert "已通过，正在调整" in lawyer.get(decision).text
        with reading() as session:
            assert session.scalars(select(AdjustmentDecision)).one().more == 10_000
        assert "示例〔2026〕9号" in lawyer.get("/staff/adjustments").text
        history = web.test_client().get("/rules/points").text
        assert "示例〔2026〕9号" in history


def test_who_drafted_sees_that_another_publishes(web: Flask, writer: FlaskClient) -> None:
    both = Actor(WRITER.user_id, WRITER.person_id, "同一人", (*WRITER.grants, *LAWYER.grants))
    with clock.at(city.NOON):
        begin(writer)
        page = enter(web, both).get("/staff/rules/2").text
    assert "须由另一人发布" in page


def test_nobody_publishes_what_was_not_shown_to_them(web: Flask, writer: FlaskClient) -> None:
    """Edited meanwhile, deleted and written anew under the same number, or a mark left out: refused."""
    with clock.at(city.NOON):
        sent = fields_of(begin(writer))
        lawyer = enter(web, LAWYER)
        seen = fields_of(lawyer.get("/staff/rules/2").text)
        assert writer.post("/staff/rules/2/edit", data=sent | {"title": "改过的"}).status_code == 303
        refused = lawyer.post("/staff/rules/2/publish", data=seen)
        assert (refused.status_code, "又被修改过" in refused.text) == (422, True)
        writer.post("/staff/rules/2/delete", data=fields_of(writer.get("/staff/rules/2").text))
        again = fields_of(begin(writer))
        assert again["revision"].partition(".")[0] == sent["revision"].partition(".")[0]
        late = writer.post(
            "/staff/rules/2/edit", data=sent | {"title": "写给前一份草案的", "once": again["once"]}
        )
        assert (late.status_code, "已被别人改过" in late.text) == (422, True)
        for odd in (seen["revision"], "1", "", "²", "1.x"):
            answer = lawyer.post("/staff/rules/2/publish", data=seen | {"revision": odd})
            assert (answer.status_code, "又被修改过" in answer.text) == (422, True), odd
        page = lawyer.get("/staff/rules/2").text
        assert lawyer.post("/staff/rules/2/publish", data=fields_of(page)).status_code == 303


def test_a_second_pair_of_eyes_is_not_had_by_a_colleagues_edit(web: Flask, writer: FlaskClient) -> None:
    other = Actor(new_id(), new_id(), "同事", WRITER.grants)
    both = Actor(WRITER.user_id, WRITER.person_id, "同一人", (*WRITER.grants, *LAWYER.grants))
    with clock.at(city.NOON):
        begin(writer)
        colleague = enter(web, other)
        sent = fields_of(colleague.get("/staff/rules/2/edit").text)
        assert colleague.post("/staff/rules/2/edit", data=sent).status_code == 303
        page = enter(web, both).get("/staff/rules/2").text
        assert "须由另一人发布" in page
    with reading() as session:
        draft = session.scalars(select(Ruleset).where(Ruleset.version == 2)).one()
    for writing in (both, Actor(other.user_id, other.person_id, "同事", LAWYER.grants)):
        with pytest.raises(NotAllowed), transaction() as session:
            publication.publish_ruleset(session, draft.id, actor=writing)


@pytest.mark.parametrize(
    "figure", ["9E999999999", "1e309", "-1", "NaN", "sNaN", "1E-9", "9" * 5000, "\0", "0.0001"]
)
def test_odd_figures_are_named(writer: FlaskClient, figure: str) -> None:
    with clock.at(city.NOON):
        sent = fields_of(begin(writer))
        before = stored()
        for name in (
            "multipliers-0-thousandths",
            "rules-0-points",
            "rules-0-per",
            "rules-0-step",
            "caps-0-points",
        ):
            answer = writer.post("/staff/rules/2/edit", data=sent | {name: figure})
            assert answer.status_code == 422, name
        assert stored() == before


def test_a_draft_is_deleted_and_a_published_version_is_not(writer: FlaskClient) -> None:
    with clock.at(city.NOON):
        begin(writer)
        sent = fields_of(writer.get("/staff/rules/2").text)
        assert writer.post("/staff/rules/1/delete", data=sent).status_code == 422
        assert writer.post("/staff/rules/2/delete", data=sent).status_code == 303
        assert writer.get("/staff/rules/2").status_code == 404


def test_the_calculator_says_what_would_be_signed(web: Flask, writer: FlaskClient) -> None:
    visitor = web.test_client()
    with clock.at(city.NOON):
        page = visitor.get("/rules/points?kind=service&hours=2.5&grade=B&day=2026-11-20").text
        assert "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分" in page
        page = visitor.get("/rules/points?kind=money&amount=1.2万&grade=C&day=2026-11-20").text
        assert "12,000 元 × 1 分/100 元 × C 级 1 = 120 分" in page
        for odd in ("kind=gold", "kind=service&hours=-1", "kind=money", "kind=service&hours=0", "day=9999-99-99",
                    "kind=service&hours=1&day=2001-01-01", "kind=money&amount=9" + "9" * 40):  # fmt: skip
            assert visitor.get(f"/rules/points?{odd}").status_code == 200
