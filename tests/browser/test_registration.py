"""Registering in a browser: an organisation comes in at the public door and is admitted at the staff door."""

import pytest
from playwright.sync_api import Browser, Page, expect

from app.db import transaction
from app.identity import RegistrationClass
from app.identity.synthetic import synthetic_phone, synthetic_uscc
from app.parties import persons
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, users
from app.users.users import NewUser
from tests.browser.conftest import DESK, PASSWORD, Check, Live, sign_in
from tests.parties.people import WEIBIN, person_data, places

CODE = synthetic_uscc(RegistrationClass.SOCIAL_SERVICE_INSTITUTION, 77)


@pytest.fixture
def reviewer(live: Live) -> str:
    """Make somebody who reviews registrations of 渭滨区; return the sign-in name."""
    with transaction() as session:
        places(session)
        person = persons.register_contact(session, person_data(9), actor=SYSTEM)
        new = NewUser("weibin-reviewer", passwords.hashed(PASSWORD))
        user = users.create(session, person.id, new, actor=SYSTEM)
        grants.write(session, user, Role.COUNTY_REVIEWER, by=SYSTEM, region_code=WEIBIN)
    return user.name


def test_an_organisation_registers_and_is_admitted(
    page: Page, live: Live, chromium: Browser, reviewer: str, look: Check
) -> None:
    page.goto(f"{live.url}/register")
    look(page)
    page.get_by_role("link", name="我代表一家单位").click()
    look(page)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert")).to_contain_text("需要修改")
    look(page)
    page.get_by_label("单位全称").fill("宝鸡市渭滨区暖阳服务中心")
    page.get_by_label("单位类型").select_option("social_service_institution")
    page.get_by_label("统一社会信用代码").fill(CODE[:17] + ("1" if CODE[17] != "1" else "2"))
    page.get_by_label("住所所在地").select_option(WEIBIN)
    page.get_by_label("负责人").fill("秦岭")
    page.get_by_label("联系人").fill("秦岭")
    page.get_by_label("联系电话").fill(synthetic_phone(4321))
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert")).to_contain_text("第 18 位")
    page.get_by_label("统一社会信用代码").fill(CODE.lower())
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text(CODE)).to_be_visible()
    look(page)
    page.get_by_label("您的姓名").fill("秦岭")
    page.get_by_label("您的手机号").fill(synthetic_phone(4322))
    page.get_by_label("登录名").fill("qinling")
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次新密码").fill(PASSWORD)
    page.get_by_role("button", name="确认无误，提交登记").click()
    expect(page.get_by_role("heading", name="登记已提交")).to_be_visible()
    look(page)

    desk = chromium.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(desk, live, reviewer)
    desk.goto(f"{live.url}/staff/registrations")
    expect(desk.get_by_role("heading", name="宝鸡市渭滨区暖阳服务中心")).to_be_visible()
    look(desk)
    desk.get_by_label("意见").fill("请补充详细地址")
    desk.get_by_role("button", name="退回补正").click()
    expect(desk.get_by_text("没有待审核的登记")).to_be_visible()
    look(desk)

    sign_in(page, live, "qinling")
    page.goto(f"{live.url}/my/registration")
    expect(page.get_by_text("请补充详细地址").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="修改并重新提交").click()
    look(page)
    page.get_by_label("详细地址").fill("公园路 1 号")
    page.get_by_role("button", name="保存并重新提交").click()
    expect(page.get_by_text("已重新提交，等待审核。")).to_be_visible()

    desk.goto(f"{live.url}/staff/registrations")
    desk.get_by_role("button", name="通过，准予入驻").click()
    desk.goto(f"{live.url}/staff/parties")
    desk.get_by_role("link", name="宝鸡市渭滨区暖阳服务中心").click()
    look(desk)
    desk.get_by_label("查看理由").fill("电话核对登记地址")
    desk.get_by_role("button", name="说明理由后查看").click()
    expect(desk.get_by_text(synthetic_phone(4321))).to_be_visible()
    desk.goto(f"{live.url}/staff/security")
    look(desk)
    desk.context.close()

    page.reload()
    expect(page.get_by_text("区县审核")).to_be_visible()  # who looked at the number, by role
    page.goto(f"{live.url}/my/organisation/users/new")
    look(page)
