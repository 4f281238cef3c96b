"""Tables of the live rankings: sums over the ledger's leaves, which the minute job keeps and a rebuild makes anew."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.parties.models import PartyKind
from app.types import Centipoints, Key, RegionCode, UtcTime, labelled


class Standing(Base):
    """A party's honour points in one period, of one kind of contribution or of all."""

    __tablename__ = "standing"

    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True, comment="2026-11, 2026 or all")
    kind: Mapped[str] = mapped_column(String(32), primary_key=True, comment="kind of contribution, or all")
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), primary_key=True)
    party_kind: Mapped[PartyKind] = mapped_column(labelled(PartyKind))
    county: Mapped[RegionCode] = mapped_column(comment="of the party's region as of its newest transfer")
    town: Mapped[RegionCode] = mapped_column()
    village: Mapped[RegionCode] = mapped_column()
    points: Mapped[Centipoints] = mapped_column(
        comment="below zero only while a reversal waits for its period"
    )

    __table_args__ = (
        Index("ix_standing_points", "programme_id", "period", "kind", "points"),
        Index("ix_standing_county", "county", "programme_id", "period", "kind", "points"),
        Index("ix_standing_town", "town", "programme_id", "period", "kind", "points"),
        Index("ix_standing_village", "village", "programme_id", "period", "kind", "points"),
    )


class RollMark(Base):
    """How many leaves the standings hold: the row that whoever adds up holds, so that each is added once."""

    __tablename__ = "roll_mark"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    leaves: Mapped[int] = mapped_column(BigInteger)
    rolled_at: Mapped[UtcTime] = mapped_column(comment="up to when the standings are complete")
