"""Tables of contributions. A contribution's columns may change until it is submitted; its steps never."""

from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import APPEND_ONLY, RELEASED, Base
from app.ids import new_code, new_id
from app.parties.kinds import ActingRole
from app.types import CivilDate, Code, Encrypted, Fen, Key, Minutes, RegionCode, UtcTime, labelled
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from projects.contributions.rules import ContributionState, EvidenceKind, Source, ValueBasis

_ALIVE = "state NOT IN ('withdrawn', 'refused', 'reversed')"
_KEPT = "state <> 'withdrawn'"


class Contribution(Base):
    """What a party gave, as an organisation wrote it down and as staff verified it."""

    __tablename__ = "contribution"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), comment="who gave and earns")
    acting_role: Mapped[ActingRole] = mapped_column(labelled(ActingRole), comment="party kind in rankings")
    organisation_id: Mapped[Key] = mapped_column(ForeignKey("organisation.party_id"), comment="who logged it")
    region_code: Mapped[RegionCode] = mapped_column(comment="where it was given; whose staff verify")
    kind: Mapped[ContributionKind] = mapped_column(labelled(ContributionKind))
    item_id: Mapped[Key] = mapped_column(
        ForeignKey("catalogue_item.id"), comment="of goods: of the first line"
    )
    category: Mapped[str] = mapped_column(String(40), comment="the item's category when it was logged")
    professional: Mapped[bool] = mapped_column(
        default=False, comment="given by a qualified person in the profession"
    )
    urgency: Mapped[str | None] = mapped_column(String(20), comment="as the rules name it")
    night: Mapped[str | None] = mapped_column(String(20), comment="at night, as the rules name it")
    remote: Mapped[str | None] = mapped_column(
        String(20), comment="in a remote village, as the rules name it"
    )
    effect: Mapped[str | None] = mapped_column(
        String(20), comment="how it was evaluated, as the rules name it; by who verifies"
    )
    happened_on: Mapped[CivilDate] = mapped_column(
        comment="day given, received or served; chooses the ruleset"
    )
    source: Mapped[Source] = mapped_column(labelled(Source), default=Source.DIRECT)

    start_minute: Mapped[Minutes | None] = mapped_column(comment="after midnight of happened_on")
    end_minute: Mapped[Minutes | None] = mapped_column(comment="above 1440 when it ends after midnight")
    break_minutes: Mapped[Minutes] = mapped_column(default=0, comment="travel, meals and rest, taken off")
    service_minutes: Mapped[Minutes | None] = mapped_column()
    published_before: Mapped[bool] = mapped_column(default=False, comment="announced before it began")
    backfilled: Mapped[bool] = mapped_column(default=False, comment="hours entered late by hand")
    amount_fen: Mapped[Fen | None] = mapped_column(comment="money, or the value of goods that has a basis")
    quantity_thousandths: Mapped[int | None] = mapped_column(BigInteger, comment="of the item's base unit")
    unit: Mapped[str | None] = mapped_column(String(20), comment="base unit of the quantity")
    receipt_number: Mapped[str | None] = mapped_column(
        String(30), comment="half-width, upper case, no hyphens"
    )
    receipt_waiver: Mapped[str | None] = mapped_column(Text, comment="how the giver gave up a receipt")
    receiver_name: Mapped[str | None] = mapped_column(String(100), comment="of a gift: who received it")
    free_of_charge: Mapped[bool] = mapped_column(
        default=False, comment="declared: unpaid, no benefit in return"
    )
    description: Mapped[str] = mapped_column(Text, default="")
    beneficiary: Mapped[str] = mapped_column(
        String(200), default="", comment="place and group, never a person"
    )
    evidence_grade: Mapped[EvidenceGrade] = mapped_column(labelled(EvidenceGrade), default=EvidenceGrade.D)

    state: Mapped[ContributionState] = mapped_column(
        labelled(ContributionState), default=ContributionState.LOGGED
    )
    state_since: Mapped[UtcTime] = mapped_column()
    revision: Mapped[int] = mapped_column(default=1, comment="grows with every edit; a stale edit is refused")
    oddities: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, comment="found when submitted")
    verified_minutes: Mapped[Minutes | None] = mapped_column()
    verified_amount_fen: Mapped[Fen | None] = mapped_column()
    verified_quantity_thousandths: Mapped[int | None] = mapped_column(BigInteger)
    awarded_centipoints: Mapped[int | None] = mapped_column(BigInteger, comment="as posted; the ledger rules")
    logged_at: Mapped[UtcTime] = mapped_column(comment="first written down; a correction keeps it")
    logged_by_id: Mapped[Key | None] = mapped_column(comment="person")
    submitted_by_id: Mapped[Key | None] = mapped_column(comment="person")
    reviewed_by_id: Mapped[Key | None] = mapped_column(comment="person: the first of two")
    verified_by_id: Mapped[Key | None] = mapped_column(comment="person")
    verified_at: Mapped[UtcTime | None] = mapped_column()
    corrects_id: Mapped[Key | None] = mapped_column(
        ForeignKey("contribution.id"), comment="the reversed contribution in whose place this one stands"
    )
    row_key: Mapped[str | None] = mapped_column(
        String(64), unique=True, comment="of a table's row: none twice"
    )
    project_id: Mapped[Key | None] = mapped_column(ForeignKey("project.id"), comment="for which it was given")
    serial: Mapped[str | None] = mapped_column(String(40), comment="its number in the ledger that brought it")

    lines: Mapped[list["ContributionLine"]] = relationship(
        order_by="ContributionLine.position", cascade="all, delete-orphan", lazy="selectin"
    )

    __table_args__ = (
        CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="amount"),
        CheckConstraint("quantity_thousandths IS NULL OR quantity_thousandths > 0", name="quantity"),
        CheckConstraint("service_minutes IS NULL OR service_minutes > 0", name="minutes"),
        CheckConstraint("receipt_number IS NULL OR receipt_waiver IS NULL", name="receipt_or_waiver"),
        Index("ix_contribution_state_region", "state", "region_code", "id"),
        Index("ix_contribution_party", "party_id", "happened_on", "id"),
        Index("ix_contribution_organisation", "organisation_id", "id"),
        Index("ix_contribution_happened_on", "happened_on", "id"),
        Index("ix_contribution_project", "project_id", "happened_on"),
        Index("ix_contribution_serial", "serial"),  # a ledger asks for those that were taken back, too
        Index(
            "uq_contribution_serial",
            "serial",
            unique=True,
            sqlite_where=text(_KEPT),
            postgresql_where=text(_KEPT),
        ),
        Index(
            "uq_contribution_receipt",
            "receipt_number",
            unique=True,
            sqlite_where=text(_ALIVE),
            postgresql_where=text(_ALIVE),
        ),
        {"info": {RELEASED: {"state": ContributionState.WITHDRAWN, "source": Source.IMPORTED}}},
    )


