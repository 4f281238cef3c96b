"""Table of messages to parties."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.types import Code, Encrypted, Key, UtcTime


class Message(Base):
    """One message in the inbox of a person, or of an organisation (all its users see it)."""

    __tablename__ = "message"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True)
    # No foreign key: parties stand on a higher rung.
    party_id: Mapped[Key]
    dedup_key: Mapped[str] = mapped_column(String(120), comment="event that it tells of; once per party")
    template: Mapped[str] = mapped_column(
        String(80), comment="name and version of the words it was made from"
    )
    title: Mapped[str] = mapped_column(Encrypted(), comment="as sent")
    body: Mapped[str] = mapped_column(Encrypted(), comment="as sent")
    link: Mapped[str | None] = mapped_column(
        String(200), comment="path of the page on which something can be done"
    )
    created_at: Mapped[UtcTime]
    read_at: Mapped[UtcTime | None]
    read_by: Mapped[Key | None] = mapped_column(comment="user who read it first")

    __table_args__ = (
        UniqueConstraint("party_id", "dedup_key", name="uq_message_party_id_dedup_key"),
        Index("ix_message_inbox", "party_id", "id"),
        Index("ix_message_unread", "party_id", "read_at"),
        {"comment": "messages inside the platform"},
    )
