"""Messages: once per event and party, kept as sent, read by those they are for, mailed when there is an address."""

import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import Database, reading, transaction
from app.errors import NotFound
from app.ids import new_id
from app.messages import inbox, queries
from app.messages.inbox import Letter, Wording
from app.messages.models import Message
from app.outbox import channels, queue
from app.permissions import ANYONE, Actor, Grant, Role
from tests.parties.people import sign_in_as

APPROVED = Wording("registration.approved", 1, "%(name)s的入驻登记已通过", "%(name)s可以开始登记贡献了。")


def _send(party_id: uuid.UUID, key: str = "approved:1", mail_to: str | None = None) -> bool:
    with transaction() as session:
        return inbox.send(
            session, party_id, APPROVED, {"name": "爱心协会"}, key=key, link="/my/papers", mail_to=mail_to
        )


def _clerk(organisation_id: uuid.UUID) -> Actor:
    grant = Grant(Role.ORGANISATION_CLERK, organisation_id=organisation_id)
    return Actor(new_id(), new_id(), "经办人", (grant,))


def test_one_event_reaches_one_party_once(database: Database) -> None:
    organisation = new_id()
    assert [_send(organisation), _send(organisation), _send(organisation, "approved:2")] == [
        True,
        False,
        True,
    ]
    assert _send(new_id())
    with reading() as session:
        page = queries.inbox(session, _clerk(organisation))
        assert [message.title for message in page.rows] == ["爱心协会的入驻登记已通过"] * 2
        assert page.rows[0].template == "registration.approved/1"


def test_reading_counts_and_is_for_its_own_people(database: Database) -> None:
    organisation = new_id()
    clerk, colleague, stranger = _clerk(organisation), _clerk(organisation), _clerk(new_id())
    for number in range(3):
        _send(organisation, f"key:{number}")
    with transaction() as session:
        first = queries.inbox(session, clerk).rows[0]
        assert inbox.mark_read(session, [first.code], actor=stranger) == 0
        assert inbox.mark_read(session, [first.code], actor=clerk) == 1
        assert inbox.mark_read(session, [first.code], actor=colleague) == 0
        assert queries.unread_count(session, colleague) == 2
        assert queries.unread_count(session, stranger) == queries.unread_count(session, ANYONE) == 0
        assert len(queries.inbox(session, clerk, unread_only=True).rows) == 2
        with pytest.raises(NotFound):
            queries.by_code(session, first.code, stranger)
        assert inbox.mark_read(session, None, actor=clerk) == 2


def test_mail_goes_along_once_and_leaves_with_the_transaction(database: Database) -> None:
    channels.use(database.settings)
    organisation = new_id()
    _send(organisation, mail_to="a@example.org")
    _send(organisation, mail_to="a@example.org")
    assert queue.deliver_due() == 1


def test_a_link_leads_nowhere_else(database: Database) -> None:
    for link in ("https://example.org", "//example.org", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="path"), transaction() as session:
            inbox.send(session, new_id(), APPROVED, {"name": "x"}, key="k", link=link)


def test_many_letters_at_once_are_as_one_after_the_other(database: Database) -> None:
    first, second = new_id(), new_id()
    assert _send(first, "approved:1")
    letters = [
        Letter(party, APPROVED, {"name": "爱心协会"}, f"approved:{number}", "/my/papers")
        for number in (1, 2, 2, 3)
        for party in (first, second)
    ]
    with transaction() as session:
        inbox.send_many(session, letters)
        inbox.send_many(session, [])
    with reading() as session:
        rows = session.scalars(select(Message).order_by(Message.party_id, Message.dedup_key)).all()
    assert len(rows) == 6 and len({row.code for row in rows}) == 6
    told = {(row.template, row.title, row.body, row.link, row.read_at, row.read_by) for row in rows}
    title, body = APPROVED.filled({"name": "爱心协会"})
    assert told == {("registration.approved/1", title, body, "/my/papers", None, None)}
    with pytest.raises(ValueError, match="this site"), transaction() as session:
        inbox.send_many(session, [Letter(first, APPROVED, {"name": ""}, "approved:9", "//elsewhere")])


def test_the_page_shows_opens_and_marks(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    client = web.test_client()
    assert client.get("/my/messages").status_code == 303
    actor = sign_in_as(client, "reader", Role.VOLUNTEER)
    assert actor.person_id is not None
    assert "还没有消息" in client.get("/my/messages").get_data(as_text=True)
    for number in range(60):
        _send(actor.person_id, f"key:{number}")
    page = client.get("/my/messages?show=unread").get_data(as_text=True)
    assert "60 件待办" in page  # beside the navigation's entry, on every page of the door
    assert "爱心协会可以开始登记贡献了。" in page
    assert "下一页" in page
    with reading() as session:
        message = queries.inbox(session, actor).rows[0]
    opened = client.post(f"/my/messages/{message.code}/open")
    assert (opened.status_code, opened.headers["Location"]) == (303, "/my/papers")
    with reading() as session:
        assert queries.unread_count(session, actor) == 59
    assert client.post("/my/messages/read-all").status_code == 303
    assert "没有未读消息" in client.get("/my/messages?show=unread").get_data(as_text=True)
    assert client.post("/my/messages/NOSUCHCODE00/open").status_code == 404
    assert client.get("/my/messages?after=nonsense").status_code == 422


def test_staff_read_theirs_behind_their_door(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    client = web.test_client()
    sign_in_as(client, "officer", Role.COUNTY_HANDLER, region="610302000000")
    assert "站内消息" in client.get("/staff/messages").get_data(as_text=True)
