"""Paging and searching the log."""

import pytest

from app import db
from app.audit import events, queries
from app.audit.queries import Search
from app.db import reading, transaction
from app.errors import InvalidInput, NotAllowed
from app.ids import new_id
from app.permissions import ANYONE, SYSTEM


def test_pages_forth_and_back_show_every_event_once(database: db.Database) -> None:
    with transaction() as session:
        made = [events.record(session, "thing.change", "thing", new_id(), actor=SYSTEM) for _ in range(120)]
    seen, after = [], None
    with reading() as session:
        while True:
            page = queries.staff_events(session, Search(), actor=SYSTEM, after=after, before=None)
            seen += [event.id for event in page.rows]
            if page.after is None:
                break
            after = page.after
        assert seen == made[::-1]
        back = queries.staff_events(session, Search(), actor=SYSTEM, after=None, before=page.before)
        assert [event.id for event in back.rows] == seen[50:100]
        assert back.before and back.after


@pytest.mark.parametrize("cursor", ["x", "W10", "W3siYSI6IDF9XQ", "e30", "WzEsMl0", "☃", "[" * 9000])
def test_a_foreign_cursor_is_refused_in_a_sentence(database: db.Database, cursor: str) -> None:
    with reading() as session, pytest.raises(InvalidInput):
        queries.staff_events(session, Search(), actor=SYSTEM, after=cursor, before=None)


def test_only_auditors_read_the_log(database: db.Database) -> None:
    with reading() as session, pytest.raises(NotAllowed):
        queries.staff_events(session, Search(), actor=ANYONE, after=None, before=None)
