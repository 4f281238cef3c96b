"""The terms of a ruleset and the facts it is applied to, as plain values.

Points are integer centipoints; quantities are exact.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from points.rulesets.kinds import ContributionKind, EvidenceGrade, Factor, Rounding, Span, Unit

YES = "yes"
"""The value under which a multiplier of a yes-or-no factor stands."""
_GRADE, _PROFESSIONAL, _C = Factor.EVIDENCE_GRADE, Factor.PROFESSIONAL, EvidenceGrade.C


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: so many centipoints for so many units of a kind (and category) of contribution."""

    id: UUID
    code: str
    kind: ContributionKind
    category: str | None
    unit: Unit
    points: int
    per: int
    """Units for which ``points`` are given: 1 point for 60 minutes is ``points=100, per=60``."""
    redeemable: bool
    minimum: int
    """A score below this many centipoints counts as none."""
    rounding: Rounding
    step: int
    """The score is rounded to whole multiples of this many centipoints."""


@dataclass(frozen=True, slots=True)
class Multiplier:
    """A factor's value and what it multiplies by, in thousandths; for one kind of contribution, or for all."""

    factor: Factor
    value: str
    thousandths: int
    words: str
    kind: ContributionKind | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """The most centipoints of a kind (and category; None: all) that a party may earn in a day, month or year."""

    code: str
    kind: ContributionKind | None
    category: str | None
    span: Span
    points: int

    def covers(self, kind: ContributionKind, category: str | None) -> bool:
        """Return whether a contribution uses this cap up."""
        return self.kind in (None, kind) and self.category in (None, category)


@dataclass(frozen=True, slots=True)
class Rules:
    """A ruleset as it is applied: one version with its rules, multipliers and caps."""

    id: UUID
    programme_id: UUID
    version: int
    redeemable_months: int
    rules: tuple[Rule, ...]
    multipliers: tuple[Multiplier, ...]
    caps: tuple[Cap, ...]
    plans: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What scoring has made of these terms, by kind and category: `plans.plan_of` alone reads and fills it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was verified of a contribution, and nothing that is not scored."""

    kind: ContributionKind
    happened_on: date
    grade: EvidenceGrade
    category: str | None = None
    amount_fen: int | None = None
    minutes: int | None = None
    quantity: Decimal | None = None
    professional: bool = False
    backfilled: bool = False
    other: tuple[tuple[Factor, str], ...] = field(default=())
    """Values of further factors (urgency, night …) as the rules name them."""

    def values(self) -> list[tuple[Factor, str]]:
        """Return the factors that this contribution has, with their values."""
        found: list[tuple[Factor, str]] = [(_GRADE, self.counted_grade)]
        if self.professional:
            found.append((_PROFESSIONAL, YES))
        if self.other:
            found.extend(self.other)
        return found

    @property
    def counted_grade(self) -> EvidenceGrade:
        """The evidence grade that scores: what was entered after the fact is never above C."""
        return max(self.grade, _C) if self.backfilled else self.grade


class CapPeriod(NamedTuple):
    """A cap in one of its periods: what a party uses up."""

    code: str
    starts_on: date


class CapTaken(NamedTuple):
    """How much of a cap a score took, in centipoints."""

    period: CapPeriod
    points: int
