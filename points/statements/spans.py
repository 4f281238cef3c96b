"""A span of one purse: what stood there before, what came and went, what stood there after, as known at an instant."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from points.ledger import lines, queries
from points.ledger.kinds import Purse, Reason
from points.ledger.lines import Extent, Flow
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
    account_id = queries.account_of(session, party_id, purse, programme=programme)
    if account_id is None:
        return None
    return Extent(account_id, lines.head(session, account_id, posted_by=posted_by).number, first, last)


def read(session: Session, purse: Purse, extent: Extent | None) -> Span:
    """Return the sums of a span; its lines are read apart, page by page."""
    if extent is None:
        return Span(purse, None)
    opening = 0
    if extent.happened_from is not None:
        before = Extent(extent.account_id, extent.upto, happened_by=extent.happened_from - timedelta(days=1))
        opening = lines.balance_within(session, before)
    return Span(purse, extent, opening, lines.flow(session, extent), lines.left_by_reason(session, extent))
