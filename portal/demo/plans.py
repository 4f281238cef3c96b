"""What is planned of one contribution, before anything is written. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto

from points.rulesets.kinds import ContributionKind
from projects.contributions.rules import EvidenceKind, ValueBasis


class Course(Enum):
    """What becomes of a contribution."""

    WHOLE = auto()
    PARTLY = auto()
    MENDED = auto()
    """Sent back, put right, handed in again and accepted."""
    SENT_BACK = auto()
    REFUSED = auto()
    WITHDRAWN = auto()
    REVERSED = auto()
    """Accepted, taken back later, logged again in its right form."""
    UNSUBMITTED = auto()
    WAITING = auto()
    REVIEWED = auto()
    """Seen by the first of two."""


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One line of goods or one facility."""

    item: str
    quantity: int
    unit: str
    value_fen: int | None
    basis: ValueBasis
    basis_note: str = ""


@dataclass(frozen=True, slots=True)
class ContributionPlan:
    """One contribution: who gave what, who wrote it down when, and what came of it.

    ``giver`` and ``organisation`` are slugs of the cast. ``quantity`` counts whole units.
    """

    key: str
    kind: ContributionKind
    giver: str
    organisation: str
    region_code: str
    happened_on: date
    logged_at: datetime
    item: str
    description: str
    beneficiary: str
    evidence: tuple[EvidenceKind, ...] = ()
    start_minute: int | None = None
    end_minute: int | None = None
    break_minutes: int = 0
    published_before: bool = False
    amount_fen: int | None = None
    quantity: int | None = None
    lines: tuple[LinePlan, ...] = ()
    receipt_number: str = ""
    receipt_waiver: str = ""
    receiver_name: str = ""
    backfilled: bool = False
    by_manager: bool = False
    course: Course = Course.WHOLE
    reason: str = ""
    verified: int | None = None
    """Of a partly accepted one: minutes, or fen."""
    decided_at: datetime | None = None
