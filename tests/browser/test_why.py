"""Why so many points: walked in a browser from a public figure to the evidence, and by the giver to a paper."""

from playwright.sync_api import Page, expect

from app import db
from app.files import evidence as files
from app.files.media import MediaType
from app.parties.models import Party
from app.permissions import Role
from points.seals import sealing
from projects.contributions import contributions, evidence, verification
from projects.contributions.rules import EvidenceKind
from tests.browser.conftest import Check, Live, sign_in
from tests.browser.test_first_chain import receipt
from tests.contributions.city import City


def verified_gift(city: City) -> None:
    """Log a gift of the factory with its receipt, and verify it."""
    clerk = city.actor(Role.ORGANISATION_CLERK, organisation=city.factory)
    entry = city.money(12_000, receiver_name="宝鸡市慈善协会")
    with db.transaction() as session:
        logged = contributions.log(session, entry, organisation_id=city.factory, actor=clerk)
        file = files.from_program(receipt(), "票据-张三.jpg", MediaType.JPEG)
        evidence.attach(session, logged, [(EvidenceKind.RECEIPT, file)], actor=clerk, is_new=True)
        contributions.submit(session, logged.id, revision=logged.revision, actor=clerk)
    with db.transaction() as session:
        verification.verify(
            session, logged.id, revision=logged.revision, actor=city.staff, found=verification.WHOLE
        )
    sealing.seal()


def test_a_losing_bidder_walks_from_the_figure_to_the_evidence_in_three_clicks(
    page: Page, live: Live, city: City, look: Check
) -> None:
    verified_gift(city)
    with db.reading() as session:
        code = session.get_one(Party, city.factory).code
    page.goto(f"{live.url}/organisations/{code}")
    look(page)
    page.get_by_role("link", name="荣誉积分", exact=True).click()
    expect(page.get_by_role("heading", name="120 分是怎么来的")).to_be_visible()
    expect(page.get_by_text("与账户余额相等")).to_be_visible()
    look(page)
    page.get_by_role("main").get_by_role("link", name="资金捐赠").click()
    expect(page.get_by_text("本页各项 120 分")).to_be_visible()
    look(page)
    page.get_by_role("main").get_by_role("link", name="资金捐赠").last.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("12,000 元 × 1 分/100 元")
    for told in ("第 1 版", "捐赠票据", "B 级", "核验", "金台区", "与本项相等"):
        expect(main).to_contain_text(told)
    for secret in ("张三", "甲", "票据-"):
        expect(main).not_to_contain_text(secret)
    look(page)
    page.get_by_role("link", name="存证编号").first.click()
    expect(page.get_by_role("main")).to_contain_text("120")


def test_a_giver_reads_a_statement_under_both_clocks_and_takes_it_away(
    page: Page, live: Live, city: City, look: Check
) -> None:
    verified_gift(city)
    sign_in(page, live, "qinling-clerk")
    page.goto(f"{live.url}/my/points")
    page.get_by_label("记账日期截至").fill("2026-11-20")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("这里还没有明细")).to_be_visible()
    look(page)
    page.get_by_role("main").get_by_role("link", name="清除").click()
    page.get_by_role("main").get_by_role("link", name="+120").click()
    expect(page.get_by_role("link", name="票据-张三.jpg")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载本人的证明").first.click()
    assert '"row"' in taken.value.path().read_text()
    look(page)
    page.goto(f"{live.url}/my/points?period=2026-11")
    expect(page.get_by_text("期末余额")).to_be_visible()
    look(page)
    page.get_by_role("button", name="开具积分明细证明").click()
    expect(page.get_by_role("heading", name="积分明细证明")).to_be_visible()
