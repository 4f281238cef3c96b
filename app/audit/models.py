"""Tables of the audit log."""

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.types import Key, UtcTime


class AuditEvent(Base):
    """One act. Append-only; every column is under the HMAC."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_thing", "thing_kind", "thing_id"),
        Index("ix_audit_event_actor", "actor_person_id", "at"),
        Index("ix_audit_event_at", "at"),
        {"info": APPEND_ONLY},
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    form: Mapped[int] = mapped_column(comment="version of the canonical form under the HMAC")
    at: Mapped[UtcTime]
    actor_user_id: Mapped[Key | None]
    actor_person_id: Mapped[Key | None]
    actor_role: Mapped[str] = mapped_column(String(32), comment="role, system or public")
    address: Mapped[str | None] = mapped_column(String(45), comment="network address of the request")
    verb: Mapped[str] = mapped_column(String(64))
    thing_kind: Mapped[str] = mapped_column(String(32))
    thing_id: Mapped[Key | None]
    party_id: Mapped[Key | None] = mapped_column(comment="whose data key covers the detail")
    detail_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), comment="SHA-256 of salt and detail")
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditDetail(Base):
    """What changed and why, encrypted. Deleted by retention or made unreadable by shredding the key."""

    __tablename__ = "audit_detail"

    event_id: Mapped[Key] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, comment="AES-GCM of salt and JSON under the party's data key"
    )


class DataKey(Base):
    """The wrapped key under which a party's audit details are encrypted; deleting the row erases them."""

    __tablename__ = "data_key"

    party_id: Mapped[Key] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class AuditChain(Base):
    """The chain over the events, written by the sealing job so that no writer queues on a number."""

    __tablename__ = "audit_chain"
    __table_args__ = ({"info": {**APPEND_ONLY, "key": "number"}},)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[Key] = mapped_column(unique=True)
    chain_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="SHA-256 of the hash before, the event's id and HMAC"
    )
    chained_at: Mapped[UtcTime]
