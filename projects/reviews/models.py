"""Tables of re-reviews: the draw with its committed seed, and the whole list from which it drew."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Key, RegionCode, UtcTime, labelled
from projects.reviews.kinds import DrawState, ItemState


class ReviewDraw(Base):
    """One draw: its seed is made and its hash published before the period ends, so that nobody knows the list yet."""

    __tablename__ = "review_draw"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    region_code: Mapped[RegionCode] = mapped_column()
    first_day: Mapped[CivilDate] = mapped_column(comment="of the decisions that are looked at again")
    last_day: Mapped[CivilDate] = mapped_column()
    percent: Mapped[int] = mapped_column(comment="of the list that is drawn, rounded up")
    seed: Mapped[str] = mapped_column(Encrypted, comment="hexadecimal; shown to everybody once it has drawn")
    seed_hash: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the seed's text; public at once")
    state: Mapped[DrawState] = mapped_column(labelled(DrawState), default=DrawState.COMMITTED)
    committed_at: Mapped[UtcTime] = mapped_column()
    committed_by_id: Mapped[Key | None] = mapped_column(comment="person")
    drawn_at: Mapped[UtcTime | None] = mapped_column()
    list_hash: Mapped[str | None] = mapped_column(
        String(64), comment="SHA-256 of the sorted keys of the list"
    )
    list_count: Mapped[int | None] = mapped_column()
    drawn_count: Mapped[int | None] = mapped_column()

    __table_args__ = (
        UniqueConstraint("region_code", "first_day", "last_day"),
        CheckConstraint("last_day >= first_day", name="period"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("(state = 'committed') = (drawn_at IS NULL)", name="drawn"),
    )


class ReviewItem(Base):
    """One decision of the list: which household, which refusal or exit, whether it was drawn, what was found."""

    __tablename__ = "review_item"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    draw_id: Mapped[Key] = mapped_column(ForeignKey("review_draw.id"))
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    region_code: Mapped[RegionCode] = mapped_column()
    subject_kind: Mapped[str] = mapped_column(String(40), comment="household_exit, aid_request")
    subject_id: Mapped[Key] = mapped_column()
    state: Mapped[ItemState] = mapped_column(labelled(ItemState), default=ItemState.SPARED)
    closed_on: Mapped[CivilDate | None] = mapped_column()
    closed_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        UniqueConstraint("draw_id", "subject_kind", "subject_id"),
        Index("ix_review_item_state", "state", "region_code", "id"),
    )
