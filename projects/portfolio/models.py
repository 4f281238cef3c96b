"""Tables of projects. A project's plan and budget may change until it is submitted; its steps never."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import APPEND_ONLY, Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Fen, Key, RegionCode, UtcTime, labelled
from projects.portfolio.kinds import CampaignState, FundingSource, ProjectState
from projects.tiers.kinds import TierLevel

__all__ = [
    "Campaign",
    "FundingSource",
    "Project",
    "ProjectBudgetLine",
    "ProjectFunding",
    "ProjectNote",
    "ProjectRegion",
    "ProjectState",
    "ProjectStep",
]


class Campaign(Base):
    """A drive of the bureau (专项行动) for a time, to which projects belong."""

    __tablename__ = "campaign"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    title: Mapped[str] = mapped_column(String(100), unique=True)
    about: Mapped[str] = mapped_column(Text, default="")
    lead: Mapped[str] = mapped_column(String(100), default="", comment="the office that leads it")
    region_code: Mapped[RegionCode] = mapped_column(comment="where it takes place")
    start_on: Mapped[CivilDate] = mapped_column()
    end_on: Mapped[CivilDate] = mapped_column(comment="last day")
    state: Mapped[CampaignState] = mapped_column(labelled(CampaignState), default=CampaignState.OPEN)
    created_at: Mapped[UtcTime] = mapped_column()
    created_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (CheckConstraint("end_on >= start_on", name="period"),)


class Project(Base):
    """An assistance project: who initiated it, where it helps, its first and last day, plan, money and decisions."""

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

    campaign_id: Mapped[Key | None] = mapped_column(ForeignKey("campaign.id"), comment="to which it belongs")
    plan: Mapped[str] = mapped_column(Text, default="", comment="what will be done; public")
    target_group: Mapped[str] = mapped_column(
        String(200), default="", comment="whom it helps, never a person"
    )
    target_households: Mapped[int | None] = mapped_column(comment="how many households it means to help")
    expected_effect: Mapped[str] = mapped_column(Text, default="")
    responsible_name: Mapped[str | None] = mapped_column(String(50), comment="who answers for it")
    responsible_phone: Mapped[str | None] = mapped_column(Encrypted)
    responsible_id: Mapped[Key | None] = mapped_column(
        ForeignKey("person.party_id"), comment="who that is in the register: whose relatives stand aside"
    )
    budget_fen: Mapped[Fen] = mapped_column(default=0, comment="the sum of its lines")
    level: Mapped[TierLevel | None] = mapped_column(
        labelled(TierLevel, "level"), comment="who approves such a sum there, as it stood at submission"
    )
    holder_level: Mapped[TierLevel | None] = mapped_column(
        labelled(TierLevel, "holder_level"),
        comment="at which level it waits, or waited last; none before it was handed in",
    )
    revision: Mapped[int] = mapped_column(default=1, comment="grows with every edit; a stale page is refused")
    submitted_at: Mapped[UtcTime | None] = mapped_column()
    submitted_by_id: Mapped[Key | None] = mapped_column(comment="person")
    reviewed_by_id: Mapped[Key | None] = mapped_column(comment="person")
    approved_by_id: Mapped[Key | None] = mapped_column(comment="person")
    approved_at: Mapped[UtcTime | None] = mapped_column()
    opened_on: Mapped[CivilDate | None] = mapped_column(comment="the day after its publicity")

    budget: Mapped[list["ProjectBudgetLine"]] = relationship(
        order_by="ProjectBudgetLine.position", cascade="all, delete-orphan", lazy="select"
    )
    funding: Mapped[list["ProjectFunding"]] = relationship(
        order_by="ProjectFunding.id", cascade="all, delete-orphan", lazy="select"
    )
    regions: Mapped[list["ProjectRegion"]] = relationship(
        order_by="ProjectRegion.region_code", cascade="all, delete-orphan", lazy="select"
    )

    __table_args__ = (
        CheckConstraint("end_on >= start_on", name="period"),
        CheckConstraint("budget_fen >= 0", name="budget"),
        CheckConstraint("target_households IS NULL OR target_households > 0", name="households"),
        Index("ix_project_region_state", "region_code", "state", "start_on"),
        Index("ix_project_waiting", "holder_level", "state", "region_code", "state_since"),
        Index("ix_project_state", "state", "id"),
        Index("ix_project_campaign", "campaign_id", "id"),
        # A list's count and sum of money come out of this alone.
        Index("ix_project_sums", "region_code", "state", "holder_level", "budget_fen"),
    )


class ProjectBudgetLine(Base):
    """What part of the money is for. Stays as it is once the project is submitted: spending names it."""

    __tablename__ = "project_budget_line"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Key] = mapped_column(ForeignKey("project.id"))
    position: Mapped[int] = mapped_column()
    purpose: Mapped[str] = mapped_column(String(100))
    amount_fen: Mapped[Fen] = mapped_column()

    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        UniqueConstraint("project_id", "position"),
    )


class ProjectFunding(Base):
    """How much of the money comes from one source."""

    __tablename__ = "project_funding"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Key] = mapped_column(ForeignKey("project.id"))
    source: Mapped[FundingSource] = mapped_column(labelled(FundingSource))
    amount_fen: Mapped[Fen] = mapped_column()

    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        UniqueConstraint("project_id", "source"),
    )


class ProjectRegion(Base):
    """One of several places that a project helps; a project of one place has no such row."""

    __tablename__ = "project_region"

    project_id: Mapped[Key] = mapped_column(ForeignKey("project.id"), primary_key=True)
    region_code: Mapped[RegionCode] = mapped_column(primary_key=True)

    __table_args__ = (Index("ix_project_region_place", "region_code", "project_id"),)


class ProjectStep(Base):
    """One step: from which state to which, when, by whom, and which deadline it met. Its words stand apart."""

    __tablename__ = "project_step"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Key] = mapped_column(ForeignKey("project.id"))
    from_state: Mapped[ProjectState | None] = mapped_column(labelled(ProjectState, "from_state"))
    to_state: Mapped[ProjectState] = mapped_column(labelled(ProjectState, "to_state"))
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()
    revision: Mapped[int] = mapped_column()
    budget_fen: Mapped[Fen] = mapped_column(comment="as it stood")
    due_on: Mapped[CivilDate | None] = mapped_column(comment="by when the step should have been taken")

    __table_args__ = (Index("ix_project_step_project", "project_id", "id"), {"info": APPEND_ONLY})


class ProjectNote(Base):
    """The words of a step and the name under which it was taken; erased by retention, never the step."""

    __tablename__ = "project_note"

    step_id: Mapped[Key] = mapped_column(ForeignKey("project_step.id"), primary_key=True)
    actor_name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Encrypted)
