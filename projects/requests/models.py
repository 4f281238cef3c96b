"""Tables of requests for aid. What a person told, found or decided in words is encrypted; steps hold codes alone."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import APPEND_ONLY, Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Fen, Key, RegionCode, UtcTime, labelled
from projects.requests.kinds import (
    Applicant,
    Channel,
    CheckKind,
    CheckResult,
    FileKind,
    Protection,
    Recommendation,
    RequestState,
    ServedHow,
    SignedHow,
    Urgency,
)
from projects.tiers.kinds import TierLevel

_ALIVE_SLIP = text("state <> 'withdrawn' AND slip_number IS NOT NULL")


class AidKind(Base):
    """One kind of help that may be asked for. Statutory ones are decided elsewhere: they are handed over."""

    __tablename__ = "aid_kind"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    name: Mapped[str] = mapped_column(String(30), unique=True)
    about: Mapped[str] = mapped_column(String(200), default="", comment="in words that a family understands")
    position: Mapped[int] = mapped_column(Integer, default=100)
    is_statutory: Mapped[bool] = mapped_column(comment="decided in the provincial system: handed over")
    is_active: Mapped[bool] = mapped_column(default=True, comment="may be chosen for new requests")


class AidRequest(Base):
    """A household, or one of it, asks for help."""

    __tablename__ = "aid_request"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    number: Mapped[str | None] = mapped_column(String(20), unique=True, comment="given when it is handed in")
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="the person concerned")
    whole_household: Mapped[bool] = mapped_column(comment="the need is of all; the person speaks for them")
    applicant: Mapped[Applicant] = mapped_column(labelled(Applicant))
    applicant_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="who asks and signs")
    region_code: Mapped[RegionCode] = mapped_column(comment="of the household")
    channel: Mapped[Channel] = mapped_column(labelled(Channel))
    slip_number: Mapped[str | None] = mapped_column(String(40), comment="of the hot line")
    urgency: Mapped[Urgency] = mapped_column(labelled(Urgency), default=Urgency.NORMAL)
    words: Mapped[str] = mapped_column(Encrypted, comment="what has happened and what is needed")
    asked_fen: Mapped[Fen | None] = mapped_column(comment="the sum asked for, when it is money")
    state: Mapped[RequestState] = mapped_column(labelled(RequestState), default=RequestState.DRAFT)
    state_since: Mapped[UtcTime] = mapped_column()
    created_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person")
    revision: Mapped[int] = mapped_column(default=1, comment="grows with every edit; a stale page is refused")
    submitted_at: Mapped[UtcTime | None] = mapped_column()
    submitted_by_id: Mapped[Key | None] = mapped_column(comment="person")
    accepted_at: Mapped[UtcTime | None] = mapped_column(comment="taken up by the office")
    accepted_by_id: Mapped[Key | None] = mapped_column(comment="person")
    economic_authorised_on: Mapped[CivilDate | None] = mapped_column(
        comment="the household let its means be checked"
    )
    round: Mapped[int] = mapped_column(
        default=1, comment="of the assessment; grows when it is looked at anew"
    )
    is_disputed: Mapped[bool] = mapped_column(default=False, comment="the village's meeting is wanted")
    protection: Mapped[Protection | None] = mapped_column(labelled(Protection), comment="never publicised")
    assessed_by_id: Mapped[Key | None] = mapped_column(comment="person")
    recommendation: Mapped[Recommendation | None] = mapped_column(labelled(Recommendation))
    proposed_fen: Mapped[Fen | None] = mapped_column(comment="0: no money, help in kind")
    proposed_words: Mapped[str | None] = mapped_column(Encrypted, comment="what is to be given, and why")
    proposed_at: Mapped[UtcTime | None] = mapped_column()
    proposed_by_id: Mapped[Key | None] = mapped_column(comment="person")
    reviewed_by_id: Mapped[Key | None] = mapped_column(
        comment="the second officer, where nothing is publicised"
    )
    level: Mapped[TierLevel | None] = mapped_column(
        labelled(TierLevel, "level"), comment="who approves such a sum there, as it stood at the proposal"
    )
    holder_level: Mapped[TierLevel | None] = mapped_column(
        labelled(TierLevel, "holder_level"), comment="at which level it waits; none before it was handed in"
    )
    decided_at: Mapped[UtcTime | None] = mapped_column()
    decided_by_id: Mapped[Key | None] = mapped_column(comment="person")
    granted_fen: Mapped[Fen | None] = mapped_column(comment="0: no money, help in kind")

    kinds: Mapped[list["AidRequestKind"]] = relationship(
        order_by="AidRequestKind.kind_id", cascade="all, delete-orphan", lazy="selectin"
    )

    __table_args__ = (
        CheckConstraint("asked_fen IS NULL OR asked_fen > 0", name="asked"),
        CheckConstraint("proposed_fen IS NULL OR proposed_fen >= 0", name="proposed"),
        CheckConstraint("granted_fen IS NULL OR granted_fen >= 0", name="granted"),
        CheckConstraint("(state = 'draft' OR state = 'withdrawn' OR state = 'closed') OR number IS NOT NULL",
                        name="numbered"),
        Index(
            "uq_aid_request_slip",
            "channel",
            "slip_number",
            unique=True,
            sqlite_where=_ALIVE_SLIP,
            postgresql_where=_ALIVE_SLIP,
        ),
        Index("ix_aid_request_household", "household_id", "id"),
        Index("ix_aid_request_person", "person_id", "id"),
        Index("ix_aid_request_applicant", "applicant_id", "id"),
        Index("ix_aid_request_region", "region_code", "id"),
        Index("ix_aid_request_waiting", "holder_level", "state", "state_since", "id"),
        Index("ix_aid_request_state", "state", "id"),
    )  # fmt: skip


class AidRequestKind(Base):
    """One of the kinds of help that a request asks for."""

    __tablename__ = "aid_request_kind"

    request_id: Mapped[Key] = mapped_column(ForeignKey("aid_request.id"), primary_key=True)
    kind_id: Mapped[Key] = mapped_column(ForeignKey("aid_kind.id"), primary_key=True)

    __table_args__ = (Index("ix_aid_request_kind_kind", "kind_id", "request_id"),)


class RequestFile(Base):
    """A file of a request: what it is, and of a photograph where it was taken."""

    __tablename__ = "request_file"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[Key] = mapped_column(ForeignKey("aid_request.id"), index=True)
    file_id: Mapped[Key] = mapped_column(ForeignKey("evidence_file.id"), unique=True)
    kind: Mapped[FileKind] = mapped_column(labelled(FileKind))
    place: Mapped[str | None] = mapped_column(Encrypted, comment="where a photograph was taken")
    taken_at: Mapped[UtcTime | None] = mapped_column(comment="as the camera or its bearer says")
    round: Mapped[int] = mapped_column(default=1)
    added_at: Mapped[UtcTime] = mapped_column()
    added_by_id: Mapped[Key | None] = mapped_column(comment="person")


class RequestCheck(Base):
    """One of the four checks in one round: done, or excused by a rule with its day."""

    __tablename__ = "request_check"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[Key] = mapped_column(ForeignKey("aid_request.id"))
    round: Mapped[int] = mapped_column()
    kind: Mapped[CheckKind] = mapped_column(labelled(CheckKind))
    result: Mapped[CheckResult] = mapped_column(labelled(CheckResult))
    done_on: Mapped[CivilDate] = mapped_column()
    findings: Mapped[str] = mapped_column(Encrypted, comment="what was found, or why it is excused")
    rule: Mapped[str | None] = mapped_column(String(200), comment="title and number of the rule that excuses")
    rule_from: Mapped[CivilDate | None] = mapped_column(comment="first day of that rule")
    recorded_at: Mapped[UtcTime] = mapped_column()
    recorded_by_id: Mapped[Key | None] = mapped_column(comment="person")

    signers: Mapped[list["VisitSigner"]] = relationship(order_by="VisitSigner.id", lazy="selectin")

    __table_args__ = (
        UniqueConstraint("request_id", "round", "kind"),
        CheckConstraint(
            "(result = 'excused') = (rule IS NOT NULL AND rule_from IS NOT NULL)", name="excused_by_rule"
        ),
    )


class VisitSigner(Base):
    """Somebody who was at a home visit and signed its record; once for each visit."""

    __tablename__ = "visit_signer"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    check_id: Mapped[Key] = mapped_column(ForeignKey("request_check.id"))
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"))
    how: Mapped[SignedHow] = mapped_column(labelled(SignedHow))
    signed_at: Mapped[UtcTime] = mapped_column()
    recorded_by_id: Mapped[Key | None] = mapped_column(comment="person; of paper, who uploaded it")
    file_id: Mapped[Key | None] = mapped_column(ForeignKey("evidence_file.id"))

    __table_args__ = (
        UniqueConstraint("check_id", "person_id"),
        CheckConstraint("(how = 'paper') = (file_id IS NOT NULL)", name="paper"),
        {"info": APPEND_ONLY},
    )


class RequestService(Base):
    """That the paper of a decision reached whom it is for: once."""

    __tablename__ = "request_service"

    request_id: Mapped[Key] = mapped_column(ForeignKey("aid_request.id"), primary_key=True)
    served_on: Mapped[CivilDate] = mapped_column()
    how: Mapped[ServedHow] = mapped_column(labelled(ServedHow))
    receiver: Mapped[str] = mapped_column(Encrypted, comment="who took it")
    file_id: Mapped[Key | None] = mapped_column(ForeignKey("evidence_file.id"), comment="proof of service")
    recorded_at: Mapped[UtcTime] = mapped_column()
    recorded_by_id: Mapped[Key | None] = mapped_column(comment="person")


class RequestStep(Base):
    """One step: from which state to which, when, by whom, and which deadline it met. Its words stand apart."""

    __tablename__ = "request_step"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[Key] = mapped_column(ForeignKey("aid_request.id"))
    verb: Mapped[str] = mapped_column(String(40), comment="as in the audit log")
    from_state: Mapped[RequestState | None] = mapped_column(labelled(RequestState, "from_state"))
    to_state: Mapped[RequestState] = mapped_column(labelled(RequestState, "to_state"))
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()
    region_code: Mapped[RegionCode] = mapped_column(comment="of the request then")
    round: Mapped[int] = mapped_column()
    amount_fen: Mapped[Fen | None] = mapped_column(comment="asked, proposed or granted, as it stood")
    due_on: Mapped[CivilDate | None] = mapped_column(comment="by when the step should have been taken")

    __table_args__ = (Index("ix_request_step_request", "request_id", "id"), {"info": APPEND_ONLY})


class RequestNote(Base):
    """The words of a step and the name under which it was taken; erased by retention, never the step."""

    __tablename__ = "request_note"

    step_id: Mapped[Key] = mapped_column(ForeignKey("request_step.id"), primary_key=True)
    actor_name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Encrypted)
