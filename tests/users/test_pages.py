"""The pages of users and parties, as a browser meets them."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.db import reading, transaction
from app.errors import NotAllowed
from app.parties import affiliations, interest, organisations, persons, queries, registrations
from app.parties.kinds import AffiliationKind, ConsentPurpose, RegistrationState
from app.parties.models import Party
from app.permissions import SYSTEM, Actor, Role
from app.users import grants, registering
from app.users.forms import ManagerUserForm
from app.users.models import User, UserSession
from tests.parties.people import (
    CITY,
    PASSWORD,
    TOWN,
    WEIBIN,
    admitted_organisation,
    organisation_data,
    person_data,
    places,
    sign_in_as,
)


@pytest.fixture
def client(web: Flask) -> Any:
    web.config["WTF_CSRF_ENABLED"] = False
    with transaction() as session:
        places(session)
    return web.test_client()


VOLUNTEER = {
    "name": "王志愿",
    "document_kind": "resident_id",
    "identity_number": person_data().identity_number,
    "phone": person_data().phone,
    "region_code": TOWN,
}
SIGN = {"user_name": "wang-zhi", "password": PASSWORD, "password_again": PASSWORD}


def test_a_volunteer_registers_is_sent_back_mends_and_is_admitted(client: Any, web: Flask) -> None:
    page = client.get("/register/volunteer")
    assert page.status_code == 200
    page = client.post("/register/volunteer", data=VOLUNTEER | {"step": "check"})
    assert page.status_code == 200 and "请核对" in page.text and "王志愿" in page.text
    page = client.post("/register/volunteer", data=VOLUNTEER | SIGN | {"step": "done", "publish_name": "y"})
    assert page.status_code == 303, page.text
    assert client.get("/registered").status_code == 200

    answer = client.post("/sign-in", data={"name": "wang-zhi", "password": PASSWORD})
    assert answer.status_code == 303 and answer.location == "/my"
    assert client.get("/my/organisation/users").status_code == 403
    shown = client.get("/my/registration", follow_redirects=True)
    assert "正在等待审核" in shown.text and VOLUNTEER["identity_number"] not in shown.text

    staff = web.test_client()
    sign_in_as(staff, "shenhe", Role.COUNTY_REVIEWER, region=WEIBIN)
    desk = staff.get("/staff/registrations", follow_redirects=True)
    assert "王志愿" in desk.text and VOLUNTEER["identity_number"] not in desk.text
    with reading() as session:
        party = session.scalars(select(Party).where(Party.name == "王志愿")).one()
        assert queries.has_consent(session, party.id, ConsentPurpose.PUBLISH_NAME)
    url = f"/staff/registrations/{party.code}"
    refused = staff.post(url, data={"verb": "send_back", "revision": 1, "reason": ""})
    assert refused.status_code == 422 and "请写明理由" in refused.text
    assert (
        staff.post(url, data={"verb": "send_back", "revision": 1, "reason": "请写全居住地"}).status_code
        == 303
    )
    shown = client.get("/my/registration", follow_redirects=True)
    assert "请写全居住地" in shown.text
    edit = f"/my/registration/{party.code}/edit"
    assert VOLUNTEER["identity_number"] in client.get(edit).text
    done = client.post(edit, data=VOLUNTEER | {"revision": 1, "skills": "理发"})
    assert done.status_code == 303, done.text
    assert staff.post(url, data={"verb": "approve", "revision": 1}).status_code == 422
    assert staff.post(url, data={"verb": "approve", "revision": 2}).status_code == 303
    shown = client.get("/my/registration", follow_redirects=True)
    assert "61030000000001" in shown.text
    consents = f"/my/registration/{party.code}/consents/publish_name"
    assert f"{consents}/withdraw" in shown.text
    for wanted, agreed in (("withdraw", False), ("withdraw", False), ("give", True), ("give", True)):
        assert client.post(f"{consents}/{wanted}").status_code == 303
        with reading() as session:
            assert queries.has_consent(session, party.id, ConsentPurpose.PUBLISH_NAME) is agreed
    assert client.post(f"{consents}/toggle").status_code == 404


def test_an_organisation_registers_and_its_manager_adds_a_clerk(client: Any, web: Flask) -> None:
    data = organisation_data()
    details = {
        "name": data.name,
        "organisation_kind": data.organisation_kind.value,
        "uscc": data.uscc[:17] + ("0" if data.uscc[17] != "0" else "1"),
        "region_code": WEIBIN,
        "responsible_person": "张三丰",
        "contact_name": "李四光",
        "contact_phone": data.contact_phone,
    }
    page = client.post("/register/organisation", data=details | {"step": "check"})
    assert page.status_code == 422 and "第 18 位" in page.text
    details["uscc"] = data.uscc.lower()
    manager = {"manager_name": "钱经理", "manager_phone": "14200007777"}
    page = client.post("/register/organisation", data=details | SIGN | manager | {"step": "done"})
    assert page.status_code == 303, page.text
    client.post("/sign-in", data={"name": "14200007777", "password": PASSWORD})
    assert "正在等待审核" in client.get("/my/registration", follow_redirects=True).text
    assert client.get("/my/organisation/users").status_code == 403  # not admitted yet
    with transaction() as session:
        party = session.scalars(select(Party).where(Party.name == data.name)).one()
        registrations.approve(session, party.id, revision=1, actor=SYSTEM)
    assert client.get("/my/organisation/users").status_code == 200
    clerk = {
        "person_name": "孙经办",
        "phone": "14200008888",
        "role": "organisation_clerk",
        "user_name": "sun",
    }
    made = client.post(
        "/my/organisation/users/new", data=clerk | {"password": PASSWORD, "password_again": PASSWORD}
    )
    assert made.status_code == 303, made.text
    assert "孙经办" in client.get("/my/organisation/users").text
    for address in ("/register", "/register/organisation", "/register/volunteer"):
        page = client.get(address)
        assert page.status_code == 200 and "您已登录" in page.text and "/my/registration" in page.text
    again = client.post("/register/organisation", data=details | SIGN | manager | {"step": "done"})
    assert again.status_code == 409 and "您已登录" in again.text
    visitor = web.test_client()
    taken = visitor.post("/register/organisation", data=details | {"step": "check"})
    assert taken.status_code == 422 and "已经登记" in taken.text
    again = visitor.post("/register/organisation", data=details | SIGN | manager | {"step": "done"})
    assert again.status_code == 422 and ("已有人使用" in again.text or "已经登记" in again.text)


def test_asking_whose_number_is_known_costs_and_is_traced(client: Any, web: Flask) -> None:
    with transaction() as session:
        known = persons.register_contact(session, person_data(1, name="张户主"), actor=SYSTEM)
    check = client.post("/register/volunteer", data=VOLUNTEER | {"step": "check"})
    assert check.status_code == 200 and "请核对" in check.text
    for _try in range(registering.REFUSED_PER_ADDRESS):
        refused = client.post("/register/volunteer", data=VOLUNTEER | SIGN | {"step": "done"})
        assert refused.status_code == 422 and "不能在这里登记" in refused.text
        assert "张户主" not in refused.text and "已经登记" not in refused.text
    with reading() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.verb == "registration.refuse_taken")
        ).all()
        assert len(events) == registering.REFUSED_PER_ADDRESS
        assert {(one.party_id, one.address) for one in events} == {(known.id, "127.0.0.1")}
    free = VOLUNTEER | {"identity_number": person_data(2).identity_number}
    for data in (VOLUNTEER, free):
        braked = client.post("/register/volunteer", data=data | SIGN | {"step": "done"})
        assert braked.status_code == 422 and "30 分钟" in braked.text and "不能在这里登记" not in braked.text
    with clock.at(clock.now() + registering.WAIT):
        assert client.post("/register/volunteer", data=free | SIGN | {"step": "done"}).status_code == 303


def test_a_first_password_must_be_changed(client: Any, web: Flask) -> None:
    sign_in_as(client, "xitong", Role.SYSTEM_ADMINISTRATOR, region=WEIBIN)
    new = {"person_name": "赵新来", "phone": "14200006666", "user_name": "zhao", "identity_number": ""}
    made = client.post("/staff/users/new", data=new | {"password": PASSWORD, "password_again": PASSWORD})
    assert made.status_code == 303, made.text
    other = web.test_client()
    answer = other.post("/sign-in", data={"name": "zhao", "password": PASSWORD})
    assert answer.location == "/my/security"
    security = web.test_client()
    sign_in_as(security, "anquan", Role.SECURITY_ADMINISTRATOR, region=WEIBIN, index=7001)
    granted = security.post(made.location, data={"role": "county_handler", "region_code": WEIBIN})
    assert granted.status_code == 303, granted.text
    refused = security.post(made.location, data={"role": "county_approver", "region_code": WEIBIN})
    assert refused.status_code == 422 and "不能由同一人担任" in refused.text
    assert client.post(made.location, data={"role": "auditor"}).status_code == 403
    assert other.get("/staff/parties").location == "/my/security"
    new_password = "岐山臊子面加多一点醋才香"
    changed = other.post(
        "/my/security",
        data={"present": PASSWORD, "password": new_password, "password_again": new_password},
    )
    assert changed.status_code == 303, changed.text
    assert other.get("/staff/parties").status_code == 200
    locked = security.post(made.location + "/lock", data={"reason": "离岗待查"})
    assert locked.status_code == 303
    assert other.get("/staff/parties").location.startswith("/sign-in")


def test_a_reveal_shows_the_number_once_and_its_owner_sees_it(client: Any, web: Flask) -> None:
    with transaction() as session:
        party = organisations.register(session, organisation_data(), actor=SYSTEM)
        registrations.submit(session, party.id, actor=SYSTEM)
        registrations.approve(session, party.id, revision=1, actor=SYSTEM)
    sign_in_as(client, "jingban", Role.COUNTY_HANDLER, region=WEIBIN)
    url, whole = f"/staff/parties/{party.code}", organisation_data().contact_phone
    assert whole not in client.get(url).text
    assert whole not in client.get("/staff/parties?q=爱心").text
    assert client.post(url, data={"number": "phone", "reason": ""}).status_code == 422
    shown = client.post(url, data={"number": "phone", "reason": "电话联系补正材料"})
    assert shown.status_code == 200 and whole in shown.text
    once = shown.text.split('name="once"')[1].split('value="')[1].split('"')[0]
    again = client.post(url, data={"number": "phone", "reason": "再次电话联系", "once": once})
    assert whole in again.text
    assert "区县经办" in client.get(url).text
    for verb in ("suspend", "restore", "close"):
        assert client.get(f"{url}/{verb}").status_code == 200
        assert client.post(f"{url}/{verb}", data={"reason": "年度检查没有按期完成"}).status_code == 303
    with reading() as session:
        assert session.get_one(Party, party.id).state is RegistrationState.CLOSED
    elsewhere = web.test_client()
    sign_in_as(elsewhere, "jintai", Role.COUNTY_HANDLER, region="610303000000", index=7002)
    assert elsewhere.get(url).status_code == 404


def test_staff_enter_for_others(client: Any) -> None:
    sign_in_as(client, "jingban", Role.COUNTY_HANDLER, region=WEIBIN)
    page = client.post("/staff/parties/new/volunteer", data=VOLUNTEER)
    assert page.status_code == 303, page.text
    desk = client.get("/staff/registrations", follow_redirects=True)
    assert "王志愿" in desk.text
    with reading() as session:
        party = session.scalars(select(Party).where(Party.name == "王志愿")).one()
    own = client.post(f"/staff/registrations/{party.code}", data={"verb": "approve", "revision": 1})
    assert own.status_code == 403 and "经手" in own.text


def test_open_redirects_and_strange_input_are_refused(client: Any) -> None:
    for target in ("//evil.example", "https://evil.example/", "/\\evil", "javascript:alert(1)"):
        sign_in_as_page = client.post(
            "/sign-in", data={"name": "nobody", "password": "x", "next": target}, follow_redirects=False
        )
        assert sign_in_as_page.status_code == 422
    sign_in_as(client, "jingban", Role.COUNTY_HANDLER, region=WEIBIN)
    answer = client.post("/sign-in", data={"name": "jingban", "password": PASSWORD, "next": "//evil.example"})
    assert answer.location == "/staff"
    for path in (
        "/staff/parties?kind=x&state=y&after=zzz",
        "/staff/parties?q=%00%25_",
        "/staff/parties/ILO0",
        "/staff/registrations/none",
        "/my/registration/none/edit",
        "/staff/users/00000000-0000-0000-0000-000000000000",
    ):
        assert client.get(path).status_code in {200, 400, 403, 404, 422}, path


def test_control_characters_are_named_beside_their_field(client: Any, web: Flask) -> None:
    answer = client.post("/sign-in", data={"name": "li\x00si", "password": "x"})
    assert answer.status_code == 422 and "控制字符" in answer.text
    sign_in_as(client, "xitong", Role.SYSTEM_ADMINISTRATOR, region=CITY)
    good = {"person_name": "赵新来", "phone": "14200006666", "user_name": "zhao", "identity_number": ""}
    for field in good:
        data = good | {field: "1\x001", "password": PASSWORD, "password_again": PASSWORD}
        answer = client.post("/staff/users/new", data=data)
        assert answer.status_code == 422 and "控制字符" in answer.text, field
    for query in ("q=%00%25", "q=%F0%9F%98%80&after=%00", "state=%00"):
        assert client.get(f"/staff/users?{query}").status_code in {200, 400, 422}, query
    manager = {"manager_name": "钱经理", "manager_phone": "1\x00"}
    form = ManagerUserForm
    with web.test_request_context("/register/organisation", method="POST", data=manager | SIGN):
        sign = form()
        assert not sign.validate() and any("控制字符" in str(one) for one in sign.manager_phone.errors)


def test_an_affiliation_ends_with_its_roles(client: Any, web: Flask) -> None:
    with transaction() as session:
        mine, theirs = admitted_organisation(session, 1), admitted_organisation(session, 2)
        others = affiliations.affiliate(
            session,
            persons.register_contact(session, person_data(60, name="别家人"), actor=SYSTEM).id,
            theirs.id,
            AffiliationKind.MEMBER,
            actor=SYSTEM,
        )
    manager = sign_in_as(client, "guanli", Role.ORGANISATION_MANAGER, organisation_id=mine.id)
    assert manager.person_id is not None
    clerk = web.test_client()
    sign_in_as(clerk, "jingban", Role.ORGANISATION_CLERK, organisation_id=mine.id, index=7001)
    with transaction() as session:
        user_id, person_id = session.execute(
            select(User.id, User.person_id).where(User.name == "jingban")
        ).one()
        assert grants.in_force(session, user_id)
        ends = [
            affiliations.affiliate(session, one, mine.id, AffiliationKind.EMPLOYEE, actor=SYSTEM)
            for one in (person_id, manager.person_id)
        ]
        handler = Actor(None, person_id, "经办", ())
        with pytest.raises(NotAllowed, match="同一单位"):
            interest.ensure_no_conflict(session, handler, mine.id)
    page = client.get("/my/organisation/users")
    url = f"/my/organisation/affiliations/{ends[0].id}/end"
    assert url in page.text and "data-confirm" in page.text
    assert clerk.post(url).status_code == 403
    assert client.post(f"/my/organisation/affiliations/{others.id}/end").status_code == 403
    assert client.post(url).status_code == 303
    page = client.get("/my/organisation/users")
    assert "所属关系已结束" in page.text and url not in page.text
    with reading() as session:
        assert grants.in_force(session, user_id) == []
    own = client.post(f"/my/organisation/affiliations/{ends[1].id}/end", follow_redirects=True)
    assert own.status_code == 403
    with reading() as session:
        assert not affiliations.belongs(session, person_id, mine.id)
        assert affiliations.belongs(session, manager.person_id, mine.id)
    with clock.at(clock.now() + timedelta(days=1)), reading() as session:
        interest.ensure_no_conflict(session, handler, mine.id)
        assert [party.id for _one, party in queries.affiliations_of(session, mine.id)] == [manager.person_id]


def test_sessions_idle_out_and_end(client: Any, web: Flask) -> None:
    sign_in_as(client, "jingban", Role.COUNTY_HANDLER, region=WEIBIN)
    second = web.test_client()
    second.post("/sign-in", data={"name": "jingban", "password": PASSWORD})
    page = client.get("/my/security")
    assert page.text.count("登录") > 2 and "退出这台设备" in page.text
    target = page.text.split("/my/security/sessions/")[1].split("/")[0]
    assert client.post(f"/my/security/sessions/{target}/end").status_code == 303
    assert second.get("/my/security").location.startswith("/sign-in")
    assert client.post("/sign-out").status_code == 303
    assert client.get("/my/security").location.startswith("/sign-in")


def test_the_desk_shows_look_alikes_and_keeps_relatives_away(client: Any, web: Flask) -> None:
    with transaction() as session:
        for index, name in ((1, "宝鸡市渭滨爱心协会服务部"), (2, "宝鸡渭滨爱心协会（服务部）")):
            party = organisations.register(session, organisation_data(index, name=name), actor=SYSTEM)
            registrations.submit(session, party.id, actor=SYSTEM)
        first = session.scalars(select(Party).where(Party.name == "宝鸡市渭滨爱心协会服务部")).one()
    sign_in_as(client, "shenhe", Role.COUNTY_REVIEWER, region=WEIBIN)
    url = f"/staff/registrations/{party.code}"
    assert "可能是同一主体" in client.get(url).text
    refused = client.post(url, data={"verb": "approve", "revision": 1})
    assert refused.status_code == 422 and "疑似重复" in refused.text
    different = client.post(
        url + "/different", data={"other": first.code, "reason": "一个是协会，一个是其服务部"}
    )
    assert different.status_code == 303
    assert client.post(url, data={"verb": "approve", "revision": 1}).status_code == 303

    client.post("/sign-out")
    number = VOLUNTEER["identity_number"]
    wrong = number[:6] + " " + number[6:17] + ("1" if number[17] != "1" else "2")
    volunteer = client.post(
        "/register/volunteer", data=VOLUNTEER | SIGN | {"step": "done", "identity_number": wrong}
    )
    assert volunteer.status_code == 422 and "第 18 位" in volunteer.text
    client.post("/register/volunteer", data=VOLUNTEER | SIGN | {"step": "done"})
    other = web.test_client()
    sign_in_as(other, "shenhe2", Role.COUNTY_REVIEWER, region=WEIBIN, index=7005)
    declared = other.post(
        "/staff/parties/relatives",
        data={"relation": "child", "identity_number": VOLUNTEER["identity_number"]},
    )
    assert declared.status_code == 303
    page = other.get("/staff/parties/relatives")
    assert "共 1 人" in page.text and VOLUNTEER["identity_number"] not in page.text
    desk = other.get("/staff/registrations?kind=person", follow_redirects=True)
    assert "您应当回避" in desk.text
    with reading() as session:
        person = session.scalars(select(Party).where(Party.name == "王志愿")).one()
    own = other.post(f"/staff/registrations/{person.code}", data={"verb": "approve", "revision": 1})
    assert own.status_code == 403 and "亲属" in own.text


def test_signing_in_again_ends_the_session_before(client: Any) -> None:
    sign_in_as(client, "jingban", Role.COUNTY_HANDLER, region=WEIBIN)
    with reading() as session:
        [before] = session.scalars(select(UserSession))
    client.post("/sign-in", data={"name": "jingban", "password": PASSWORD})
    with reading() as session:
        assert session.get_one(UserSession, before.id).ended_at is not None
        assert len(session.scalars(select(UserSession)).all()) == 2


def test_a_passport_needs_a_birth_date_and_a_child_a_guardian(client: Any) -> None:
    passport = VOLUNTEER | {"document_kind": "passport", "identity_number": "E12345678", "step": "check"}
    page = client.post("/register/volunteer", data=passport)
    assert page.status_code == 422 and "不含出生日期" in page.text
    assert "请核对" in client.post("/register/volunteer", data=passport | {"born_on": "1990年5月17日"}).text
    child = passport | {"born_on": "2014-05-17"}
    page = client.post("/register/volunteer", data=child)
    assert page.status_code == 422 and "监护人姓名" in page.text
    page = client.post("/register/volunteer", data=child | {"guardian_name": "王大人"})
    assert page.status_code == 422 and "监护人电话" in page.text
    guarded = child | {"guardian_name": "王大人", "guardian_phone": "14200005555"}
    assert "请核对" in client.post("/register/volunteer", data=guarded).text


def test_a_clerk_does_not_close_the_organisation(client: Any) -> None:
    with transaction() as session:
        party = organisations.register(session, organisation_data(), actor=SYSTEM)
        registrations.submit(session, party.id, actor=SYSTEM)
        registrations.approve(session, party.id, revision=1, actor=SYSTEM)
    sign_in_as(client, "jingban", Role.ORGANISATION_CLERK, organisation_id=party.id)
    page = client.get("/my/registration", follow_redirects=True)
    assert "注销登记" not in page.text
    closed = client.post(f"/my/registration/{party.code}/close", data={"reason": "不想办了算了"})
    assert closed.status_code == 403
    client.post("/sign-out")
    sign_in_as(client, "guanli", Role.ORGANISATION_MANAGER, organisation_id=party.id, index=7001)
    assert "注销登记" in client.get("/my/registration", follow_redirects=True).text
    closed = client.post(f"/my/registration/{party.code}/close", data={"reason": "单位已经解散"})
    assert closed.status_code == 303
    with reading() as session:
        assert session.get_one(Party, party.id).state is RegistrationState.CLOSED
