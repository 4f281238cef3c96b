"""The supervision list and the macro that shows a clock."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import clock
from app.calendar.calendar import seed_calendar
from app.db import reading, transaction
from app.deadlines import deadlines, jobs, queries, registry
from app.deadlines.registry import DeadlineKind, Shown
from app.ids import new_id
from app.permissions import SYSTEM, Role
from tests.deadlines.offices import APPROVE, COUNTY, DISCLOSE, REVIEW, TOWN
from tests.parties.people import CITY, JINTAI, places, sign_in_as

FRIDAY, LATER = date(2026, 9, 18), date(2026, 10, 12)


def _tell(_session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    return {key: Shown(f"事项{key.hex[-6:]}", f"/things/{key.hex}") for key in ids}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_tellers", {"thing": _tell})
    registry.register(REVIEW, APPROVE, DISCLOSE)
    with clock.at(clock.instant(LATER, 9)):
        yield


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    with transaction() as session:
        places(session)
        seed_calendar(session, actor=SYSTEM)
    web.config["WTF_CSRF_ENABLED"] = False
    return web.test_client()


def start(
    kind: DeadlineKind = REVIEW, on: date = FRIDAY, region: str = TOWN, subject_kind: str = "thing"
) -> uuid.UUID:
    key = new_id()
    with transaction() as session:
        deadlines.start(
            session,
            kind,
            subject_kind=subject_kind,
            subject_id=key,
            region_code=region,
            on=on,
            actor=SYSTEM,
        )
    return key


def page_of(client: FlaskClient, address: str = "") -> str:
    answer = client.get(f"/staff/supervision{address}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_late_things_of_the_regions_are_listed(client: FlaskClient) -> None:
    mine, due_soon = start(), start(on=date(2026, 9, 29))
    elsewhere, nameless = start(region=JINTAI), start(subject_kind="unknown")
    jobs.supervise_late(date(2026, 9, 25))
    sign_in_as(client, "handler", Role.COUNTY_HANDLER, region=COUNTY)
    page = page_of(client)
    assert f"事项{mine.hex[-6:]}" in page and f"/things/{mine.hex}" in page
    assert "区县督办" in page and ">18<" in page.replace(" ", "").replace("\n", "")
    assert "未命名事项" in page and nameless.hex[-6:] not in page
    assert elsewhere.hex[-6:] not in page
    late, soon = page.split("即将到期")
    assert due_soon.hex[-6:] not in late and due_soon.hex[-6:] in soon


def test_the_list_is_narrowed_and_taken_away(client: FlaskClient) -> None:
    review, approve, other = start(), start(APPROVE), start(region=JINTAI)
    sign_in_as(client, "city", Role.CITY_STAFF, region=CITY)

    def shown(address: str) -> set[uuid.UUID]:
        page = page_of(client, address)
        return {key for key in (review, approve, other) if f"事项{key.hex[-6:]}" in page}

    assert shown("") == {review, approve, other}
    assert shown("?kind=test_review") == {review, other}
    assert shown(f"?region={COUNTY}") == {review, approve}
    assert shown("?holder=county") == {approve}
    assert shown("?level=city") == set()
    assert shown("?kind=nonsense&region=x&level=9&holder=") == {review, approve, other}
    exported = client.get("/staff/supervision?export=csv&holder=county").get_data(as_text=True)
    assert f"事项{approve.hex[-6:]}" in exported and "审批" in exported
    assert client.get("/staff/supervision?export=exe").status_code == 422
    assert client.get("/staff/supervision?after=zzz").status_code == 422


def test_a_long_list_has_pages(client: FlaskClient) -> None:
    for _each in range(60):
        start()
    sign_in_as(client, "city", Role.CITY_STAFF, region=CITY)
    page = page_of(client)
    assert "共 60 件" in page and 'rel="next"' in page


def test_who_supervises_nothing_is_refused(client: FlaskClient) -> None:
    assert client.get("/staff/supervision").status_code == 303
    sign_in_as(client, "patrol", Role.PATROL, region=TOWN)
    assert client.get("/staff/supervision").status_code == 403


def shown(web: Flask, key: uuid.UUID, day: date) -> str:
    with reading() as session, web.test_request_context():
        (one,) = queries.of(session, "thing", [key], today=day, closed=True)[key]
        return str(get_template_attribute("macros/deadline.html", "deadline")(one, name=True))


def test_a_clock_shows_how_it_was_counted(web: Flask, client: FlaskClient) -> None:
    key = start(APPROVE)
    early = shown(web, key, date(2026, 9, 29))
    for words in (
        "审批",
        "还剩 3 个工作日（10月9日到期）",
        "9月18日 周五",
        "当天不计",
        "第 1 个工作日（调休上班）",
        "9月25日至27日",
        "10月1日至7日",
        "国庆节放假",
        "第 10 个工作日",
    ):
        assert words in early, words
    assert "今天到期" in shown(web, key, date(2026, 10, 9))
    assert "已超期 3 天（10月9日到期）" in shown(web, key, LATER)
    with transaction() as session:
        deadlines.pause(session, "thing", key, on=date(2026, 9, 29), actor=SYSTEM)
    assert "恢复后还有 3 个工作日" in shown(web, key, LATER)
    with transaction() as session:
        deadlines.resume(session, "thing", key, on=date(2026, 10, 9), actor=SYSTEM)
        deadlines.meet(session, "thing", key, APPROVE, on=LATER, actor=SYSTEM)
    done = shown(web, key, LATER)
    assert "按时办理（10月13日到期）" in done and "暂停计时，不计" in done


def test_a_term_of_months_is_told_in_few_lines(web: Flask, client: FlaskClient) -> None:
    key = start(DISCLOSE, on=date(2026, 6, 30))
    text = shown(web, key, LATER)
    assert "第 1 至 92 日" in text and "已超期 12 天（9月30日到期）" in text
