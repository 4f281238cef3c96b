"""Tables of self-care: versions of the scale, assessments with their sealed answers, care agreements."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Key, RegionCode, UtcTime, labelled
from projects.selfcare.kinds import AgreementState, AssessmentState, ScaleState, SelfCareLevel

_AWAITS, _STANDS = text("state = 'awaiting'"), text("state = 'in_force'")


class CareScale(Base):
    """A version of the scale: items with their options and scores, limits of the levels, services of each level.

    Published it never changes; version 1 comes with the program.
    """

    __tablename__ = "care_scale"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(unique=True, comment="from 2")
    basis: Mapped[str] = mapped_column(String(200), comment="the document that it follows")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    valid_from: Mapped[CivilDate] = mapped_column()
    state: Mapped[ScaleState] = mapped_column(labelled(ScaleState), default=ScaleState.PROPOSED)
    proposed_at: Mapped[UtcTime] = mapped_column()
    proposed_by_id: Mapped[Key | None] = mapped_column(comment="person")
    published_by_id: Mapped[Key | None] = mapped_column(comment="person")


class SelfCareAssessment(Base):
    """What one or two people found somebody able to do, each by themselves. Answers are sealed."""

    __tablename__ = "self_care_assessment"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"))
    region_code: Mapped[RegionCode] = mapped_column()
    scale_version: Mapped[int] = mapped_column()
    assessed_on: Mapped[CivilDate] = mapped_column()
    answers: Mapped[str] = mapped_column(Encrypted, comment="item=score, divided by commas")
    score: Mapped[int] = mapped_column()
    level: Mapped[SelfCareLevel] = mapped_column(labelled(SelfCareLevel))
    first_by_id: Mapped[Key | None] = mapped_column(comment="person")
    second_answers: Mapped[str | None] = mapped_column(Encrypted)
    second_score: Mapped[int | None] = mapped_column()
    second_by_id: Mapped[Key | None] = mapped_column(comment="person")
    state: Mapped[AssessmentState] = mapped_column(labelled(AssessmentState))
    recorded_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (
        Index(
            "uq_self_care_assessment_awaiting",
            "person_id",
            unique=True,
            sqlite_where=_AWAITS,
            postgresql_where=_AWAITS,
        ),
        Index(
            "uq_self_care_assessment_stands",
            "person_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index("ix_self_care_assessment_region", "region_code", "state", "id"),
    )


class CareAgreement(Base):
    """The signed agreement on the care of a destitute person who lives at home. Of a person one is in force at most."""

    __tablename__ = "care_agreement"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="who is cared for")
    region_code: Mapped[RegionCode] = mapped_column()
    carer_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="who cares")
    level: Mapped[SelfCareLevel] = mapped_column(labelled(SelfCareLevel), comment="as assessed at signing")
    tasks: Mapped[str] = mapped_column(Encrypted, comment="what the carer does")
    visit_days: Mapped[int] = mapped_column(comment="how often it is looked at, calendar days")
    signed_on: Mapped[CivilDate] = mapped_column()
    valid_from: Mapped[CivilDate] = mapped_column()
    valid_to: Mapped[CivilDate] = mapped_column(comment="last day")
    ended_on: Mapped[CivilDate | None] = mapped_column()
    follows_id: Mapped[Key | None] = mapped_column(ForeignKey("care_agreement.id"), comment="which it renews")
    state: Mapped[AgreementState] = mapped_column(labelled(AgreementState), default=AgreementState.IN_FORCE)
    recorded_at: Mapped[UtcTime] = mapped_column()
    recorded_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("visit_days BETWEEN 1 AND 92", name="visits"),
        Index(
            "uq_care_agreement_stands",
            "person_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index("ix_care_agreement_region", "region_code", "state", "valid_to", "id"),
    )
