"""Tables of visits: what is due or was made, who went, the sealed words, and what follows from it."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Key, RegionCode, UtcTime, labelled
from projects.visits.kinds import (
    FollowUpKind,
    FollowUpState,
    VisitGround,
    VisitOutcome,
    VisitPlace,
    VisitState,
)

_IS_DUE = text("state = 'due'")


class Visit(Base):
    """A visit that is due or was made. Of a subject (the household, an agreement, an exit…) one is due at most."""

    __tablename__ = "visit"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    region_code: Mapped[RegionCode] = mapped_column(comment="where it is to be made, or was")
    ground: Mapped[VisitGround] = mapped_column(labelled(VisitGround))
    subject_kind: Mapped[str] = mapped_column(String(40), comment="household, or the thing that wants it")
    subject_id: Mapped[Key] = mapped_column()
    people_needed: Mapped[int] = mapped_column(comment="how many have to go")
    state: Mapped[VisitState] = mapped_column(labelled(VisitState), default=VisitState.DUE)
    opened_at: Mapped[UtcTime] = mapped_column()
    due_on: Mapped[CivilDate | None] = mapped_column(comment="as it stood when the visit was made")
    made_at: Mapped[UtcTime | None] = mapped_column()
    place: Mapped[VisitPlace | None] = mapped_column(labelled(VisitPlace))
    outcome: Mapped[VisitOutcome | None] = mapped_column(labelled(VisitOutcome))
    recorded_at: Mapped[UtcTime | None] = mapped_column()
    recorded_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        CheckConstraint("people_needed > 0", name="people"),
        CheckConstraint(
            "(state IN ('done', 'absent')) = (made_at IS NOT NULL AND outcome IS NOT NULL)", name="made"
        ),
        Index(
            "uq_visit_due",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=_IS_DUE,
            postgresql_where=_IS_DUE,
        ),
        Index("ix_visit_household", "household_id", "id"),
        Index("ix_visit_region", "region_code", "state", "id"),
    )


class VisitVisitor(Base):
    """Somebody who went along."""

    __tablename__ = "visit_visitor"

    visit_id: Mapped[Key] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), primary_key=True)


class VisitNote(Base):
    """What was found, sealed: the ticked items of the check list and the words. Erased by retention."""

    __tablename__ = "visit_note"

    visit_id: Mapped[Key] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    items: Mapped[str] = mapped_column(Encrypted, comment="keys of the check list, divided by commas")
    words: Mapped[str | None] = mapped_column(Encrypted)


class VisitFollowUp(Base):
    """What a finding asks for, until somebody has seen to it."""

    __tablename__ = "visit_follow_up"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    visit_id: Mapped[Key] = mapped_column(ForeignKey("visit.id"))
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    region_code: Mapped[RegionCode] = mapped_column()
    kind: Mapped[FollowUpKind] = mapped_column(labelled(FollowUpKind))
    state: Mapped[FollowUpState] = mapped_column(labelled(FollowUpState), default=FollowUpState.OPEN)
    opened_at: Mapped[UtcTime] = mapped_column()
    closed_at: Mapped[UtcTime | None] = mapped_column()
    result_kind: Mapped[str | None] = mapped_column(String(40), comment="table of what came of it")
    result_id: Mapped[Key | None] = mapped_column(comment="a request, a need…")

    __table_args__ = (
        UniqueConstraint("visit_id", "kind"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        Index("ix_visit_follow_up_open", "region_code", "state", "id"),
    )
