"""Reading the inbox. Every query is cut to the inboxes of the actor."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.messages.models import Message
from app.paging import Order, Page, fetch
from app.permissions import Actor, Permission


def parties_of(actor: Actor) -> tuple[uuid.UUID, ...]:
    """Return whose inboxes the actor reads: the own one and those of organisations acted for."""
    own = (actor.person_id,) if actor.person_id is not None else ()
    return (*own, *actor.organisations(Permission.OWN_MESSAGES))


def unread_count(session: Session, actor: Actor) -> int:
    """Return how many messages wait unread (for the header)."""
    parties = parties_of(actor)
    if not parties:
        return 0
    query = select(func.count()).where(Message.party_id.in_(parties), Message.read_at.is_(None))
    return session.scalar(query) or 0


def inbox(
    session: Session,
    actor: Actor,
    *,
    unread_only: bool = False,
    after: str | None = None,
    before: str | None = None,
) -> Page[Message]:
    """Return a page of the actor's messages, newest first."""
    query = select(Message).where(Message.party_id.in_(parties_of(actor)))
    if unread_only:
        query = query.where(Message.read_at.is_(None))
    return fetch(session, query, (Order(Message.id, descending=True),), after=after, before=before)


def by_code(session: Session, code: str, actor: Actor) -> Message:
    """Return one message of the actor's inboxes. Raises NotFound."""
    message = session.scalar(
        select(Message).where(Message.code == code, Message.party_id.in_(parties_of(actor)))
    )
    if message is None:
        raise NotFound(_("没有这条消息。"))
    return message
