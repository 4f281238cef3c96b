"""Table of messages that leave the house."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.labels import Labelled
from app.types import Code, Encrypted, Key, UtcTime, labelled


class OutboxState(Labelled):
    """How far a message has come."""

    WAITING = "waiting", _l("待发送")
    SENT = "sent", _l("已发送")
    DEAD = "dead", _l("发送失败")
    DROPPED = "dropped", _l("已放弃")


class OutboxMessage(Base):
    """One message to one receiver outside."""

    __tablename__ = "outbox_message"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True)
    topic: Mapped[str] = mapped_column(String(40), comment="chooses the channel")
    dedup_key: Mapped[str | None] = mapped_column(String(120), comment="the same event never goes out twice")
    payload: Mapped[str] = mapped_column(
        Encrypted(), comment="JSON; names and addresses of people stand here"
    )
    state: Mapped[OutboxState] = mapped_column(labelled(OutboxState))
    attempts: Mapped[int]
    next_at: Mapped[UtcTime]
    lease_until: Mapped[UtcTime | None] = mapped_column(comment="machine time; a sender has it until then")
    created_at: Mapped[UtcTime]
    settled_at: Mapped[UtcTime | None] = mapped_column(comment="when it was sent, given up or dropped")
    error: Mapped[str | None] = mapped_column(String(500), comment="kind and place of the last error")

    __table_args__ = (
        UniqueConstraint("topic", "dedup_key", name="uq_outbox_message_topic_dedup_key"),
        Index("ix_outbox_message_due", "state", "next_at"),
        {"comment": "messages that leave the house"},
    )
