"""Tables of publicity. What happened to the clock stands in steps that never change; an objector's words are sealed."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Key, LookupHash, RegionCode, UtcTime, labelled
from projects.publicity.kinds import ObjectionState, PublicityState
from projects.tiers.kinds import TierLevel

_LIVE = text("state IN ('running', 'stopped')")


class Publicity(Base):
    """One round in which something proposed is shown to everybody, for so many days."""

    __tablename__ = "publicity"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    subject_kind: Mapped[str] = mapped_column(String(40), comment="as its feature registered it")
    subject_id: Mapped[Key] = mapped_column()
    round: Mapped[int] = mapped_column(Integer, comment="from 1; grows with each new look")
    region_code: Mapped[RegionCode] = mapped_column(comment="whose staff decide objections")
    level: Mapped[TierLevel | None] = mapped_column(
        labelled(TierLevel), comment="objections are decided by an office of this level or above"
    )
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, comment="only what anybody may read")
    days: Mapped[int] = mapped_column(Integer, comment="calendar days of the term")
    starts_on: Mapped[CivilDate] = mapped_column(comment="day of opening, not counted")
    counted_from: Mapped[CivilDate] = mapped_column(comment="day of opening, or of going on after a stop")
    days_left: Mapped[int] = mapped_column(Integer, comment="calendar days after counted_from")
    ends_on: Mapped[CivilDate] = mapped_column(comment="last day; while stopped what it was")
    provisional: Mapped[bool] = mapped_column(comment="the notice of the last day's year is not known yet")
    state: Mapped[PublicityState] = mapped_column(labelled(PublicityState), default=PublicityState.RUNNING)
    ended_at: Mapped[UtcTime | None] = mapped_column(comment="ended or withdrawn")
    opened_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "round"),
        CheckConstraint("days > 0 AND days_left > 0", name="days"),
        CheckConstraint("ends_on > counted_from AND counted_from >= starts_on", name="period"),
        CheckConstraint("(state IN ('ended', 'withdrawn')) = (ended_at IS NOT NULL)", name="ended"),
        Index(
            "uq_publicity_live",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_publicity_state", "state", "ends_on", "id"),
        Index("ix_publicity_ended", "ended_at", "id"),
    )


class PublicityStep(Base):
    """One change of a publicity's clock: opened, stopped, gone on, counted anew, ended, withdrawn."""

    __tablename__ = "publicity_step"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    publicity_id: Mapped[Key] = mapped_column(ForeignKey("publicity.id"))
    from_state: Mapped[PublicityState | None] = mapped_column(labelled(PublicityState, "from_state"))
    to_state: Mapped[PublicityState] = mapped_column(labelled(PublicityState, "to_state"))
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()
    days_left: Mapped[int] = mapped_column(Integer)
    ends_on: Mapped[CivilDate] = mapped_column()

    __table_args__ = (
        Index("ix_publicity_step_publicity", "publicity_id", "id"),
        {"info": APPEND_ONLY},
    )


class PublicityObjection(Base):
    """What somebody holds for wrong in what is shown. Nobody reads it but who decides it."""

    __tablename__ = "publicity_objection"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="receipt number, in URLs")
    publicity_id: Mapped[Key] = mapped_column(ForeignKey("publicity.id"))
    words: Mapped[str] = mapped_column(Encrypted)
    contact: Mapped[str | None] = mapped_column(Encrypted, comment="only if the objector wishes to be asked")
    sender_hash: Mapped[LookupHash | None] = mapped_column(
        comment="keyed hash of the address, for the brake on floods"
    )
    received_at: Mapped[UtcTime] = mapped_column()
    state: Mapped[ObjectionState] = mapped_column(labelled(ObjectionState), default=ObjectionState.OPEN)
    answer: Mapped[str | None] = mapped_column(Encrypted, comment="shown to whoever holds the receipt number")
    decided_at: Mapped[UtcTime | None] = mapped_column()
    decided_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state IN ('upheld', 'dismissed')) = (answer IS NOT NULL)", name="answer"),
        Index("ix_publicity_objection_publicity", "publicity_id", "state"),
        Index("ix_publicity_objection_waiting", "state", "received_at", "id"),
        Index("ix_publicity_objection_sender", "sender_hash", "received_at"),
    )
