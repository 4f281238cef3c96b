"""The pages of contributions as a browser meets them, on both databases."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from app.db import reading, transaction
from app.papers import papers
from app.papers.models import Paper
from app.permissions import Actor, Role
from points.rulesets.kinds import ContributionKind
from projects.contributions.models import Contribution, ContributionEvidence
from projects.contributions.rules import ContributionState
from tests import entering
from tests.contributions import city as made
from tests.contributions.city import City

S = ContributionState
MONEY = {
    "giver": "宝鸡秦岭机械有限公司",
    "amount": "1.2万",
    "happened_on": "2026-11-20",
    "region_code": made.COUNTY,
    "beneficiary": "金台区西关村独居老人 12 名",
    "receipt_number": "0012345678",
    "free_of_charge": "y",
    "action": "submit",
}
SERVICE = {
    "giver": "王秀英",
    "item": "tutoring|小时",
    "happened_on": "2026-11-20",
    "start": "09:00",
    "end": "11:30",
    "region_code": made.COUNTY,
    "free_of_charge": "y",
    "action": "submit",
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def city(web: Flask) -> City:
    web.config["WTF_CSRF_ENABLED"] = False
    return made.found()


Enter = Callable[[Actor], FlaskClient]


@pytest.fixture
def enter(web: Flask) -> Enter:
    """Return a function that gives a browser in which an actor is signed in."""
    return lambda actor: entering.enter(web, actor)


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    data.seek(0)
    return data, "票据.png"


def only() -> Contribution:
    with reading() as session:
        return session.scalars(select(Contribution).order_by(Contribution.id.desc())).first()  # type: ignore[return-value]


def test_a_clerk_logs_a_gift_and_staff_accept_it(city: City, enter: Enter) -> None:
    clerk = enter(city.clerk)
    assert "资金捐赠" in clerk.get("/my/contributions/new").text
    assert clerk.get("/my/contributions/new/money").status_code == 200
    sent = clerk.post("/my/contributions/new/money", data={**MONEY, "file_receipt": picture()})
    assert sent.status_code == 303, sent.text
    gift = only()
    assert (gift.state, gift.amount_fen, gift.evidence_grade.value) == (S.SUBMITTED, 1_200_000, "B")
    page = clerk.get(sent.headers["Location"]).text
    assert "等待民政部门核验" in page
    assert "票据.png" in page
    address = re.search(r"/files/[0-9A-Z]{12}", page)
    assert address is not None
    assert clerk.get(address[0]).status_code == 200

    staff = enter(city.staff)
    assert staff.get(address[0]).status_code == 200
    stranger = enter(city.actor(Role.COUNTY_REVIEWER, region=made.OTHER_COUNTY))
    assert stranger.get(address[0]).status_code == 404
    desk = staff.get("/staff/contributions").text
    assert "核验通过 12,000.00 元" in desk
    assert "全部认定约计 120 分" in desk
    done = staff.post(f"/staff/contributions/desk/{gift.code}", data={"revision": "1", "decision": "verify"})
    assert done.status_code == 303, done.text
    assert only().state is S.AWARDED
    assert "没有待核验的贡献" in staff.get(done.headers["Location"]).text
    assert "12,000 元 × 1 分/100 元" in clerk.get(f"/my/contributions/{gift.code}").text
    assert "120" in clerk.get("/my/contributions").text

    certified = clerk.post(f"/my/contributions/{gift.code}/certificate", data={"revision": "1"})
    assert certified.status_code == 303
    assert certified.headers["Location"].startswith("/my/papers/")
    assert "下载捐赠证书" in clerk.get(f"/my/contributions/{gift.code}").text


def test_a_wrong_entry_says_so_beside_its_field_and_loses_nothing(city: City, enter: Enter) -> None:
    clerk = enter(city.clerk)
    for changes, sentence in (
        ({"amount": "一大笔"}, "请填写金额"),
        ({"giver": "没有这个单位"}, "没有找到这个已入驻的贡献方"),
        ({"receipt_number": ""}, "请填写捐赠票据号"),
        ({"free_of_charge": ""}, "请勾选声明"),
        ({"beneficiary": "张三 13800138000"}, "不能写身份证号"),
        ({"happened_on": "2026-12-01"}, "这一天还没有到"),
        ({"region_code": "999999999999"}, "请从列表中选择"),
        ({"file_receipt": (io.BytesIO(b"MZ\x90\x00"), "a.exe")}, "不支持这种文件"),
    ):
        page = clerk.post("/my/contributions/new/money", data={**MONEY, **changes})
        assert page.status_code == 422, (changes, page.text)
        assert sentence in page.text, (changes, page.text)
        assert 'value="0012345678"' in page.text or "receipt_number" in changes
    with reading() as session:
        assert session.scalars(select(Contribution)).first() is None


@pytest.mark.parametrize("kind", list(ContributionKind))
def test_every_kind_has_its_form(city: City, enter: Enter, kind: ContributionKind) -> None:
    entries = {
        ContributionKind.MONEY: MONEY,
        ContributionKind.SERVICE: {**SERVICE, "giver": "李建国"},
        ContributionKind.GOODS: {**MONEY, "lines-0-item": "rice|袋(10公斤)", "lines-0-quantity": "2.5"},
        ContributionKind.FACILITY: {**MONEY, "lines-0-item": "canteen|处", "lines-0-quantity": "1"},
        ContributionKind.TRAINING: {**MONEY, "item": "job-training|课时", "quantity": "8"},
        ContributionKind.AGENCY: {**MONEY, "item": "service-institution|家", "quantity": "1"},
        ContributionKind.PROJECT: {**MONEY, "item": "community-project|个", "quantity": "1"},
        ContributionKind.JOBS: {**MONEY, "item": "job-posts|个", "quantity": "3"},
    }
    clerk = enter(city.clerk)
    assert clerk.get(f"/my/contributions/new/{kind.value}").status_code == 200
    entry = dict(entries[kind])
    if kind is ContributionKind.SERVICE:
        entry["giver"] = "610300000000001"
        assert clerk.post(f"/my/contributions/new/{kind.value}", data=entry).status_code == 422
        made.join(city.volunteer, city.hub)
        entry["giver"] = "王秀英"
    sent = clerk.post(f"/my/contributions/new/{kind.value}", data=entry)
    assert sent.status_code == 303, sent.text
    one = only()
    assert one.kind is kind
    assert one.state is S.SUBMITTED
    assert clerk.get(f"/my/contributions/{one.code}").status_code == 200
    staff = enter(city.staff)
    assert staff.get(f"/staff/contributions/desk/{one.code}").status_code == 200
    done = staff.post(f"/staff/contributions/desk/{one.code}", data={"revision": "1", "decision": "verify"})
    assert done.status_code == 303, done.text
    assert staff.get(f"/staff/contributions/{one.code}").status_code == 200


NASTY = (
    "",
    " ",
    "\x00",
    "9" * 40,
    "-1",
    "0",
    "NaN",
    "1e9",
    "９９",
    "25:61",
    "\u202e<b>'\"%s{{7*7}}",
    "😀" * 300,
    "|",
    "rice|箱",
)


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)  # the stricter of the two about values
@pytest.mark.parametrize("address", ["new/money", "new/goods", "new/service", "new/jobs", "desk"])
def test_no_input_breaks_a_form(city: City, enter: Enter, address: str) -> None:
    if address == "desk":
        enter(city.clerk).post("/my/contributions/new/money", data=MONEY)
        browser, url = enter(city.staff), f"/staff/contributions/desk/{only().code}"
        entry = {
            "revision": "1",
            "decision": "partly",
            "verified_amount": "100",
            "reason": "只有一百元有票据",
        }
    else:
        browser, url = enter(city.clerk), f"/my/contributions/{address}"
        goods = {
            "lines-0-item": "rice|公斤",
            "lines-0-quantity": "1",
            "lines-0-value": "5",
            "lines-0-basis": "invoice",
        }
        hours = {"start": "09:00", "end": "10:00", "break_minutes": "5"}
        entry = {**MONEY, **goods, **hours, "item": "job-posts|个", "quantity": "1", "revision": "1"}
    for number, field in enumerate(entry):
        for value in NASTY[number % 5 :: 5]:
            page = browser.post(url, data={**entry, field: value})
            assert page.status_code in (303, 400, 403, 409, 422), (field, value, page.status_code)


def test_a_draft_is_mended_submitted_and_taken_back(city: City, enter: Enter) -> None:
    clerk = enter(city.clerk)
    goods = {
        **MONEY,
        "action": "save",
        "lines-0-item": "rice|公斤",
        "lines-0-quantity": "100",
        "lines-0-value": "600",
        "lines-0-basis": "invoice",
        "lines-0-basis_note": "12345678",
        "file_receipt": picture(),
    }
    assert clerk.post("/my/contributions/new/goods", data=goods).status_code == 303
    gift = only()
    assert gift.state is S.LOGGED
    form = clerk.get(f"/my/contributions/{gift.code}/edit").text
    assert 'value="600.00"' in form
    assert "票据.png" in form
    del goods["file_receipt"]
    goods["lines-0-quantity"] = "120"
    assert (
        clerk.post(f"/my/contributions/{gift.code}/edit", data={**goods, "revision": "1"}).status_code == 303
    )
    stale = clerk.post(f"/my/contributions/{gift.code}/edit", data={**goods, "revision": "1"})
    assert stale.status_code == 422
    assert "刚才被改动过" in stale.text
    assert only().quantity_thousandths == 120_000
    with reading() as session:
        link = session.scalars(select(ContributionEvidence)).one()
    taken = clerk.post(f"/my/contributions/{gift.code}/evidence/{link.id}/take-back", data={"revision": "2"})
    assert taken.status_code == 303
    assert only().evidence_grade.value == "C"
    assert clerk.post(f"/my/contributions/{gift.code}/submit", data={"revision": "2"}).status_code == 303
    assert only().state is S.SUBMITTED
    late = clerk.post(f"/my/contributions/{gift.code}/withdraw", data={"revision": "2"})
    assert late.status_code == 422
    assert "现在的状态是" in late.text


def test_the_desk_decides_every_way(city: City, enter: Enter) -> None:
    clerk, staff = enter(city.clerk), enter(city.staff)
    for number, (decision, more, state) in enumerate(
        [
            ("send_back", {"reason": "请补充签收单据"}, S.SENT_BACK),
            ("refuse", {"reason": "与附件不一致"}, S.REFUSED),
            ("partly", {"verified_amount": "8000", "reason": "票据金额为八千元"}, S.AWARDED),
        ]
    ):
        entry = {**MONEY, "receipt_number": f"7700{number}"}
        assert clerk.post("/my/contributions/new/money", data=entry).status_code == 303
        gift = only()
        desk = f"/staff/contributions/desk/{gift.code}"
        assert staff.post(desk, data={"revision": "1", "decision": decision}).status_code in (422, 303)
        if decision != "partly":
            assert only().state is S.SUBMITTED
        assert staff.post(desk, data={"revision": "1", "decision": "nonsense"}).status_code == 422
        done = staff.post(desk, data={"revision": "1", "decision": decision, **more})
        assert done.status_code == (303 if only().verified_amount_fen != 1_200_000 else 422), done.text
        assert only().state is state
        assert staff.get(desk).status_code == 303
    assert staff.get("/staff/contributions/register?state=awarded&kind=money&q=秦岭").status_code == 200
    table = staff.get("/staff/contributions/register?export=xlsx")
    assert table.status_code == 200
    assert table.data[:2] == b"PK"


def test_plain_entries_are_accepted_together(city: City, enter: Enter) -> None:
    clerk, staff = enter(city.clerk), enter(city.staff)
    for number in range(3):
        entry = {**MONEY, "receipt_number": f"8800{number}", "file_receipt": picture()}
        assert clerk.post("/my/contributions/new/money", data=entry).status_code == 303
    page = staff.get("/staff/contributions/batch").text
    chosen = re.findall(r'value="([0-9a-f-]{36}:1)"', page)
    assert len(chosen) == 3
    assert staff.post("/staff/contributions/batch", data={}).status_code == 422
    assert staff.post("/staff/contributions/batch", data={"chosen": chosen}).status_code == 303
    with reading() as session:
        assert set(session.scalars(select(Contribution.state))) == {S.AWARDED}


def test_an_award_is_reversed_and_logged_again(city: City, enter: Enter) -> None:
    clerk, staff, approver = enter(city.clerk), enter(city.staff), enter(city.approver)
    clerk.post("/my/contributions/new/money", data=MONEY)
    gift = only()
    staff.post(f"/staff/contributions/desk/{gift.code}", data={"revision": "1", "decision": "verify"})
    address = f"/staff/contributions/{gift.code}/reverse"
    assert staff.post(address, data={"reason": "票据作废重开"}).status_code == 403
    assert approver.post(address, data={"reason": ""}).status_code == 422
    assert approver.post(address, data={"reason": "票据作废重开"}).status_code == 303
    assert only().state is S.REVERSED
    again = f"/my/contributions/new/money?corrects={gift.code}"
    assert "更正登记" in clerk.get(again).text
    sent = clerk.post(again, data={**MONEY, "amount": "8000"})
    assert sent.status_code == 303, sent.text
    assert only().corrects_id == gift.id
    assert clerk.get(f"/my/contributions/{gift.code}").status_code == 200


ADDRESSES = (
    "/my/contributions",
    "/my/contributions/new",
    "/my/contributions/new/money",
    "/my/contributions/{code}",
    "/my/contributions/{code}/edit",
    "/staff/contributions",
    "/staff/contributions/desk/{code}",
    "/staff/contributions/batch",
    "/staff/contributions/register",
    "/staff/contributions/{code}",
)


def test_strangers_never_see_content(city: City, enter: Enter, web: Flask) -> None:
    enter(city.clerk).post("/my/contributions/new/money", data=MONEY)
    gift = only()
    anonymous = web.test_client()
    for address in ADDRESSES:
        page = anonymous.get(address.format(code=gift.code))
        assert page.status_code == 303, address
        assert "sign-in" in page.headers["Location"]
    insiders = {Role.ORGANISATION_CLERK, Role.ORGANISATION_MANAGER}
    readers = {Role.TOWN_STAFF, Role.TOWN_LEADER, Role.AUDITOR}
    for role in Role:
        browser = enter(city.actor(role, organisation=city.worker))
        for address in ADDRESSES:
            page = browser.get(address.format(code=gift.code))
            assert page.status_code < 500, (role, address)
            inside = address.startswith("/staff") and role in (*made_verifiers(), *readers)
            if not inside:
                assert "秦岭机械" not in page.text, (role, address)
            if "{code}" in address and address.startswith("/my"):
                assert page.status_code in (403, 404), (role, address)
    assert insiders


def test_the_form_of_an_entry_is_closed_to_its_giver(city: City, enter: Enter) -> None:
    """The giver may read an entry; its form would tell who volunteers for the organisation that logged it."""
    made.join(city.volunteer, city.hub)
    clerk, staff, approver = enter(city.clerk), enter(city.staff), enter(city.approver)
    clerk.post("/my/contributions/new/money", data={**MONEY, "action": "save"})
    gift = only()
    giver = enter(city.actor(Role.ORGANISATION_CLERK, organisation=city.factory, again=1))
    edit, again = f"/my/contributions/{gift.code}/edit", f"/my/contributions/new/money?corrects={gift.code}"
    assert giver.get(f"/my/contributions/{gift.code}").status_code == 200
    assert clerk.get(again).status_code == 409
    assert "王秀英" in clerk.get(edit).text
    for answer in (giver.get(edit), giver.post(edit, data=MONEY), giver.get(again)):
        assert answer.status_code == 403
        assert "王秀英" not in answer.text
    clerk.post(f"/my/contributions/{gift.code}/submit", data={"revision": "1"})
    assert clerk.get(edit).status_code == 409
    staff.post(f"/staff/contributions/desk/{gift.code}", data={"revision": "1", "decision": "verify"})
    approver.post(f"/staff/contributions/{gift.code}/reverse", data={"reason": "票据作废重开"})
    assert only().state is S.REVERSED
    assert "王秀英" in clerk.get(again).text
    assert giver.get(again).status_code == 403


@pytest.mark.parametrize(
    "name", ["lines-²-item", "lines-٣-item", f"lines-{'9' * 5000}-item", "lines--1-item"]
)
def test_names_of_lines_that_no_page_sends_are_dropped(city: City, enter: Enter, name: str) -> None:
    goods = {**MONEY, "lines-0-item": "rice|袋(10公斤)", "lines-0-quantity": "2", name: "rice|袋(10公斤)"}
    sent = enter(city.clerk).post("/my/contributions/new/goods", data=goods)
    assert sent.status_code == 303, sent.text
    assert [line.quantity_thousandths for line in only().lines] == [20_000]


def test_a_wrong_line_is_marked_where_it_stands(city: City, enter: Enter) -> None:
    goods = {**MONEY, "lines-2-item": "rice|袋(10公斤)", "lines-2-quantity": "0"}
    sent = enter(city.clerk).post("/my/contributions/new/goods", data=goods)
    assert sent.status_code == 422
    assert re.search(r'aria-invalid="true"[^>]*id="lines-2-quantity"', sent.text), sent.text


def test_a_figure_beside_the_whole_button_stays_to_be_decided(city: City, enter: Enter) -> None:
    enter(city.clerk).post("/my/contributions/new/money", data=MONEY)
    gift = only()
    sent = enter(city.staff).post(
        f"/staff/contributions/desk/{gift.code}",
        data={"revision": "1", "decision": "verify", "verified_amount": "8000"},
    )
    assert sent.status_code == 422
    assert "与登记数不同的数" in sent.text
    assert only().state is S.SUBMITTED


def test_staff_issue_a_certificate_again(city: City, enter: Enter) -> None:
    clerk, staff, approver = enter(city.clerk), enter(city.staff), enter(city.approver)
    clerk.post("/my/contributions/new/money", data=MONEY)
    gift = only()
    staff.post(f"/staff/contributions/desk/{gift.code}", data={"revision": "1", "decision": "verify"})
    mine, theirs = f"/my/contributions/{gift.code}", f"/staff/contributions/{gift.code}"
    assert clerk.post(f"{mine}/certificate", data={"revision": "1"}).status_code == 303
    with transaction() as session:
        papers.revoke(
            session, session.scalars(select(Paper)).one(), reason="受赠单位有误", actor=city.approver
        )
    assert "捐赠证书" not in clerk.get(mine).text
    assert clerk.post(f"{mine}/certificate", data={"revision": "1"}).status_code in (403, 422)
    assert staff.post(f"{theirs}/certificate", data={"revision": "1"}).status_code == 403
    assert "开具捐赠证书" not in staff.get(theirs).text
    assert "开具捐赠证书" in approver.get(theirs).text
    assert approver.post(f"{theirs}/certificate", data={"revision": "1"}).status_code == 303
    assert "捐证〔2026〕00002 号" in approver.get(theirs).text
    assert "下载捐赠证书" in clerk.get(mine).text


def made_verifiers() -> set[Role]:
    return {Role.COUNTY_HANDLER, Role.COUNTY_REVIEWER, Role.COUNTY_APPROVER, Role.CITY_STAFF}


@pytest.mark.parametrize(
    "address",
    [
        "/my/contributions?after=%00&q=%00%25&first=x&last=2026-13-01&kind=none&state=9",
        "/my/contributions/new/nothing",
        "/my/contributions/new/money?organisation=XXXXXXXXXXXX",
        "/my/contributions/new/money?corrects=XXXXXXXXXXXX",
        "/my/contributions/%00%F0%9F%98%80",
        "/staff/contributions/register?after=AAAA&region=61&export=exe",
        "/staff/contributions/desk/ZZZZ",
    ],
)
def test_bad_addresses_are_answered_kindly(city: City, enter: Enter, address: str) -> None:
    actor = city.clerk if address.startswith("/my") else city.staff
    assert enter(actor).get(address).status_code in (200, 400, 403, 404, 422)
