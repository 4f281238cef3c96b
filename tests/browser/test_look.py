"""The style page and each page kind, in a browser: accessible, never scrolling sideways, keys and drafts at work."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from app.look.samples import KINDS
from tests.browser.conftest import DESK, PHONE, Live

Check = Callable[[Page], None]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1440"])
def test_style_pages_are_accessible_and_fit(
    live: Live, page: Page, axe: Check, fits: Check, size: Any
) -> None:
    page.set_viewport_size(size)
    for path in ("/style", *(f"/style/{kind}" for kind in KINDS)):
        page.goto(live.url + path)
        fits(page)
        axe(page)


def test_large_type_is_switched_without_script_and_stays(live: Live, page: Page) -> None:
    page.goto(live.url + "/style/list")
    page.get_by_role("link", name="大字版").click()
    expect(page.locator("body")).to_have_css("font-size", "18px")
    page.goto(live.url + "/style")
    page.get_by_role("link", name="标准版").click()
    assert page.url == live.url + "/style"
    expect(page.locator("body")).to_have_css("font-size", "16px")


def test_narrow_screens_fold_the_navigation(live: Live, page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto(live.url + "/style")
    switch = page.locator(".nav-switch")
    if switch.count():
        item = page.locator(".nav-fold a").first
        expect(item).to_be_hidden()
        switch.check()
        expect(item).to_be_visible()


def test_a_draft_survives_until_it_is_sent(live: Live, page: Page) -> None:
    page.goto(live.url + "/style/form")
    page.get_by_label("说明").fill("向 1,200 户发放冬季物资")
    expect(page.locator("[data-draft-note]")).to_have_text("草稿已保存在本机")
    page.goto(live.url + "/style/list")
    page.goto(live.url + "/style/form")
    expect(page.get_by_label("说明")).to_have_value("向 1,200 户发放冬季物资")
    box = page.locator("[data-draft-box]")
    expect(box).to_contain_text("上次没有提交的内容")
    box.get_by_role("button").click()
    expect(page.get_by_label("说明")).to_have_value("")
    expect(box).to_be_hidden()
    page.reload()
    expect(page.get_by_label("说明")).to_have_value("")


def test_a_declaration_is_never_ticked_by_the_browser(live: Live, page: Page) -> None:
    page.goto(live.url + "/style/form")
    page.get_by_label("说明").fill("向 1,200 户发放冬季物资")
    page.get_by_label("以上内容真实").check()
    expect(page.locator("[data-draft-note]")).to_have_text("草稿已保存在本机")
    page.goto(live.url + "/style/list")
    page.goto(live.url + "/style/form")
    expect(page.get_by_label("说明")).to_have_value("向 1,200 户发放冬季物资")
    expect(page.get_by_label("以上内容真实")).not_to_be_checked()


def test_desk_keys(live: Live, page: Page) -> None:
    page.goto(live.url + "/style/desk")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="核验通过，记 864 分")).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="退回补充")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_draft_goes_when_accepted_and_stays_when_the_network_fails(live: Live, page: Page) -> None:
    form, note = live.url + "/style/form", "向 1,200 户发放冬季物资"
    page.goto(form)
    page.get_by_label("说明").fill(note)
    page.route(form, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_role("button", name="提交核验").click()
    page.wait_for_timeout(300)
    page.unroute(form)
    page.goto(form)
    expect(page.get_by_label("说明")).to_have_value(note)
    accepted = {"status": 303, "headers": {"Location": "/style/list"}}
    page.route(
        form,
        lambda route: route.fulfill(**accepted) if route.request.method == "POST" else route.continue_(),
    )
    page.get_by_role("button", name="提交核验").click()
    page.wait_for_url("**/style/list")
    page.goto(form)
    expect(page.get_by_label("说明")).to_have_value("")


def test_a_double_click_sends_once(live: Live, page: Page) -> None:
    form, sent = live.url + "/style/form", []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.goto(form)
    page.route(form, answer)
    page.get_by_role("button", name="提交核验").dblclick()
    page.wait_for_timeout(300)
    assert len(sent) == 1
