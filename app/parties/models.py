"""Tables of the party register.

A party is an organisation, a person or a household; each kind has its own table with the same key. Numbers
that identify somebody are encrypted and stand beside a keyed hash by which they are found. Columns that claim
a number (`uscc_claim`, `identity_hash`) are unique, so that two parties never share one; a rejected
registration gives its claim up and keeps only the number it stated.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.identity import DocumentKind
from app.ids import new_code, new_id
from app.parties.kinds import (
    ActingRole,
    AffiliationKind,
    AnnualReportState,
    Capacity,
    ConsentPurpose,
    GradingLevel,
    HouseholdRelation,
    IntegrityState,
    OrganisationKind,
    PartyKind,
    PersonRoleKind,
    RegistrationState,
    RelativeKind,
    Sex,
    SocialWorkerLevel,
)
from app.types import CivilDate, Code, Encrypted, Key, LookupHash, RegionCode, UtcTime, labelled

__all__ = [
    "ActingRole",
    "Affiliation",
    "AffiliationKind",
    "Consent",
    "ConsentPurpose",
    "DeclaredRelative",
    "DuplicateAnswer",
    "Household",
    "HouseholdMember",
    "Organisation",
    "OrganisationKind",
    "Party",
    "PartyKind",
    "Person",
    "PersonRole",
    "PersonRoleKind",
    "RegistrationDetail",
    "RegistrationState",
    "RegistrationStep",
    "SocialWorker",
    "Volunteer",
]


class Party(Base):
    """Whoever takes part: one row per organisation, person or household."""

    __tablename__ = "party"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="opaque identifier for URLs")
    kind: Mapped[PartyKind] = mapped_column(labelled(PartyKind))
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(
        String(600), comment="pinyin of the name, for ordering on any database"
    )
    match_key: Mapped[str] = mapped_column(
        String(200), index=True, comment="name folded for comparing: no blanks, brackets, 市 区 县"
    )
    region_code: Mapped[RegionCode] = mapped_column()
    state: Mapped[RegistrationState] = mapped_column(
        labelled(RegistrationState), default=RegistrationState.DRAFT, comment="moves: registrations.MOVES"
    )
    state_since: Mapped[UtcTime] = mapped_column(comment="time of the last step, for queues")
    revision: Mapped[int] = mapped_column(default=1, comment="grows with each edit; a stale edit is refused")
    created_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (
        Index("ix_party_kind_state_region", "kind", "state", "region_code", "state_since"),
        Index("ix_party_region_sort", "region_code", "sort_key"),
        Index("ix_party_sort", "sort_key", "id"),
    )


class Organisation(Base):
    """Fields of an organisation. `uscc` is public information and stored in the clear."""

    __tablename__ = "organisation"

    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), primary_key=True)
    organisation_kind: Mapped[OrganisationKind] = mapped_column(labelled(OrganisationKind))
    uscc: Mapped[str | None] = mapped_column(String(18), comment="unified social credit code, GB 32100-2015")
    uscc_claim: Mapped[str | None] = mapped_column(
        String(18), unique=True, comment="the code while the registration is alive; none after a rejection"
    )
    uscc_override: Mapped[str | None] = mapped_column(
        Text, comment="why staff accept a code whose check digit fails but which really exists"
    )
    is_charity: Mapped[bool] = mapped_column(default=False)
    may_fundraise: Mapped[bool] = mapped_column(default=False, comment="holds the public-fundraising permit")
    founded_on: Mapped[CivilDate | None] = mapped_column()
    member_count: Mapped[int | None] = mapped_column(comment="full-time staff and members, for size classes")
    introduction: Mapped[str | None] = mapped_column(Text)
    responsible_person: Mapped[str | None] = mapped_column(String(50))
    contact_name: Mapped[str | None] = mapped_column(String(50))
    contact_phone: Mapped[str | None] = mapped_column(Encrypted)
    contact_phone_hash: Mapped[LookupHash | None] = mapped_column(index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    certificate_number: Mapped[str | None] = mapped_column(String(60), comment="登记证号")
    certificate_to: Mapped[CivilDate | None] = mapped_column(
        comment="last day of the registration certificate"
    )
    registration_authority: Mapped[str | None] = mapped_column(String(100))
    supervising_body: Mapped[str | None] = mapped_column(String(100))
    bank_name: Mapped[str | None] = mapped_column(String(100))
    bank_number: Mapped[str | None] = mapped_column(Encrypted)
    bank_number_hash: Mapped[LookupHash | None] = mapped_column(index=True)
    grading: Mapped[GradingLevel | None] = mapped_column(labelled(GradingLevel))
    grading_from: Mapped[CivilDate | None] = mapped_column()
    grading_to: Mapped[CivilDate | None] = mapped_column()
    annual_report: Mapped[AnnualReportState | None] = mapped_column(labelled(AnnualReportState))
    integrity: Mapped[IntegrityState] = mapped_column(labelled(IntegrityState), default=IntegrityState.CLEAR)
    integrity_source: Mapped[str | None] = mapped_column(String(200))
    integrity_on: Mapped[CivilDate | None] = mapped_column(comment="date of the source")
    integrity_due_on: Mapped[CivilDate | None] = mapped_column(comment="when the source is asked again")

    __table_args__ = (
        CheckConstraint("uscc_claim IS NULL OR uscc_claim = uscc", name="claim_is_uscc"),
        CheckConstraint("grading_to IS NULL OR grading_to >= grading_from", name="grading_period"),
    )


class Person(Base):
    """Fields of a natural person; in which roles the person acts stands in `person_role`."""

    __tablename__ = "person"

    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), primary_key=True)
    identity_kind: Mapped[DocumentKind | None] = mapped_column(labelled(DocumentKind))
    identity_number: Mapped[str | None] = mapped_column(Encrypted)
    identity_hash: Mapped[LookupHash | None] = mapped_column(
        unique=True, comment="keyed hash of the number while the registration is alive"
    )
    born_on: Mapped[CivilDate | None] = mapped_column()
    sex: Mapped[Sex | None] = mapped_column(labelled(Sex))
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_hash: Mapped[LookupHash | None] = mapped_column(
        index=True, comment="not unique: old people and children share a family's phone"
    )


class PersonRole(Base):
    """A role of a person with its dates; the fields of the role stand in a table of its own."""

    __tablename__ = "person_role"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"))
    role: Mapped[PersonRoleKind] = mapped_column(labelled(PersonRoleKind))
    valid_from: Mapped[CivilDate] = mapped_column()
    valid_to: Mapped[CivilDate | None] = mapped_column(comment="last day in force")
    waits_since: Mapped[UtcTime | None] = mapped_column(
        comment="a list gave it to a known person and nobody else has approved it"
    )

    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        Index(
            "uq_person_role_open",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
    )


class Volunteer(Base):
    """Fields of the role volunteer. Public papers name the number, never the identity number."""

    __tablename__ = "volunteer"

    role_id: Mapped[Key] = mapped_column(ForeignKey("person_role.id"), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), unique=True, comment="issued by us when approved")
    skills: Mapped[str | None] = mapped_column(String(200))
    service_kinds: Mapped[str | None] = mapped_column(String(200))
    available_times: Mapped[str | None] = mapped_column(String(200))
    guardian_name: Mapped[str | None] = mapped_column(String(50), comment="required below 18 years of age")
    guardian_phone: Mapped[str | None] = mapped_column(Encrypted)
    insured_until: Mapped[CivilDate | None] = mapped_column()
    star_level: Mapped[int] = mapped_column(default=0)
    registered_on: Mapped[CivilDate | None] = mapped_column(comment="on the list that brought the volunteer")
    may_publish: Mapped[bool | None] = mapped_column(comment="consent on the list, while the role waits")

    __table_args__ = (CheckConstraint("star_level BETWEEN 0 AND 5", name="star_level"),)


class SocialWorker(Base):
    """Fields of the role social worker."""

    __tablename__ = "social_worker"

    role_id: Mapped[Key] = mapped_column(ForeignKey("person_role.id"), primary_key=True)
    level: Mapped[SocialWorkerLevel] = mapped_column(labelled(SocialWorkerLevel))
    certificate_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    registered_until: Mapped[CivilDate | None] = mapped_column(comment="three years from registration")
    employer_id: Mapped[Key | None] = mapped_column(ForeignKey("organisation.party_id"), index=True)
    issued_on: Mapped[CivilDate | None] = mapped_column(comment="date of the certificate")


class Household(Base):
    """A household that receives assistance (一户一档)."""

    __tablename__ = "household"

    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), primary_key=True)
    file_number: Mapped[str] = mapped_column(String(20), unique=True)
    lead_worker_id: Mapped[Key | None] = mapped_column(ForeignKey("person.party_id"))


class HouseholdMember(Base):
    """Fields of the role household member."""

    __tablename__ = "household_member"

    role_id: Mapped[Key] = mapped_column(ForeignKey("person_role.id"), primary_key=True)
    household_id: Mapped[Key] = mapped_column(ForeignKey("household.party_id"), index=True)
    relation: Mapped[HouseholdRelation] = mapped_column(labelled(HouseholdRelation))
    capacity: Mapped[Capacity] = mapped_column(labelled(Capacity))


class Affiliation(Base):
    """A person belongs to an organisation, from a day until a day."""

    __tablename__ = "affiliation"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), index=True)
    organisation_id: Mapped[Key] = mapped_column(ForeignKey("organisation.party_id"), index=True)
    kind: Mapped[AffiliationKind] = mapped_column(labelled(AffiliationKind))
    valid_from: Mapped[CivilDate] = mapped_column()
    valid_to: Mapped[CivilDate | None] = mapped_column(comment="last day in force")

    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        Index(
            "uq_affiliation_open",
            "person_id",
            "organisation_id",
            "kind",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
    )


class DeclaredRelative(Base):
    """A near relative whom a person declared; only the keyed hash of the relative's number is kept."""

    __tablename__ = "declared_relative"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"))
    relation: Mapped[RelativeKind] = mapped_column(labelled(RelativeKind))
    identity_hash: Mapped[LookupHash] = mapped_column(index=True)
    declared_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (UniqueConstraint("person_id", "identity_hash"),)


