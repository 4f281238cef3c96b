"""A real browser in front of the real program: served in a thread on a fresh SQLite city.

``live`` is the served city, ``page`` a page of Chromium (1440 px wide) that reaches nothing but this machine, ``axe``
asserts that a page has no accessibility fault, ``fits`` that it does not scroll sideways.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

import wsgi
from app import clock, db, keys
from app.config import Settings, load
from tests.conftest import ENVIRONMENT

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
