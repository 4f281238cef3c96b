"""A clerk's first import in a browser: a messy table, what came back mended, and the same table once more."""

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from app.db import transaction
from app.parties import persons
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, users
from app.users.users import NewUser
from tests.browser.conftest import DESK, PASSWORD, Check, Live, sign_in
from tests.imports import wizard
from tests.parties.people import WEIBIN, person_data, places


@pytest.fixture
def office(live: Live) -> tuple[str, str]:
    """Make a clerk and a reviewer of 渭滨区; return their sign-in names."""
    with transaction() as session:
        places(session)
        for index, (name, role) in enumerate(
            (("weibin-clerk", Role.COUNTY_HANDLER), ("weibin-reviewer", Role.COUNTY_REVIEWER))
        ):
            person = persons.register_contact(session, person_data(900 + index), actor=SYSTEM)
            user = users.create(session, person.id, NewUser(name, passwords.hashed(PASSWORD)), actor=SYSTEM)
            grants.write(session, user, role, by=SYSTEM, region_code=WEIBIN)
    return "weibin-clerk", "weibin-reviewer"


def test_a_clerks_first_import(
    page: Page, live: Live, chromium: Browser, office: tuple[str, str], look: Check, tmp_path: Path
) -> None:
    table = tmp_path / "志愿者名册.xlsx"
    table.write_bytes(wizard.messy())
    sign_in(page, live, office[0])
    page.goto(f"{live.url}/staff/imports")
    look(page)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择")
    look(page)

    page.get_by_label("表格文件").set_input_files(table)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", name="核对各列")).to_be_visible()
    expect(page.get_by_label("第 B 列作为")).to_have_value("name")
    look(page)
    page.get_by_role("button", name="逐行检查").click()
    expect(page.get_by_text("读到 8 行：4 行可以导入，4 行还不能")).to_be_visible()
    look(page)
    page.get_by_role("link", name="不满 14 周岁").click()
    look(page)
    page.get_by_role("link", name="全部").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载错误工作簿").click()
    page.get_by_role("button", name="导入 4 行").click()
    expect(page.get_by_text("已导入 4 行")).to_be_visible()
    look(page)
    receipt = page.url

    page.get_by_role("link", name="再上传一份").click()
    page.get_by_label("表格文件").set_input_files(mended(fetched.value.path(), tmp_path))
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="逐行检查").click()
    page.get_by_role("button", name="导入 2 行").click()
    expect(page.get_by_text("已导入 2 行")).to_be_visible()

    page.goto(f"{live.url}/staff/imports")
    page.get_by_label("表格文件").set_input_files(table)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("已经导入过")).to_be_visible()
    look(page)
    page.get_by_role("button", name="逐行检查").click()
    expect(page.get_by_role("button", name="导入 ")).to_have_count(0)
    look(page)
    page.goto(f"{live.url}/staff/imports")
    look(page)
    assert wizard.volunteers() == 6

    reviewer = chromium.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(reviewer, live, office[1])
    reviewer.goto(receipt)
    reviewer.on("dialog", lambda dialog: dialog.accept())
    reviewer.get_by_role("button", name="审核通过本批 4 条").click()
    expect(reviewer.get_by_text("已审核通过 4 条").first).to_be_visible()
    look(reviewer)
    reviewer.context.close()


def test_several_files_at_once(
    page: Page, live: Live, chromium: Browser, office: tuple[str, str], look: Check, tmp_path: Path
) -> None:
    tables = []
    for name, first in (("金陵街道", 1), ("经二路街道", 20), ("清姜街道", 40)):
        rows = [
            wizard.volunteer(first),
            wizard.volunteer(first + 1),
            wizard.volunteer(first + 2, c4="天上区"),
        ]
        tables.append(tmp_path / f"{name}.xlsx")
        tables[-1].write_bytes(wizard.book(rows))
    tables.append(tmp_path / "照片.xlsx")
    tables[-1].write_bytes(b"\x89PNG\r\n\x1a\n no table")
    sign_in(page, live, office[0])
    page.goto(f"{live.url}/staff/imports")
    page.get_by_label("表格文件").set_input_files(tables)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("没有收下：照片.xlsx：这是图片")).to_be_visible()
    look(page)
    page.get_by_role("button", name="检查这 3 份").click()
    expect(page.get_by_text("接下来：导入志愿者名册的 6 行")).to_be_visible()
    look(page)
    page.get_by_role("button", name="导入 6 行").click()
    expect(page.get_by_text("等另一位工作人员审核。")).to_have_count(3)
    look(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载错误工作簿（3 行）").click()
    assert len(load_workbook(io.BytesIO(fetched.value.path().read_bytes())).sheetnames) == 3
    address = page.url
    page.get_by_role("link", name="金陵街道.xlsx").click()
    page.get_by_role("link", name="一起上传的其他表格").click()
    expect(page).to_have_url(re.compile("/together/"))

    reviewer = chromium.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(reviewer, live, office[1])
    reviewer.goto(address)
    look(reviewer)
    reviewer.once("dialog", lambda dialog: dialog.accept())
    reviewer.get_by_role("button", name="审核通过这 3 份").click()
    expect(reviewer.get_by_text("已审核通过 6 条")).to_be_visible()
    look(reviewer)
    reviewer.context.close()


def mended(path: Path, folder: Path) -> Path:
    """Do what a clerk does with the workbook that came back: mend two rows and save."""
    book = load_workbook(io.BytesIO(Path(path).read_bytes()))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=3):
        if row[0].value == 4:
            row[4].value = "渭滨区"
        if row[0].value == 6:
            row[2].value = wizard.number(6)
    saved = folder / "待修改.xlsx"
    book.save(saved)
    return saved
