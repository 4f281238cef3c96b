"""A project, walked in a browser: proposed by an association, reviewed by the town, approved by the county, shown,
objected to by nobody, opened, and read by everybody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import clock, db
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, users
from app.users.users import NewUser
from projects.portfolio.models import Project
from projects.publicity import jobs
from tests.browser.conftest import PASSWORD, Check, Live, sign_in, sign_out
from tests.contributions import city as made
from tests.portfolio import place as there
from tests.portfolio.place import TOWN, Place

NOW = made.NOON + timedelta(hours=2)


@pytest.fixture
def place(live: Live) -> Iterator[Place]:
    """Found the place in the served database, with a clerk, a town's officer and a county's approver who sign in."""
    clock.set_offset(NOW)
    found = there.found()
    with db.transaction() as session:
        for name, role in (
            ("huimin-clerk", Role.ORGANISATION_CLERK),
            ("zhongshan-town", Role.TOWN_STAFF),
            ("jintai-approver", Role.COUNTY_APPROVER),
        ):
            new = NewUser(name=name, password_hash=passwords.hashed(PASSWORD))
            user = users.create(session, found.city.people[role], new, actor=SYSTEM)
            organisation = found.city.hub if role is Role.ORGANISATION_CLERK else None
            region = None if organisation else TOWN if role is Role.TOWN_STAFF else made.COUNTY
            grants.write(session, user, role, by=SYSTEM, organisation_id=organisation, region_code=region)
    yield found
    clock.set_offset(None)


def test_a_proposal_becomes_a_public_project(page: Page, live: Live, place: Place, look: Check) -> None:
    # The clerk proposes, first with something missing.
    sign_in(page, live, "huimin-clerk")
    page.goto(f"{live.url}/my/projects")
    look(page)
    page.get_by_role("main").get_by_role("link", name="申报项目").first.click()
    look(page)
    page.get_by_label("项目名称").fill("中山东路暖冬行动")
    page.get_by_label("实施地区").select_option(TOWN)
    page.get_by_label("开始日期").fill("2026-12-20")
    page.get_by_label("结束日期").fill("2027-03-20")
    page.get_by_label("帮扶对象").fill("中山东路街道 70 岁以上独居老人")
    page.get_by_label("预计帮助户数").fill("40")
    page.get_by_label("实施方案").fill("入户查看取暖，配送棉被和电热毯，每周探望一次。")
    page.get_by_label("预期成效").fill("40 户全部送到，回访满意率 95% 以上。")
    page.get_by_label("项目负责人").fill("李建国")
    page.get_by_label("负责人电话").fill("13912345678")
    page.locator("#budget-0-purpose").fill("棉被和电热毯")
    page.locator("#budget-0-amount").fill("2.4万")
    page.get_by_label("慈善捐赠").fill("2万")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("alert")).to_contain_text("两者应当相等")
    look(page)
    page.get_by_label("单位自筹").fill("4000")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("等待镇街初审")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("24,000.00 元")
    look(page)
    sign_out(page)

    # The town reviews it at the desk.
    sign_in(page, live, "zhongshan-town")
    page.goto(f"{live.url}/staff/projects/desk")
    expect(page.get_by_role("heading", name="中山东路暖冬行动")).to_be_visible()
    look(page)
    page.get_by_label("意见").fill("入户核实过，情况属实。")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="初审通过，报审批").click()
    expect(page.get_by_text("初审通过，已转审批")).to_be_visible()
    expect(page.get_by_text("没有待审核的项目")).to_be_visible()
    look(page)
    sign_out(page)

    # The county approves; the public reads and could object.
    sign_in(page, live, "jintai-approver")
    page.goto(f"{live.url}/staff/projects/desk")
    page.get_by_role("button", name="审批通过，开始公示").click()
    expect(page.get_by_text("审批通过，已开始公示")).to_be_visible()
    page.goto(f"{live.url}/staff/projects")
    look(page)
    page.get_by_role("main").get_by_role("link", name="中山东路暖冬行动").click()
    expect(page.get_by_role("main")).to_contain_text("公示到")
    look(page)
    sign_out(page)
    with db.reading() as session:
        code = session.scalars(select(Project.code)).one()
    page.goto(f"{live.url}/projects/{code}")
    expect(page.get_by_role("main")).to_contain_text("正在公示")
    expect(page.get_by_role("main")).not_to_contain_text("13912345678")
    look(page)
    page.get_by_role("link", name="查看公示、提出异议").click()
    expect(page.get_by_role("main")).to_contain_text("中山东路暖冬行动")

    # Eight days later nobody has objected: the job of the night opens it.
    clock.set_offset(NOW + timedelta(days=12))
    with live.web.app_context():
        jobs.end_due()
    page.goto(f"{live.url}/projects")
    look(page)
    page.get_by_role("main").get_by_role("link", name="中山东路暖冬行动").click()
    expect(page.get_by_text("已立项").first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("公示期满，立项")
    look(page)
    sign_in(page, live, "huimin-clerk")
    page.goto(f"{live.url}/my/projects/{code}")
    expect(page.get_by_text("已立项，可以开始实施")).to_be_visible()
    look(page)
