"""A span of one purse: what stood there before, what came and went, what stood there after, as known at an instant."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from points.ledger import flows, lines, queries
from points.ledger.kinds import Purse, Reason
from points.ledger.lines import Extent, Flow
from points.ledger.queries import AccountHead
from points.rulesets.publication import CITY_PROGRAMME

_NOTHING = Flow()


@dataclass(frozen=True, slots=True)
class Span:
    """Centipoints of a purse over a span of days of happening (none: from the beginning, to the end)."""

    purse: Purse
    extent: Extent | None
    opening: int = 0
    flow: Flow = _NOTHING
    left: dict[Reason, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        """What stood there after."""
        return self.opening + self.flow.net

    @property
    def expired(self) -> int:
        """What ended within the span."""
        return self.left.get(Reason.EXPIRE, 0)


def extent_of(
    session: Session,
    party_id: UUID,
    purse: Purse,
    *,
    first: date | None = None,
    last: date | None = None,
    posted_by: datetime | None = None,
    programme: str = CITY_PROGRAMME,
) -> Extent | None:
    """Return the lines of a purse that happened in a span and were known by an instant; None: none ever was."""
    head = queries.heads(session, party_id, programme=programme).get(purse.account)
    return None if head is None else within(session, head, first, last, posted_by)


def within(
    session: Session, head: AccountHead, first: date | None, last: date | None, posted_by: datetime | None
) -> Extent:
    """Return the lines of an account that happened in a span and were known by an instant."""
    known = (
        head.known if posted_by is None else lines.head_by(session, head.account_id, head.known, posted_by)
    )
    return Extent(head.account_id, known.number, first, last)


def read(session: Session, purse: Purse, extent: Extent | None) -> Span:
    """Return the sums of a span, which begins with a month; its lines are read apart, page by page."""
    if extent is None:
        return Span(purse, None)
    begins = f"{extent.happened_from:%Y-%m}" if extent.happened_from else ""
    opening, flow, left = 0, _NOTHING, dict[Reason, int]()
    for cell, one in flows.flows(session, replace(extent, happened_from=None)).items():
        if cell.month < begins:
            opening += one.net
            continue
        flow += one
        if one.went:
            left[cell.reason] = left.get(cell.reason, 0) + one.went
    return Span(purse, extent, opening, flow, left)
