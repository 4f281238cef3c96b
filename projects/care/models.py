"""Tables of the history that everything about a household's care has in common."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.ids import new_id
from app.types import Encrypted, Key, UtcTime


class CareStep(Base):
    """One step of a visit, plan, assessment, agreement, exit or re-review: codes alone, its words stand apart."""

    __tablename__ = "care_step"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    subject_kind: Mapped[str] = mapped_column(String(40), comment="table of the thing")
    subject_id: Mapped[Key] = mapped_column()
    from_state: Mapped[str | None] = mapped_column(String(32))
    to_state: Mapped[str] = mapped_column(String(32))
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()

    __table_args__ = (
        Index("ix_care_step_household", "household_id", "id"),
        Index("ix_care_step_subject", "subject_kind", "subject_id", "id"),
        {"info": APPEND_ONLY},
    )


class CareNote(Base):
    """The words of a step and the name under which it was taken; erased by retention, never the step."""

    __tablename__ = "care_note"

    step_id: Mapped[Key] = mapped_column(ForeignKey("care_step.id"), primary_key=True)
    actor_name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Encrypted)
