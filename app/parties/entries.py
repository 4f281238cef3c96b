"""What a list states about one party, read and judged: what the bulk verbs take. Numbers are tidy, places are codes."""

from datetime import date
from typing import NamedTuple

from app.parties.kinds import GradingLevel, IntegrityState, OrganisationKind, SocialWorkerLevel


class OrganisationEntry(NamedTuple):
    """An organisation of a list."""

    name: str
    uscc: str
    kind: OrganisationKind
    region_code: str
    founded_on: date | None = None
    certificate_number: str | None = None
    certificate_to: date | None = None
    registration_authority: str | None = None
    supervising_body: str | None = None
    responsible_person: str | None = None
    is_charity: bool = False
    grading: GradingLevel | None = None
    integrity: IntegrityState = IntegrityState.CLEAR
    address: str | None = None
    phone: str | None = None


class PersonEntry(NamedTuple):
    """A person of a list. ``number_hash`` is the keyed hash of the identity number (18 characters)."""

    name: str
    number: str
    number_hash: bytes
    born_on: date
    is_female: bool
    region_code: str
    phone: str | None = None


class VolunteerEntry(NamedTuple):
    """A volunteer of a list. ``papers`` are names of certificates held; ``may_publish`` the consent to be named."""

    person: PersonEntry
    registered_on: date | None = None
    papers: tuple[str, ...] = ()
    service_kinds: str | None = None
    may_publish: bool = False


class SocialWorkerEntry(NamedTuple):
    """A social worker of a list."""

    person: PersonEntry
    level: SocialWorkerLevel
    certificate_number: str | None = None
    issued_on: date | None = None
    registered_until: date | None = None


class HouseholdEntry(NamedTuple):
    """A household of a list, with its head. Sums are fen, the income of a year and the assistance of a month."""

    file_number: str
    head: PersonEntry
    category: str
    cause: str | None = None
    persons_count: int | None = None
    annual_income: int | None = None
    monthly_amount: int | None = None
    begin_on: date | None = None