class Consent(Base):
    """What a party agreed to, for one purpose, until withdrawn."""

    __tablename__ = "consent"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"))
    purpose: Mapped[ConsentPurpose] = mapped_column(labelled(ConsentPurpose))
    given_at: Mapped[UtcTime] = mapped_column()
    withdrawn_at: Mapped[UtcTime | None] = mapped_column()
    expires_on: Mapped[CivilDate | None] = mapped_column(comment="last day in force")
    role_id: Mapped[Key | None] = mapped_column(index=True, comment="role with which a list brought it")

    __table_args__ = (
        Index(
            "uq_consent_open",
            "party_id",
            "purpose",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class RegistrationStep(Base):
    """One step of a registration: what moved, when, by whom. Its words stand in `registration_detail`."""

    __tablename__ = "registration_step"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"))
    from_state: Mapped[RegistrationState | None] = mapped_column(labelled(RegistrationState, "from_state"))
    to_state: Mapped[RegistrationState] = mapped_column(labelled(RegistrationState, "to_state"))
    happened_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column(comment="none when a command or the party itself began it")
    by_person_id: Mapped[Key | None] = mapped_column()
    detail_hash: Mapped[LookupHash | None] = mapped_column(comment="keyed hash of the words and snapshot")

    __table_args__ = (
        Index("ix_registration_step_party", "party_id", "happened_at"),
        {"info": APPEND_ONLY},
    )


class RegistrationDetail(Base):
    """The words of a step: reasons and the form as it was judged. Deleted by retention, never the step."""

    __tablename__ = "registration_detail"

    step_id: Mapped[Key] = mapped_column(ForeignKey("registration_step.id"), primary_key=True)
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), index=True)
    note: Mapped[str | None] = mapped_column(Encrypted)
    snapshot: Mapped[str | None] = mapped_column(Encrypted, comment="JSON of the fields that were submitted")


class DuplicateAnswer(Base):
    """Why a reviewer holds two similar parties to be different ones."""

    __tablename__ = "duplicate_answer"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"))
    other_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), index=True)
    reason: Mapped[str | None] = mapped_column(Encrypted)
    answered_at: Mapped[UtcTime] = mapped_column()
    by_user_id: Mapped[Key | None] = mapped_column()

    __table_args__ = (UniqueConstraint("party_id", "other_id"),)
