"""Tables of closed months, and of how far the calendar's own acts (points that end) have come."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.types import CivilDate, Key, UtcTime


class PeriodClose(Base):
    """A month of a programme that is closed: its totals, signed. Nothing re-opens it."""

    __tablename__ = "period_close"

    id: Mapped[Key] = mapped_column(primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    month: Mapped[str] = mapped_column(String(7), comment="such as 2026-11")
    ends_on: Mapped[CivilDate] = mapped_column(comment="its last day: what happened later is not in it")
    tree_size: Mapped[int] = mapped_column(BigInteger, comment="cut-off: leaves below this number are in it")
    root: Mapped[bytes | None] = mapped_column(LargeBinary(32), comment="of the tree of that size")
    totals: Mapped[str] = mapped_column(Text, comment="JSON: balances before and after, flows, corrections")
    closed_at: Mapped[UtcTime] = mapped_column(comment="when the cut-off was taken")
    actor_id: Mapped[Key | None] = mapped_column(comment="user; none: the system")
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        UniqueConstraint("programme_id", "month"),
        CheckConstraint("tree_size >= 0", name="tree_size"),
        {"info": APPEND_ONLY},
    )


class ExpiryMark(Base):
    """Through which day a nightly look at points that end has come."""

    __tablename__ = "expiry_mark"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    done_through: Mapped[CivilDate] = mapped_column(comment="the last day that was looked at")
    looked_at: Mapped[UtcTime] = mapped_column(comment="when that look began")
