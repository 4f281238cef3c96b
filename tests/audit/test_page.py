"""Paging and searching the log."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app import db
from app.audit import events, queries
from app.audit.queries import Search
from app.audit.words import VERBS
from app.db import reading, transaction
from app.errors import InvalidInput, NotAllowed
from app.ids import new_id
from app.permissions import ANYONE, SYSTEM, Actor, Grant, Role
from tests.parties.people import CITY, WEIBIN, sign_in_as

ROOT = Path(__file__).parents[2]


def test_pages_forth_and_back_show_every_event_once(database: db.Database) -> None:
    with transaction() as session:
        made = [events.record(session, "thing.change", "thing", new_id(), actor=SYSTEM) for _ in range(120)]
    seen, after = [], None
    with reading() as session:
        while True:
            page = queries.staff_events(
                session, Search(), city_region=CITY, actor=SYSTEM, after=after, before=None
            )
            seen += [event.id for event in page.rows]
            if page.after is None:
                break
            after = page.after
        assert seen == made[::-1]
        back = queries.staff_events(
            session, Search(), city_region=CITY, actor=SYSTEM, after=None, before=page.before
        )
        assert [event.id for event in back.rows] == seen[50:100]
        assert back.before and back.after


@pytest.mark.parametrize("cursor", ["x", "W10", "W3siYSI6IDF9XQ", "e30", "WzEsMl0", "☃", "[" * 9000])
def test_a_foreign_cursor_is_refused_in_a_sentence(database: db.Database, cursor: str) -> None:
    with reading() as session, pytest.raises(InvalidInput):
        queries.staff_events(session, Search(), city_region=CITY, actor=SYSTEM, after=cursor, before=None)


def test_only_auditors_read_the_log(database: db.Database) -> None:
    with reading() as session, pytest.raises(NotAllowed):
        queries.staff_events(session, Search(), city_region=CITY, actor=ANYONE, after=None, before=None)


def test_an_auditor_of_one_county_reads_nothing_of_the_city(database: db.Database) -> None:
    with transaction() as session:
        event_id = events.record(session, "thing.change", "thing", new_id(), actor=SYSTEM, reason="为何")
    county, city = (
        Actor(new_id(), new_id(), "审计", (Grant(Role.AUDITOR, code),)) for code in (WEIBIN, CITY)
    )
    with reading() as session:
        with pytest.raises(NotAllowed):
            queries.staff_events(session, Search(), city_region=CITY, actor=county, after=None, before=None)
        with pytest.raises(NotAllowed):
            queries.staff_event(session, event_id, city_region=CITY, actor=county)
        found = queries.staff_event(session, event_id, city_region=CITY, actor=city)
        assert found is not None and found[1] == {"reason": "为何"}


def test_every_verb_of_the_house_has_its_word() -> None:
    written = re.compile(r'events\.record\(\s*session,\s*"([a-z_]+\.[a-z_]+)"')
    found = {
        verb
        for folder in ("app", "points", "projects", "portal")
        for path in (ROOT / folder).rglob("*.py")
        for verb in written.findall(path.read_text("utf-8"))
    }
    assert len(found) > 30 and found <= set(VERBS)


def test_the_page_says_verbs_in_words(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    with transaction() as session:
        known = events.record(session, "consent.give", "party", new_id(), actor=SYSTEM)
        events.record(session, "thing.change", "thing", new_id(), actor=SYSTEM)
    client = web.test_client()
    sign_in_as(client, "shenji", Role.AUDITOR, region=CITY)
    page = client.get("/staff/audit").text
    assert "给予同意</a> <code>consent.give</code>" in page and "thing.change</a>" in page
    page = client.get(f"/staff/audit/{known}").text
    assert "给予同意" in page and "<code>consent.give</code>" in page
    county = web.test_client()
    sign_in_as(county, "quxian", Role.AUDITOR, region=WEIBIN, index=7001)
    assert county.get(f"/staff/audit/{known}").status_code == 403
