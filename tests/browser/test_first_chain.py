"""The first chain, walked in a browser: a gift becomes points, a rank and a certificate that anybody can verify."""

import io
import re
from datetime import timedelta
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from app import db
from app.papers import queries as papers
from app.papers import rendering, sealing
from app.parties.models import Party
from points import jobs as points_jobs
from tests.browser.conftest import Check, Live, sign_in, sign_out
from tests.contributions import city as made
from tests.contributions.city import City

DAY = (made.TODAY - timedelta(days=1)).isoformat()
PDF = "http://127.0.0.1:8000/verify/"
"""What the certificate's QR says: the public address of the settings, and the paper's code."""


def receipt() -> bytes:
    """Return a photograph of a receipt."""
    picture = Image.new("RGB", (800, 500), "#f6f1e4")
    ImageDraw.Draw(picture).rectangle((20, 20, 780, 480), outline="#933")
    data = io.BytesIO()
    picture.save(data, "JPEG")
    return data.getvalue()


def test_a_gift_becomes_points_a_rank_and_a_certificate(
    page: Page, live: Live, city: City, look: Check, tmp_path: Path
) -> None:
    # The clerk logs what her factory gave.
    sign_in(page, live, "qinling-clerk")
    page.goto(f"{live.url}/my/contributions")
    look(page)
    page.get_by_role("main").get_by_role("link", name="登记贡献").first.click()
    look(page)
    page.get_by_role("link", name="资金捐赠").click()
    look(page)
    page.get_by_role("button", name="登记并提交核验").click()
    expect(page.get_by_role("alert")).to_contain_text("需要修改")
    look(page)
    page.get_by_label("贡献方").fill("宝鸡秦岭机械有限公司")
    page.get_by_label("金额").fill("12万")
    page.get_by_label("日期").fill(DAY)
    page.get_by_label("受益地").select_option(made.COUNTY)
    page.get_by_label("受益对象").fill("金台区困难家庭冬季取暖")
    page.get_by_label("捐赠票据号").fill("0012345678")
    page.get_by_label("受赠单位").fill("宝鸡市慈善协会")
    upload = {"name": "票据.jpg", "mimeType": "image/jpeg", "buffer": receipt()}
    page.locator("#file_receipt").set_input_files(upload)  # type: ignore[arg-type]
    page.get_by_label("以上为无偿贡献").check()
    page.get_by_role("button", name="登记并提交核验").click()
    expect(page.get_by_text("等待民政部门核验").first).to_be_visible()
    look(page)
    thing = page.url
    sign_out(page)

    # Staff of the county verify it at the desk.
    sign_in(page, live, "jintai-reviewer")
    page.goto(f"{live.url}/staff/contributions")
    expect(page.get_by_text("全部认定约计 1,200 分")).to_be_visible()
    look(page)
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_text("核验通过，计 1,200 分")).to_be_visible()
    expect(page.get_by_text("没有待核验的贡献")).to_be_visible()
    look(page)
    page.goto(f"{live.url}/staff/contributions/register")
    look(page)
    page.get_by_role("main").get_by_role("link", name="资金").first.click()
    expect(page.get_by_text("已计 1,200 分")).to_be_visible()
    look(page)
    sign_out(page)

    # The statement, the ranking and the organisation's page show it.
    points_jobs.every_minute()
    sign_in(page, live, "qinling-clerk")
    page.goto(f"{live.url}/my/points")
    expect(page.get_by_text("120,000 元 × 1 分/100 元").first).to_be_visible()
    look(page)
    for address in ("/rankings", f"/organisations/{_code(city)}"):
        page.goto(live.url + address)
        expect(page.get_by_role("main")).to_contain_text("宝鸡秦岭机械有限公司")
        expect(page.get_by_role("main")).to_contain_text("1,200")
        look(page)

    # The certificate is drawn by the job, downloaded, and its address opens the public page.
    page.goto(thing)
    look(page)
    page.get_by_role("button", name="开具捐赠证书").click()
    page.wait_for_url("**/my/papers/**")
    with live.web.app_context():
        assert rendering.render_due() == 1
    page.goto(thing)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载捐赠证书").click()
    kept = tmp_path / "certificate.pdf"
    download.value.save_as(kept)
    text = "".join(one.extract_text() for one in PdfReader(kept).pages)
    printed = re.sub(r"\s", "", text)
    assert "宝鸡秦岭机械有限公司" in printed
    assert "壹拾贰万元整" in printed
    code = re.search(re.escape(PDF) + r"([0-9A-Z]{12})", printed)
    assert code is not None, text
    with live.web.app_context(), db.reading() as session:
        paper = papers.by_code(session, code[1])
        assert paper is not None
        place = sealing.place_of(session, paper)
        assert place is not None, "the paper has no place in the public tree"
        address = PDF + code[1] + sealing.fragment(paper, place)
        assert rendering.qr_picture(address) in rendering.html_of(paper)
    sign_out(page)
    page.goto(f"{live.url}/verify/{code[1]}")
    main = page.get_by_role("main")
    expect(main).to_contain_text("宝鸡秦岭机械有限公司")
    expect(main).to_contain_text("120,000.00 元")
    expect(main).not_to_contain_text("0012345678")
    look(page)


def _code(city: City) -> str:
    with db.reading() as session:
        return session.get_one(Party, city.factory).code
