"""A real browser in front of the real program: served in a thread on a fresh SQLite city.

``live`` is the served city, ``page`` a page of Chromium (1440 px wide) that reaches nothing but this machine, ``axe``
asserts that a page has no accessibility fault, ``fits`` that it does not scroll sideways, ``look`` both on a phone
and a desk. ``city`` is a small city in the served database, with two people who can sign in.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from werkzeug.serving import make_server

import wsgi
from app import clock, db, keys
from app.config import Settings, load
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, users
from app.users.users import NewUser
from tests.conftest import ENVIRONMENT
from tests.contributions import city as made
from tests.contributions.city import City

Check = Callable[[Page], None]
PASSWORD = "demo-city-2026!"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing outside this machine is found: proves that no page needs another host.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
PHONE: ViewportSize = {"width": 360, "height": 800}
DESK: ViewportSize = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Live:
    """A running city: its address, the Flask object and its settings."""

    url: str
    web: Flask
    settings: Settings


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def live(_sqlite_template: Path, tmp_path: Path) -> Iterator[Live]:
    """Serve a fresh city on a free port of this machine."""
    shutil.copy(_sqlite_template, tmp_path / "zhongli.sqlite3")
    settings = load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(tmp_path)})
    keys.use(settings)
    clock.follow(settings.clock_file)
    web = wsgi.create_app(settings)
    server = make_server("127.0.0.1", 0, web, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(f"http://127.0.0.1:{server.server_port}", web, settings)
    server.shutdown()
    thread.join(5)
    server.server_close()
    db.database().close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Open a page; a refused script or style (content policy) or a script's error fails the test."""
    context = chromium.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if _is_fault(message.text) else None)
    yield opened
    context.close()
    assert not faults, faults


def _is_fault(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Return a check that finds no accessibility fault on a page."""
    checker = Axe()

    def check(page: Page) -> None:
        found = checker.run(
            page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
        )
        faults = [
            f"{one['id']}: {one['help']} — {node['html'][:200]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        assert not faults, page.url + "\n" + "\n".join(faults)

    return check


@pytest.fixture(scope="session")
def fits() -> Callable[[Page], None]:
    """Return a check that a page does not scroll sideways."""

    def check(page: Page) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide"

    return check


@pytest.fixture
def city(live: Live) -> Iterator[City]:
    """Found a small city in the served database, with a clerk of the factory and a reviewer who can sign in."""
    clock.set_offset(made.NOON + timedelta(hours=2))
    found = made.found()
    with db.transaction() as session:
        for name, role in (
            ("qinling-clerk", Role.ORGANISATION_CLERK),
            ("jintai-reviewer", Role.COUNTY_REVIEWER),
        ):
            new = NewUser(name=name, password_hash=passwords.hashed(PASSWORD))
            user = users.create(session, found.people[role], new, actor=SYSTEM)
            organisation = found.factory if role is Role.ORGANISATION_CLERK else None
            region = None if organisation else made.COUNTY
            grants.write(session, user, role, by=SYSTEM, organisation_id=organisation, region_code=region)
    yield found
    clock.set_offset(None)


@pytest.fixture
def look(axe: Check, fits: Check) -> Check:
    """Return a check of the present page on a desk and on a phone: no accessibility fault, no sideways scrolling."""

    def look(page: Page) -> None:
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            fits(page)
            axe(page)

    return look


def sign_in(page: Page, live: Live, name: str) -> None:
    page.goto(f"{live.url}/sign-in")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="退出").click()
