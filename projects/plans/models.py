"""Tables of help plans. Of a household one is open at most."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Key, RegionCode, UtcTime, labelled
from projects.plans.kinds import MeasureState, PlanEffect, PlanState

_IS_OPEN = text("state IN ('draft', 'in_force')")


class HelpPlan(Base):
    """What is done for a household: lead department, responsible person, goal."""

    __tablename__ = "help_plan"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    region_code: Mapped[RegionCode] = mapped_column()
    lead_department: Mapped[str] = mapped_column(String(60))
    responsible_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="who answers for it")
    goal: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[PlanState] = mapped_column(labelled(PlanState), default=PlanState.DRAFT)
    drafted_at: Mapped[UtcTime] = mapped_column()
    drafted_by_id: Mapped[Key | None] = mapped_column(comment="person")
    approved_by_id: Mapped[Key | None] = mapped_column(comment="person")
    begin_on: Mapped[CivilDate | None] = mapped_column(comment="since when it is in force")
    end_on: Mapped[CivilDate | None] = mapped_column()

    measures: Mapped[list["HelpMeasure"]] = relationship(
        order_by="HelpMeasure.position", cascade="all, delete-orphan", lazy="selectin"
    )

    __table_args__ = (
        CheckConstraint("end_on IS NULL OR begin_on IS NULL OR end_on >= begin_on", name="period"),
        Index(
            "uq_help_plan_open", "household_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
        ),
        Index("ix_help_plan_region", "region_code", "state", "id"),
    )


class HelpMeasure(Base):
    """One measure of a plan: what, by whom, from when, until when, how far it is."""

    __tablename__ = "help_measure"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[Key] = mapped_column(ForeignKey("help_plan.id"))
    position: Mapped[int] = mapped_column()
    what: Mapped[str] = mapped_column(Encrypted)
    by_whom: Mapped[str] = mapped_column(String(100), comment="a department or an organisation")
    start_on: Mapped[CivilDate] = mapped_column()
    due_on: Mapped[CivilDate] = mapped_column(comment="last day")
    state: Mapped[MeasureState] = mapped_column(labelled(MeasureState), default=MeasureState.PLANNED)
    done_on: Mapped[CivilDate | None] = mapped_column()

    __table_args__ = (
        CheckConstraint("due_on >= start_on", name="period"),
        UniqueConstraint("plan_id", "position"),
    )


class HelpEvaluation(Base):
    """One evaluation of a plan, by somebody else than who answers for it."""

    __tablename__ = "help_evaluation"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[Key] = mapped_column(ForeignKey("help_plan.id"))
    number: Mapped[int] = mapped_column(comment="from 1")
    evaluated_on: Mapped[CivilDate] = mapped_column()
    due_on: Mapped[CivilDate | None] = mapped_column(comment="by when it should have been")
    effect: Mapped[PlanEffect] = mapped_column(labelled(PlanEffect))
    words: Mapped[str] = mapped_column(Encrypted)
    by_person_id: Mapped[Key | None] = mapped_column()

    __table_args__ = (UniqueConstraint("plan_id", "number"),)
