"""The wizard's pages as a browser meets them: both doors, paging, what is shown and what is masked."""

import io

from flask import Flask
from sqlalchemy import select

from app.db import reading, transaction
from app.imports import plans, registers, screens
from app.imports.models import ImportUpload
from app.parties.models import Party
from app.permissions import Actor, Grant, Permission, Role
from tests.imports import wizard
from tests.parties.people import CITY, JINTAI, WEIBIN, admitted_organisation, places, sign_in_as


def test_problem_rows_are_paged_and_kept_by_reason(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    rows = [wizard.volunteer(index, c4="天上区") for index in range(1, 61)]
    rows += [wizard.volunteer(index, c2="6103") for index in range(61, 64)]
    address = wizard.upload(client, wizard.book(rows))
    page = wizard.check(client, address)
    assert "导入 0 行" not in page and "下一页" in page
    assert page.count("天上区") >= 50 and "6103" not in page.split('id="rows"')[1].split("</table>")[0]
    following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    page = client.get(following.split("#")[0]).get_data(as_text=True)
    assert "下一页" not in page and "回到第一页" in page
    page = client.get(f"{address}?reason=reject.ID_LENGTH").get_data(as_text=True)
    assert page.count("秦") == 3
    assert client.get(f"{address}?after=x-y").status_code == 422


def test_history_is_paged(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    for index in range(22):
        wizard.upload(client, wizard.book([wizard.volunteer(index)]), f"第{index}份.xlsx")
    page = client.get("/staff/imports").get_data(as_text=True)
    assert "第21份.xlsx" in page and "第0份.xlsx" not in page and "下一页" in page


def test_a_clerk_of_an_organisation_uploads_at_the_member_door(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    with transaction() as session:
        places(session)
        hub = admitted_organisation(session, 1).id
        other = admitted_organisation(session, 2).id
    client, stranger, staff = web.test_client(), web.test_client(), web.test_client()
    sign_in_as(client, "hub-clerk", Role.ORGANISATION_CLERK, organisation_id=hub, index=7100)
    sign_in_as(stranger, "other-clerk", Role.ORGANISATION_CLERK, organisation_id=other, index=7101)
    sign_in_as(staff, "city-staff", Role.CITY_STAFF, region=CITY, index=7102)
    page = client.get("/my/imports").get_data(as_text=True)
    offered = [one for one in registers.known() if one.member_permission is not None]
    assert all(str(one.label) in page for one in offered)
    assert "志愿者名册" not in page or any(one.name == "volunteers" for one in offered)
    assert client.get("/my/imports/templates/households").status_code == 404
    sent = {"files": [(io.BytesIO(wizard.messy()), "名册.xlsx")]}
    answer = client.post("/my/imports", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert client.get(address).status_code == 200
    assert stranger.get(address).status_code == 404
    assert staff.get(address.replace("/my/", "/staff/")).status_code == 404
    with reading() as session:
        name = session.get_one(Party, other).code
        upload = session.scalars(select(ImportUpload)).one()
    assert upload.organisation_id == hub and upload.region_code is None
    assert client.get(f"/my/imports?organisation={name}").status_code == 404


def test_a_register_that_one_may_not_fill_is_not_taken(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    client = web.test_client()
    sign_in_as(client, "credit", Role.CREDIT_OFFICER, region=WEIBIN, index=7103)
    page = client.get("/staff/imports").get_data(as_text=True)
    assert "失信线索" in page and "志愿者名册" not in page
    address = wizard.upload(client, wizard.messy())
    assert "没有认出" in client.get(address).get_data(as_text=True)
    sent = {"t0-register": "volunteers", "t0-header": "2", "act": "check"}
    assert client.post(f"{address}/columns", data=sent).status_code == 422


def test_home_is_the_smallest_division_that_holds_all() -> None:
    def home(*codes: str) -> str | None:
        grants = tuple(Grant(Role.COUNTY_HANDLER, code) for code in codes)
        return plans.home_region(Actor(None, None, "x", grants), {Permission.ENTER_PARTIES})

    assert home(WEIBIN) == WEIBIN
    assert home(WEIBIN, JINTAI) == CITY
    assert home("610302001000", WEIBIN) == WEIBIN
    assert home("610302001000", "610302002000") == WEIBIN
    assert home() is None


def test_cells_on_pages_are_short_and_numbers_of_people_masked() -> None:
    secret = registers.by_name("volunteers").field("id_number")
    assert screens.shown(42.0) == "42"
    assert screens.shown("长" * 100) == "长" * 40 + "…"
    assert screens.shown("610399198503020017", secret) == "610399********0017"
    assert screens.shown("半\ud800字") == "半?字"
    assert screens.shown(6.1e17, secret).count("*") >= 4
