"""Tables of assistance received. What a record says is the household's own matter and encrypted."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Fen, Key, RegionCode, UtcTime, labelled
from projects.assistance.kinds import AssistanceSource


class Assistance(Base):
    """Help that a household received once: which kind, what, how much, when, from whom."""

    __tablename__ = "assistance"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    source: Mapped[AssistanceSource] = mapped_column(labelled(AssistanceSource))
    number: Mapped[str] = mapped_column(
        String(40), comment="within the source: of the list, or the thing's key"
    )
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    person_id: Mapped[Key | None] = mapped_column(
        ForeignKey("person.party_id"), comment="the member it was for; none: the household"
    )
    kind_id: Mapped[Key] = mapped_column(ForeignKey("aid_kind.id"))
    what: Mapped[str] = mapped_column(Encrypted)
    amount_fen: Mapped[Fen | None] = mapped_column(comment="value, where it is known")
    given_on: Mapped[CivilDate] = mapped_column()
    organisation_id: Mapped[Key | None] = mapped_column(
        ForeignKey("organisation.party_id"), comment="who gave it, where the register knows them"
    )
    giver: Mapped[str] = mapped_column(String(200), comment="who gave it, as stated")
    recorded_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        UniqueConstraint("source", "number"),
        CheckConstraint("amount_fen IS NULL OR amount_fen > 0", name="amount"),
        Index("ix_assistance_household", "household_id", "kind_id", "given_on"),
        Index("ix_assistance_given", "given_on", "id"),
        Index("ix_assistance_organisation", "organisation_id"),
    )


class AidOverride(Base):
    """That somebody was told of the same kind of help and gave it all the same, and why. The reason stands apart."""

    __tablename__ = "aid_override"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str] = mapped_column(
        String(40), comment="what was decided: request, grant, referral"
    )
    subject_id: Mapped[Key] = mapped_column()
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    kind_id: Mapped[Key] = mapped_column(ForeignKey("aid_kind.id"))
    region_code: Mapped[RegionCode] = mapped_column(comment="of the household then")
    organisations: Mapped[int] = mapped_column(comment="how many had helped")
    days: Mapped[int] = mapped_column(comment="calendar days that were looked at")
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()

    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind_id"),
        Index("ix_aid_override_happened", "happened_at", "id"),
        Index("ix_aid_override_household", "household_id"),
        {"info": APPEND_ONLY},
    )


class AidOverrideNote(Base):
    """The words of an override and the name under which it was made; erased by retention, never the row."""

    __tablename__ = "aid_override_note"

    override_id: Mapped[Key] = mapped_column(ForeignKey("aid_override.id"), primary_key=True)
    actor_name: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Encrypted)
