"""The table of approval tiers. A row that was approved is never edited; the next one ends it."""

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Fen, Key, RegionCode, UtcTime, labelled
from projects.tiers.kinds import TierLevel, TierState, TierThing

_APPROVED = text("state = 'approved'")
_PROPOSED = text("state = 'proposed'")


class ApprovalTier(Base):
    """Up to which sum a level approves a thing in a region, from one day on."""

    __tablename__ = "approval_tier"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    thing: Mapped[TierThing] = mapped_column(labelled(TierThing))
    region_code: Mapped[RegionCode | None] = mapped_column(comment="whose table this is; none: the city's")
    region_key: Mapped[str] = mapped_column(
        String(12), default="", comment="the same, empty for the city's: what must be unique holds no NULL"
    )
    level: Mapped[TierLevel] = mapped_column(labelled(TierLevel))
    up_to_fen: Mapped[Fen | None] = mapped_column(comment="0: approves nothing; none: any sum")
    valid_from: Mapped[CivilDate] = mapped_column()
    valid_to: Mapped[CivilDate | None] = mapped_column(comment="last day; none: until the next row begins")
    basis: Mapped[str] = mapped_column(String(200), comment="title and number of the rule")
    state: Mapped[TierState] = mapped_column(labelled(TierState), default=TierState.PROPOSED)
    proposed_by_id: Mapped[Key | None] = mapped_column(comment="person; none: the defaults of the program")
    proposed_at: Mapped[UtcTime] = mapped_column()
    approved_by_id: Mapped[Key | None] = mapped_column(comment="person")
    approved_at: Mapped[UtcTime | None] = mapped_column()

    __table_args__ = (
        CheckConstraint("up_to_fen IS NULL OR up_to_fen >= 0", name="up_to"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        CheckConstraint("region_key = coalesce(region_code, '')", name="region_key"),
        Index(
            "uq_approval_tier_approved",
            "thing",
            "region_key",
            "level",
            "valid_from",
            unique=True,
            sqlite_where=_APPROVED,
            postgresql_where=_APPROVED,
        ),
        Index(
            "uq_approval_tier_open_end",
            "thing",
            "region_key",
            "level",
            unique=True,
            sqlite_where=text("state = 'approved' AND valid_to IS NULL"),
            postgresql_where=text("state = 'approved' AND valid_to IS NULL"),
        ),
        Index(
            "uq_approval_tier_proposed",
            "thing",
            "region_key",
            "level",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
    )
