"""Tables of exits. Of a household one is open at most."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Key, RegionCode, UtcTime, labelled
from projects.exits.kinds import ExitKind, ExitState

_IS_OPEN = text("state IN ('applied', 'visited', 'cooling', 'running')")


class HouseholdExit(Base):
    """That a household leaves a category, of its own will or step by step. Its words stand with its steps, sealed."""

    __tablename__ = "household_exit"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    region_code: Mapped[RegionCode] = mapped_column()
    kind: Mapped[ExitKind] = mapped_column(labelled(ExitKind))
    category_id: Mapped[Key] = mapped_column(ForeignKey("household_category.id"), comment="which it leaves")
    category: Mapped[str] = mapped_column(String(60), comment="its word, as it stood")
    months: Mapped[int | None] = mapped_column(comment="how long a gradual exit takes")
    steps_count: Mapped[int | None] = mapped_column(comment="in how many stages")
    state: Mapped[ExitState] = mapped_column(labelled(ExitState), default=ExitState.APPLIED)
    applied_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person")
    confirmed_by_id: Mapped[Key | None] = mapped_column(comment="person")
    confirmed_on: Mapped[CivilDate | None] = mapped_column()
    left_on: Mapped[CivilDate | None] = mapped_column()

    stages: Mapped[list["ExitStage"]] = relationship(order_by="ExitStage.position", lazy="selectin")

    __table_args__ = (
        CheckConstraint(
            "(kind = 'gradual') = (months IS NOT NULL AND steps_count IS NOT NULL)", name="stages"
        ),
        CheckConstraint("(state IN ('left', 'readmitted')) = (left_on IS NOT NULL)", name="left"),
        Index(
            "uq_household_exit_open",
            "household_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_household_exit_region", "region_code", "state", "id"),
    )


class ExitStage(Base):
    """One stage of a gradual exit: from which day how much of the aid remains. Checked before the next begins."""

    __tablename__ = "exit_stage"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    exit_id: Mapped[Key] = mapped_column(ForeignKey("household_exit.id"))
    position: Mapped[int] = mapped_column()
    begin_on: Mapped[CivilDate] = mapped_column()
    end_on: Mapped[CivilDate] = mapped_column(comment="last day")
    percent: Mapped[int] = mapped_column(comment="of the aid that remains")
    checked_on: Mapped[CivilDate | None] = mapped_column(comment="when a visit found that it bears")

    __table_args__ = (
        UniqueConstraint("exit_id", "position"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("end_on >= begin_on", name="period"),
    )
