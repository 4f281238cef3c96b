"""Reading the outbox."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.outbox.models import OutboxMessage, OutboxState


def counts(session: Session) -> dict[OutboxState, int]:
    """Return how many messages stand in each state."""
    found = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
    numbers = dict.fromkeys(OutboxState, 0)
    for state, count in found:
        numbers[state] = count
    return numbers


def dead(session: Session, limit: int = 100) -> Sequence[OutboxMessage]:
    """Return the messages that could not be delivered, latest first."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.DEAD)
        .order_by(OutboxMessage.settled_at.desc())
        .limit(limit)
    ).all()


def retrying(session: Session, limit: int = 100) -> Sequence[OutboxMessage]:
    """Return waiting messages that have failed at least once, the next to be tried first."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.WAITING, OutboxMessage.error.is_not(None))
        .order_by(OutboxMessage.next_at)
        .limit(limit)
    ).all()


def oldest_waiting(session: Session) -> datetime | None:
    """Return since when the oldest waiting message waits (for /metrics)."""
    return session.scalar(
        select(func.min(OutboxMessage.created_at)).where(OutboxMessage.state == OutboxState.WAITING)
    )


def by_code(session: Session, code: str) -> OutboxMessage:
    """Return one message. Raises NotFound."""
    message = session.scalar(select(OutboxMessage).where(OutboxMessage.code == code))
    if message is None:
        raise NotFound(_("没有这条待发送的消息。"))
    return message
