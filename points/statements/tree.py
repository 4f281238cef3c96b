"""The tree of "why 312 points?": from a purse's balance down to each transfer. Nothing is written.

Balance → year and kind of contribution → month → source (one contribution) → its transfers. A level's sums come
from the ledger itself, set by set, and add up to the level above; only one page of sources is read at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from points.ledger import flows, lines, queries
from points.ledger.kinds import Purse
from points.ledger.lines import Extent, Flow, Head, StatementLine
from points.rulesets.kinds import ContributionKind
from points.rulesets.publication import CITY_PROGRAMME

PAGE = 50
_BATCH = 64
NOTHING = Flow()


@dataclass(frozen=True, slots=True)
class Trunk:
    """A purse as it stands: its account and the last line that is looked at. What is posted later is not there."""

    account_id: UUID
    purse: Purse
    known: Head

    def extent(self, branch: "Branch | None" = None) -> Extent:
        """Return the lines of the purse, or those of one branch."""
        if branch is None:
            return Extent(self.account_id, self.known.number)
        first, last = days_of(branch.period)
        return Extent(self.account_id, self.known.number, first, last, branch.kind, any_kind=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """What came and went in a year ("2026") or month ("2026-11") for one kind of contribution (None: for none)."""

    period: str
    kind: ContributionKind | None
    flow: Flow = NOTHING


@dataclass(frozen=True, slots=True)
class SourceSum:
    """One source (a contribution, an exchange …) within a branch: its lines, oldest first."""

    lines: tuple[StatementLine, ...]

    @property
    def first(self) -> StatementLine:
        """The line by which the source came in."""
        return self.lines[0]

    @property
    def net(self) -> int:
        """What the source adds to the purse, in centipoints."""
        return sum(one.points for one in self.lines)


@dataclass(frozen=True, slots=True)
class Twig:
    """A page of sources; ``after`` is the number below which the next page begins, None on the last."""

    sources: tuple[SourceSum, ...]
    after: int | None


def trunk(session: Session, party_id: UUID, purse: Purse, *, programme: str = CITY_PROGRAMME) -> Trunk | None:
    """Return a party's purse as it stands now, or None when nothing was ever posted to it."""
    head = queries.heads(session, party_id, programme=programme).get(purse.account)
    return None if head is None else Trunk(head.account_id, purse, head.known)


def days_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a year, quarter or month as `rankings.rules` writes them.

    >>> days_of("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    year, _dash, part = period.partition("-")
    if not part:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    quarter = part.startswith("Q")
    first_month = 3 * int(part[1:]) - 2 if quarter else int(part)
    last_month = date(int(year), first_month + 2 if quarter else first_month, 28)
    return date(int(year), first_month, 1), (last_month + timedelta(days=4)).replace(day=1) - timedelta(
        days=1
    )


def branches(session: Session, whole: Trunk) -> list[Branch]:
    """Return the branches of a purse by year and kind, the newest year first; their nets add up to the balance."""
    by_year: dict[tuple[str, ContributionKind | None], Flow] = {}
    for (month, kind), flow in flows.by_month_and_kind(flows.flows(session, whole.extent())).items():
        key = (month[:4], kind)
        by_year[key] = by_year.get(key, Flow()) + flow
    found = [Branch(year, kind, flow) for (year, kind), flow in by_year.items()]
    return sorted(found, key=lambda one: (one.period, one.kind is not None, one.flow.net), reverse=True)


def months(session: Session, whole: Trunk, branch: Branch) -> list[Branch]:
    """Return the months of a branch, the newest first; their nets add up to the branch's."""
    found = flows.by_month_and_kind(flows.flows(session, whole.extent(branch)))
    return sorted(
        (Branch(month, kind, flow) for (month, kind), flow in found.items()),
        key=lambda one: one.period,
        reverse=True,
    )


def sources(session: Session, whole: Trunk, branch: Branch, *, before: int | None = None) -> Twig:
    """Return a page of the sources of a branch, the latest first, each with all its lines in the branch.

    ``before`` is the number of the first line of the last source of the page before. Costs the same on any page.
    """
    extent = whole.extent(branch)
    found: list[SourceSum] = []
    while len(found) <= PAGE:
        batch = lines.page(session, extent, before=before, limit=_BATCH)
        known = _by_source(session, extent, batch)
        # A source stands where its first line does: its reversal, further up, is part of it.
        found += [known[_key(one)] for one in batch if known[_key(one)].first.number == one.number]
        if len(batch) < _BATCH:
            break
        before = batch[-1].number
    shown = found[:PAGE]
    return Twig(tuple(shown), shown[-1].first.number if len(found) > PAGE else None)


def source_of(session: Session, whole: Trunk, number: int) -> SourceSum | None:
    """Return the source to which a line of the purse belongs, with all its lines in it; None for no such line."""
    if not 0 < number <= whole.known.number:
        return None
    line = lines.line(session, whole.account_id, number)
    if line is None:
        return None
    return _by_source(session, whole.extent(), [line])[_key(line)]


def _key(line: StatementLine) -> UUID:
    """Return what holds lines together: a contribution's source; of anything else (points that end) the posting."""
    return line.posting_id if line.contribution_kind is None else line.source_id


def _by_source(session: Session, extent: Extent, some: Sequence[StatementLine]) -> dict[UUID, SourceSum]:
    """Return the sources of lines, each with all its lines within the extent."""
    wanted = {one.source_id for one in some if one.contribution_kind is not None}
    postings = {one.posting_id for one in some if one.contribution_kind is None}
    gathered: dict[UUID, list[StatementLine]] = {}
    for line in lines.of_sources(session, extent.account_id, wanted, postings):
        if _is_in(line, extent):
            gathered.setdefault(_key(line), []).append(line)
    return {key: SourceSum(tuple(sorted(own, key=lambda one: one.number))) for key, own in gathered.items()}


def _is_in(line: StatementLine, extent: Extent) -> bool:
    return (
        line.number <= extent.upto
        and (extent.happened_from is None or line.happened_on >= extent.happened_from)
        and (extent.happened_by is None or line.happened_on <= extent.happened_by)
        and (extent.any_kind or line.contribution_kind is extent.kind)
    )
