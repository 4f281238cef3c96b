"""The three door pages and the public directory in a browser: accessible, never too wide, with and without content."""

from playwright.sync_api import Page, expect

from app import db
from points.jobs import every_minute
from projects.contributions import contributions, verification
from tests.browser.conftest import Check, Live, sign_in, sign_out
from tests.contributions.city import City


def test_the_public_door_before_anything_happened(live: Live, page: Page, look: Check) -> None:
    for path in ("/", "/organisations", "/rankings", "/sign-in", "/register", "/nothing-here"):
        page.goto(live.url + path)
        look(page)


def test_each_door_leads_on(live: Live, page: Page, city: City, look: Check) -> None:
    with db.transaction() as session:
        gift = contributions.log(session, city.money(), organisation_id=city.hub, actor=city.clerk)
        contributions.submit(session, gift.id, revision=gift.revision, actor=city.clerk)
    with db.transaction() as session:
        verification.verify(
            session, gift.id, revision=gift.revision, actor=city.staff, found=verification.WHOLE
        )
    with db.transaction() as session:
        waiting = contributions.log(
            session, city.money(receipt="0055443322"), organisation_id=city.hub, actor=city.clerk
        )
        contributions.submit(session, waiting.id, revision=waiting.revision, actor=city.clerk)
    every_minute()

    page.goto(live.url)
    look(page)
    page.get_by_role("table", name="本月积分榜").get_by_role("link", name="宝鸡秦岭机械有限公司").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("宝鸡秦岭机械有限公司")
    page.get_by_text("查看数据表").click()
    look(page)

    sign_in(page, live, "qinling-clerk")
    page.goto(f"{live.url}/my")
    expect(page.get_by_role("main")).to_contain_text("荣誉积分")
    look(page)
    sign_out(page)

    sign_in(page, live, "jintai-reviewer")
    page.goto(f"{live.url}/staff")
    look(page)
    page.get_by_role("link", name="待核验的贡献").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("核验贡献")
