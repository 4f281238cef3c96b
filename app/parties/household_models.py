"""Tables of household files: what happened to them, tags of persons, deaths.

An event is append-only and holds codes alone; what was written about it stands apart, encrypted.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.ids import new_id
from app.parties.household_kinds import HouseholdEventKind, PersonTagKind
from app.types import CivilDate, Encrypted, Key, LookupHash, RegionCode, UtcTime, labelled


class HouseholdEvent(Base):
    """One thing that happened to a household: what, from which day, who wrote it down."""

    __tablename__ = "household_event"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    kind: Mapped[HouseholdEventKind] = mapped_column(labelled(HouseholdEventKind))
    happened_on: Mapped[CivilDate] = mapped_column(comment="first day on which it is so")
    recorded_at: Mapped[UtcTime] = mapped_column()
    region_code: Mapped[RegionCode] = mapped_column(comment="of the household when it was written")
    person_id: Mapped[Key | None] = mapped_column(comment="the member it concerns")
    other_household_id: Mapped[Key | None] = mapped_column(comment="the other household of a split")
    was: Mapped[str | None] = mapped_column(String(60), comment="a code: region, relation, category, tag")
    became: Mapped[str | None] = mapped_column(String(60))
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()
    note_hash: Mapped[LookupHash | None] = mapped_column(comment="keyed hash of the note")

    __table_args__ = (
        Index("ix_household_event_household", "household_id", "recorded_at"),
        {"info": APPEND_ONLY},
    )


class HouseholdNote(Base):
    """The words of an event. Deleted by retention, never the event."""

    __tablename__ = "household_note"

    event_id: Mapped[Key] = mapped_column(ForeignKey("household_event.id"), primary_key=True)
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    words: Mapped[str] = mapped_column(Encrypted)


class PersonTag(Base):
    """A tag of a person from a day until a day."""

    __tablename__ = "person_tag"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"))
    tag: Mapped[PersonTagKind] = mapped_column(labelled(PersonTagKind))
    begin_on: Mapped[CivilDate] = mapped_column()
    end_on: Mapped[CivilDate | None] = mapped_column(comment="last day in force")
    recorded_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (
        CheckConstraint("end_on IS NULL OR end_on >= begin_on", name="period"),
        Index("ix_person_tag_person", "person_id", "begin_on"),
        Index(
            "uq_person_tag_open",
            "person_id",
            "tag",
            unique=True,
            sqlite_where=text("end_on IS NULL"),
            postgresql_where=text("end_on IS NULL"),
        ),
    )


class PersonDeath(Base):
    """That a person died, and when: once for each."""

    __tablename__ = "person_death"

    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), primary_key=True)
    died_on: Mapped[CivilDate] = mapped_column()
    recorded_at: Mapped[UtcTime] = mapped_column()
