"""Table of holds: points that are set aside until somebody decides."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.types import Centipoints, Encrypted, Key, LookupHash, UtcTime, labelled
from points.ledger.kinds import HoldPurpose, HoldState, Purse

_ACTIVE = text("state = 'active'")


class Hold(Base):
    """Points of one purse that were set aside. The points themselves move by postings of source "hold"."""

    __tablename__ = "hold"

    id: Mapped[Key] = mapped_column(primary_key=True)
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"))
    purse: Mapped[Purse] = mapped_column(labelled(Purse))
    points: Mapped[Centipoints] = mapped_column()
    source_kind: Mapped[str] = mapped_column(String(32), comment="kind of the thing they are held for")
    source_id: Mapped[Key] = mapped_column(comment="the thing they are held for")
    purpose: Mapped[HoldPurpose] = mapped_column(labelled(HoldPurpose))
    reason: Mapped[str | None] = mapped_column(Encrypted(), comment="why, in words")
    reason_hash: Mapped[LookupHash | None] = mapped_column(
        comment="keyed, of the words; its posting signs it"
    )
    until: Mapped[UtcTime | None] = mapped_column(comment="then they go back by themselves; none: never")
    state: Mapped[HoldState] = mapped_column(labelled(HoldState), comment="moves: holds.MOVES")
    held_at: Mapped[UtcTime] = mapped_column()
    held_by_id: Mapped[Key | None] = mapped_column(comment="person; none: the system")
    ended_at: Mapped[UtcTime | None] = mapped_column()
    ended_by_id: Mapped[Key | None] = mapped_column(comment="person; none: the system, or not ended")

    __table_args__ = (
        # One thing holds a purse's points once at a time.
        Index(
            "uq_hold_source",
            "source_id",
            "purse",
            "source_kind",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_hold_party", "party_id", "state"),
        Index("ix_hold_state", "state", "until"),
        Index("ix_hold_ended", "ended_at"),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="ended"),
    )
