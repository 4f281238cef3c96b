"""Verbs of the inbox: send a message, mark it read."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app import clock, keys
from app.db import Base
from app.ids import new_code, new_id
from app.messages.models import Message
from app.messages.queries import parties_of
from app.outbox import channels, queue
from app.permissions import Actor
from app.rows import insert_if_absent, insert_rows

_MESSAGE = Base.metadata.tables[Message.__tablename__]


@dataclass(frozen=True)
class Wording:
    """The words of one kind of message; a change of words is a new version.

    ``title`` and ``body`` are translated texts with ``%(name)s`` places.
    """

    name: str
    version: int
    title: Any
    body: Any

    def filled(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """Return title and body with the places filled."""
        return str(self.title) % dict(values), str(self.body) % dict(values)


def send(
    session: Session,
    party_id: uuid.UUID,
    wording: Wording,
    values: Mapping[str, Any],
    *,
    key: str,
    link: str | None = None,
    mail_to: str | None = None,
) -> bool:
    """Put a message into a party's inbox, and into the mail when an address is given, in the caller's transaction.

    ``key`` names the event ("registration.approved:CODE"); the same event reaches the same party once, and
    False says that it had. ``link`` is a path of this site. The text is kept as sent. The verb that causes
    the message traces; nothing is traced here.
    """
    _ensure_of_this_site(link)
    title, body = wording.filled(values)
    new = insert_if_absent(
        session,
        Message,
        id=new_id(),
        code=new_code(),
        party_id=party_id,
        dedup_key=key,
        template=f"{wording.name}/{wording.version}",
        title=title,
        body=body,
        link=link,
        created_at=clock.now(),
    )
    if new and mail_to:
        payload = {"to": mail_to, "subject": title, "body": body}
        queue.put(session, channels.MAIL, payload, dedup_key=f"{key}:{party_id.hex}")
    return new


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be put into a party's inbox: whose, words, what fills them, its event and its page."""

    party_id: uuid.UUID
    wording: Wording
    values: Mapping[str, Any]
    key: str
    link: str | None = None


def send_many(session: Session, letters: Sequence[Letter]) -> None:
    """Put many messages into inboxes in one go, as ``send`` would one after the other; no mail goes out."""
    moment = clock.now()
    rows = []
    for one in letters:
        _ensure_of_this_site(one.link)
        title, body = one.wording.filled(one.values)
        sealed = [keys.encryption.encrypt(text.encode()) for text in (title, body)]
        template = f"{one.wording.name}/{one.wording.version}"
        rows.append(
            (new_id(), new_code(), one.party_id, one.key, template, *sealed, one.link, moment, None, None)
        )
    insert_rows(session, _MESSAGE, rows, once=True)


def _ensure_of_this_site(link: str | None) -> None:
    if link is not None and (not link.startswith("/") or link.startswith("//")):
        raise ValueError("a message links to a path of this site only")


def mark_read(session: Session, codes: Sequence[str] | None, *, actor: Actor) -> int:
    """Mark messages of the actor's inboxes as read, or with None all of them; return how many were unread."""
    condition = [Message.party_id.in_(parties_of(actor)), Message.read_at.is_(None)]
    if codes is not None:
        condition.append(Message.code.in_(codes))
    changed = session.execute(
        update(Message)
        .where(*condition)
        .values(read_at=clock.now(), read_by=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], changed).rowcount
