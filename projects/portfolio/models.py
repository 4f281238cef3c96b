"""Tables of projects."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.labels import Labelled
from app.types import CivilDate, Code, Key, RegionCode, UtcTime, labelled


class ProjectState(Labelled):
    """Where a project stands. One that a list brought waits for review like any other."""

    SUBMITTED = "submitted", _l("待审核")


class Project(Base):
    """An assistance project: who initiated it, where it helps, and its first and last day."""

    __tablename__ = "project"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    number: Mapped[str] = mapped_column(String(40), unique=True, comment="by which ledgers name it")
    name: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[Key] = mapped_column(
        ForeignKey("organisation.party_id"), index=True, comment="who initiated it"
    )
    region_code: Mapped[RegionCode] = mapped_column(comment="the place that it helps")
    start_on: Mapped[CivilDate] = mapped_column()
    end_on: Mapped[CivilDate] = mapped_column(comment="last day")
    state: Mapped[ProjectState] = mapped_column(labelled(ProjectState), default=ProjectState.SUBMITTED)
    state_since: Mapped[UtcTime] = mapped_column()
    created_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        CheckConstraint("end_on >= start_on", name="period"),
        Index("ix_project_region_state", "region_code", "state", "start_on"),
    )