class ContributionLine(Base):
    """One item of goods, or one facility."""

    __tablename__ = "contribution_line"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    contribution_id: Mapped[Key] = mapped_column(ForeignKey("contribution.id"))
    position: Mapped[int] = mapped_column()
    item_id: Mapped[Key] = mapped_column(ForeignKey("catalogue_item.id"))
    item_name: Mapped[str] = mapped_column(String(60), comment="as the catalogue had it")
    entered_thousandths: Mapped[int] = mapped_column(BigInteger, comment="in the unit entered")
    unit: Mapped[str] = mapped_column(String(20))
    quantity_thousandths: Mapped[int] = mapped_column(BigInteger, comment="in the base unit")
    base_unit: Mapped[str] = mapped_column(String(10))
    value_fen: Mapped[Fen | None] = mapped_column()
    basis: Mapped[ValueBasis] = mapped_column(labelled(ValueBasis), default=ValueBasis.NONE)
    basis_note: Mapped[str | None] = mapped_column(
        String(100), comment="number of the invoice, agreement, list"
    )

    __table_args__ = (
        CheckConstraint("quantity_thousandths > 0", name="quantity"),
        CheckConstraint("(basis = 'none') = (value_fen IS NULL)", name="value_has_basis"),
        Index("ix_contribution_line_contribution", "contribution_id", "position", unique=True),
    )


class ContributionEvidence(Base):
    """A file that supports a contribution. Evidence is added, and taken back only before submission."""

    __tablename__ = "contribution_evidence"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    contribution_id: Mapped[Key] = mapped_column(ForeignKey("contribution.id"), index=True)
    file_id: Mapped[Key] = mapped_column(comment="the stored file")
    kind: Mapped[EvidenceKind] = mapped_column(labelled(EvidenceKind))
    added_at: Mapped[UtcTime] = mapped_column()
    added_by_id: Mapped[Key | None] = mapped_column(comment="person")


class ContributionStep(Base):
    """One step: from which state to which, when, by whom, with which figures. Its words stand apart."""

    __tablename__ = "contribution_step"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    contribution_id: Mapped[Key] = mapped_column(ForeignKey("contribution.id"))
    from_state: Mapped[ContributionState | None] = mapped_column(labelled(ContributionState, "from_state"))
    to_state: Mapped[ContributionState] = mapped_column(labelled(ContributionState, "to_state"))
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()
    revision: Mapped[int] = mapped_column()
    minutes: Mapped[Minutes | None] = mapped_column(comment="claimed, from verification on verified")
    amount_fen: Mapped[Fen | None] = mapped_column()
    quantity_thousandths: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_contribution_step_contribution", "contribution_id", "id"),
        {"info": APPEND_ONLY},
    )


class ContributionNote(Base):
    """The words of a step and the name under which it was taken; erased by retention, never the step."""

    __tablename__ = "contribution_note"

    step_id: Mapped[Key] = mapped_column(ForeignKey("contribution_step.id"), primary_key=True)
    actor_name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Encrypted)
