"""Tables of referrals. What is needed, and what was found, is encrypted; the steps hold codes alone."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Encrypted, Fen, Key, RegionCode, UtcTime, labelled
from projects.referrals.kinds import Department, ReferralKind, ReferralResult, ReferralState, StopCause

_OPEN = text("state IN ('sent', 'accepted', 'returned', 'done', 'confirmed')")


class Referral(Base):
    """A need of a household on its way to who can help, and back with the result."""

    __tablename__ = "referral"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    kind: Mapped[ReferralKind] = mapped_column(labelled(ReferralKind))
    request_id: Mapped[Key | None] = mapped_column(
        ForeignKey("aid_request.id"), comment="from which it comes"
    )
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"))
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="the person concerned")
    region_code: Mapped[RegionCode] = mapped_column(comment="of the office that sent it; it stays")
    aid_kind_id: Mapped[Key] = mapped_column(ForeignKey("aid_kind.id"))
    words: Mapped[str] = mapped_column(Encrypted, comment="what is needed, for whoever is to help")
    organisation_id: Mapped[Key | None] = mapped_column(
        ForeignKey("organisation.party_id"), comment="to whom it is referred"
    )
    department: Mapped[Department | None] = mapped_column(labelled(Department))
    liaison_id: Mapped[Key | None] = mapped_column(
        ForeignKey("person.party_id"), comment="to whom it is handed over"
    )
    state: Mapped[ReferralState] = mapped_column(labelled(ReferralState))
    state_since: Mapped[UtcTime] = mapped_column()
    leg: Mapped[int] = mapped_column(default=1, comment="grows each time it is sent to somebody")
    created_at: Mapped[UtcTime] = mapped_column()
    sent_by_id: Mapped[Key | None] = mapped_column(comment="person")
    done_by_id: Mapped[Key | None] = mapped_column(comment="person")
    result: Mapped[ReferralResult | None] = mapped_column(labelled(ReferralResult))
    result_words: Mapped[str | None] = mapped_column(Encrypted, comment="what was given, or why not")
    result_fen: Mapped[Fen | None] = mapped_column(comment="value of what was given, where it is known")
    result_on: Mapped[CivilDate | None] = mapped_column(comment="day on which it was given or decided")
    stop_cause: Mapped[StopCause | None] = mapped_column(labelled(StopCause))
    revision: Mapped[int] = mapped_column(default=1, comment="grows with every step; a stale page is refused")

    __table_args__ = (
        CheckConstraint(
            "(kind = 'referral' AND organisation_id IS NOT NULL AND department IS NULL AND liaison_id IS NULL)"
            " OR (kind = 'hand_over' AND organisation_id IS NULL AND department IS NOT NULL"
            " AND liaison_id IS NOT NULL)",
            name="receiver",
        ),
        CheckConstraint("(state = 'stopped') = (stop_cause IS NOT NULL)", name="stopped"),
        CheckConstraint(
            "state NOT IN ('done', 'confirmed', 'closed') OR (result IS NOT NULL AND result_on IS NOT NULL)",
            name="result",
        ),
        CheckConstraint("result_fen IS NULL OR result_fen > 0", name="amount"),
        Index(
            "uq_referral_open",
            "household_id",
            "person_id",
            "aid_kind_id",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_referral_region", "region_code", "state", "id"),
        Index("ix_referral_organisation", "organisation_id", "id"),
        Index("ix_referral_liaison", "liaison_id", "id"),
        Index("ix_referral_person", "person_id", "state"),
        Index("ix_referral_request", "request_id"),
    )


class ReferralStep(Base):
    """One step: from which state to which, when, by whom, who holds it since, which deadline it met."""

    __tablename__ = "referral_step"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[Key] = mapped_column(ForeignKey("referral.id"))
    from_state: Mapped[ReferralState | None] = mapped_column(labelled(ReferralState, "from_state"))
    to_state: Mapped[ReferralState] = mapped_column(labelled(ReferralState, "to_state"))
    leg: Mapped[int] = mapped_column()
    organisation_id: Mapped[Key | None] = mapped_column(comment="receiver of this leg")
    liaison_id: Mapped[Key | None] = mapped_column(comment="receiver of this leg")
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()
    by_person_id: Mapped[Key | None] = mapped_column()
    due_on: Mapped[CivilDate | None] = mapped_column(comment="by when the step should have been taken")

    __table_args__ = (Index("ix_referral_step_referral", "referral_id", "id"), {"info": APPEND_ONLY})


class ReferralNote(Base):
    """The words of a step and the name under which it was taken; erased by retention, never the step."""

    __tablename__ = "referral_note"

    step_id: Mapped[Key] = mapped_column(ForeignKey("referral_step.id"), primary_key=True)
    actor_name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Encrypted)
