"""Tables of comparisons. Data of other departments are kept by the keyed hash of the identity number alone."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Fen, Key, LookupHash, RegionCode, UtcTime, labelled
from projects.comparisons.kinds import AlertKind, AlertState, DataKind


class ComparisonRecord(Base):
    """One line that another department brought about one person."""

    __tablename__ = "comparison_record"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[DataKind] = mapped_column(labelled(DataKind))
    identity_hash: Mapped[LookupHash] = mapped_column(comment="keyed hash; the number itself is not kept")
    digest: Mapped[LookupHash] = mapped_column(
        comment="keyed hash of the whole line, so that it is kept once"
    )
    dated_on: Mapped[CivilDate] = mapped_column(comment="day of the event, or first day of the month meant")
    amount_fen: Mapped[Fen | None] = mapped_column(comment="income of the month, or sum of the aid")
    words: Mapped[str | None] = mapped_column(Encrypted, comment="what aid, what vehicle, what flat")
    department: Mapped[str] = mapped_column(String(100), comment="who brought it")
    received_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        UniqueConstraint("kind", "digest"),
        CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="amount"),
        Index("ix_comparison_record_person", "identity_hash", "kind"),
        Index("ix_comparison_record_received", "received_at", "id"),
    )


class ComparisonAlert(Base):
    """Something for a human to look at: which household, what was found, and what was done about it."""

    __tablename__ = "comparison_alert"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    kind: Mapped[AlertKind] = mapped_column(labelled(AlertKind))
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    person_id: Mapped[Key | None] = mapped_column(
        ForeignKey("person.party_id"), comment="none: all of the household together"
    )
    basis: Mapped[LookupHash] = mapped_column(comment="keyed hash of the data behind it: told once")
    region_code: Mapped[RegionCode] = mapped_column(comment="of the household; moves along while it is open")
    reason: Mapped[str] = mapped_column(Encrypted, comment="what was found, in words")
    found_at: Mapped[UtcTime] = mapped_column()
    state: Mapped[AlertState] = mapped_column(labelled(AlertState), default=AlertState.OPEN)
    note: Mapped[str | None] = mapped_column(Encrypted, comment="what was done about it")
    passed_to: Mapped[str | None] = mapped_column(String(100), comment="the department it went to")
    handled_at: Mapped[UtcTime | None] = mapped_column()
    handled_by_id: Mapped[Key | None] = mapped_column(comment="person; none: it lapsed")
    due_on: Mapped[CivilDate | None] = mapped_column(comment="by when it should have been handled")

    __table_args__ = (
        UniqueConstraint("kind", "household_id", "basis"),
        CheckConstraint("(state = 'open') = (handled_at IS NULL)", name="handled"),
        CheckConstraint("(state = 'passed_on') = (passed_to IS NOT NULL)", name="passed_on"),
        Index("ix_comparison_alert_waiting", "state", "region_code", "found_at", "id"),
        Index("ix_comparison_alert_household", "household_id", "state"),
    )
