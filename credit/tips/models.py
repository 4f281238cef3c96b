"""Tables of tips."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.labels import Labelled
from app.types import CivilDate, Encrypted, Fen, Key, RegionCode, UtcTime, labelled


class Severity(Labelled):
    """The class of a false act; it bounds how long an entry may stay public."""

    MINOR = "minor", _l("轻微")
    GENERAL = "general", _l("一般")
    SERIOUS = "serious", _l("严重")


class Tip(Base):
    """What the list of another office says about a household and what was decided on it.

    A record for the case to come. Nothing is ever published from it.
    """

    __tablename__ = "tip"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(40), unique=True, comment="on the list that brought it")
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    person_id: Mapped[Key | None] = mapped_column(
        ForeignKey("person.party_id"), index=True, comment="whose act it was, as the list says"
    )
    region_code: Mapped[RegionCode] = mapped_column(comment="of the household")
    act: Mapped[str] = mapped_column(String(40), comment="a value of the word list of acts")
    full_capacity: Mapped[bool] = mapped_column(comment="full capacity for civil conduct")
    first_investigator: Mapped[str] = mapped_column(Encrypted)
    second_investigator: Mapped[str] = mapped_column(Encrypted)
    notice_served_on: Mapped[CivilDate] = mapped_column()
    reply_until_on: Mapped[CivilDate] = mapped_column(comment="last day for statement and defence")
    decided_on: Mapped[CivilDate] = mapped_column()
    decision_number: Mapped[str] = mapped_column(String(100))
    basis: Mapped[str] = mapped_column(String(200), comment="legal basis as the decision names it")
    severity: Mapped[Severity] = mapped_column(labelled(Severity))
    public_from_on: Mapped[CivilDate] = mapped_column(comment="as decided there; nothing is published here")
    public_to_on: Mapped[CivilDate] = mapped_column(comment="last day")
    amount_fen: Mapped[Fen] = mapped_column(comment="aid obtained by it")
    recovered_fen: Mapped[Fen] = mapped_column()
    revoked_on: Mapped[CivilDate | None] = mapped_column()
    created_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        CheckConstraint("amount_fen >= 0 AND recovered_fen >= 0", name="amounts"),
        CheckConstraint("public_to_on >= public_from_on", name="period"),
        Index("ix_tip_region", "region_code", "decided_on"),
    )
