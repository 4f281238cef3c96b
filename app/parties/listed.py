"""Tables of what official lists bring: papers that people hold, how a household stands, batches and look-alikes."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.labels import Labelled
from app.types import CivilDate, Fen, Key, UtcTime, labelled


class QualificationSource(Labelled):
    """Where we know a qualification from."""

    STATED = "stated", _l("本人填报")
    LIST = "list", _l("名册记载")


class Likeness(Labelled):
    """What two parties share."""

    NAME_AND_PLACE = "name_and_place", _l("名称相同，同一区县")
    NAME_AND_PHONE = "name_and_phone", _l("名称相同，电话相同")
    NAME_AND_BIRTH = "name_and_birth", _l("姓名相同，出生日期相同，同一区县")
    PHONE_AND_PLACE = "phone_and_place", _l("电话相同，名称相近，同一区县")


class Qualification(Base):
    """A paper that a person holds (持有证书), by the name that items of the catalogue ask for."""

    __tablename__ = "qualification"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"))
    kind: Mapped[str] = mapped_column(String(60), comment="name of the paper, such as 护理员证")
    number: Mapped[str | None] = mapped_column(String(60))
    issued_on: Mapped[CivilDate | None] = mapped_column()
    valid_to: Mapped[CivilDate | None] = mapped_column(comment="last day in force")
    source: Mapped[QualificationSource] = mapped_column(labelled(QualificationSource))
    recorded_at: Mapped[UtcTime] = mapped_column()
    role_id: Mapped[Key | None] = mapped_column(index=True, comment="role with which a list brought it")

    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR issued_on IS NULL OR valid_to >= issued_on", name="period"),
        Index("ix_qualification_person_kind", "person_id", "kind"),
    )


class HouseholdCategory(Base):
    """In which category of assistance a household stood, from a day until a day."""

    __tablename__ = "household_category"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    person_id: Mapped[Key | None] = mapped_column(comment="the member who counts alone; none: all of them")
    category: Mapped[str] = mapped_column(String(60), comment="the word of the ledger, such as 农村低保")
    cause: Mapped[str | None] = mapped_column(String(60), comment="why the household fell into need")
    persons_count: Mapped[int | None] = mapped_column()
    annual_income: Mapped[Fen | None] = mapped_column(comment="of the whole household, fen a year")
    monthly_amount: Mapped[Fen | None] = mapped_column(comment="assistance, fen a month")
    begin_on: Mapped[CivilDate | None] = mapped_column()
    end_on: Mapped[CivilDate | None] = mapped_column(comment="last day in force")
    recorded_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (
        CheckConstraint("annual_income IS NULL OR annual_income >= 0", name="income"),
        CheckConstraint("monthly_amount IS NULL OR monthly_amount >= 0", name="amount"),
        CheckConstraint("end_on IS NULL OR begin_on IS NULL OR end_on >= begin_on", name="period"),
        Index(
            "uq_household_category_open",
            "household_id",
            "category",
            unique=True,
            sqlite_where=text("end_on IS NULL AND person_id IS NULL"),
            postgresql_where=text("end_on IS NULL AND person_id IS NULL"),
        ),
        Index(
            "uq_household_category_person",
            "person_id",
            "category",
            unique=True,
            sqlite_where=text("end_on IS NULL AND person_id IS NOT NULL"),
            postgresql_where=text("end_on IS NULL AND person_id IS NOT NULL"),
        ),
    )


class PartyBatch(Base):
    """Parties that one list brought at once; a job compares them with the register afterwards.

    Keys rise within a batch, so first and last tell which parties they are; those that somebody else entered at the
    same moment lie between them too and are merely compared once more.
    """

    __tablename__ = "party_batch"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    first_id: Mapped[Key] = mapped_column()
    last_id: Mapped[Key] = mapped_column()
    entered_at: Mapped[UtcTime] = mapped_column()
    compared_at: Mapped[UtcTime | None] = mapped_column(index=True)


class DuplicateCandidate(Base):
    """Two parties that look alike, found after a list came in, until a reviewer has told them apart."""

    __tablename__ = "duplicate_candidate"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"))
    other_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), index=True)
    likeness: Mapped[Likeness] = mapped_column(labelled(Likeness))
    found_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (UniqueConstraint("party_id", "other_id"),)
