"""Who reads "why 312 points?", at which door, and what its addresses ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from app.permissions import Actor
from points.ledger.kinds import Purse
from points.rankings.rules import ALL, is_period
from points.rulesets.kinds import ContributionKind
from points.statements.tree import Branch

NO_KIND = "none"
"""In addresses: what belongs to no contribution, such as points that were spent or have ended."""


@dataclass(frozen=True)
class Reader:
    """Who reads, at which door: where the tree stands in addresses, and what may be told."""

    layout: str
    base: str
    crumbs: Sequence[tuple[str, str | None]]
    actor: Actor | None
    purses: tuple[Purse, ...]
    purse: Purse = Purse.HONOUR
    kept: Mapping[str, str] = field(default_factory=dict)
    is_own: bool = False
    """Whether the party itself reads: it may take the opened proof of a line along."""

    def url(self, number: int | None = None, **query: str | int | None) -> str:
        """Return the address of the tree's root, of a branch (by its query) or of a line's source."""
        asked = {**self.kept, **({} if self.purse is Purse.HONOUR else {"purse": self.purse.value})}
        asked |= {name: str(value) for name, value in query.items() if value is not None}
        path = self.base if number is None else f"{self.base}/{number}"
        return path + (f"?{urlencode(asked)}" if asked else "")

    def branch_url(self, branch: Branch, before: int | None = None) -> str:
        """Return the address of a branch, or of a later page of it."""
        return self.url(
            period=branch.period, kind=branch.kind.value if branch.kind else NO_KIND, before=before
        )


def read_purse(values: Mapping[str, str], allowed: Sequence[Purse]) -> Purse:
    """Return the purse that an address asks for, among those allowed."""
    wanted = values.get("purse", "")
    return next((one for one in allowed if one.value == wanted), allowed[0])


def read_branch(values: Mapping[str, str]) -> Branch | None:
    """Return the branch that an address asks for, or None: the root."""
    period, kind = values.get("period", ""), values.get("kind", "")
    if not is_span(period):
        return None
    if kind == NO_KIND:
        return Branch(period, None)
    return Branch(period, ContributionKind(kind)) if kind in set(ContributionKind) else None


def is_span(period: str) -> bool:
    """Say whether a text is a year, a quarter or a month of the calendar, not all time."""
    return period != ALL and is_period(period) and period[:4] not in ("0000", "9999")


def read_number(values: Mapping[str, str], name: str) -> int | None:
    """Return the number of a line that an address names, or None for anything else."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
