"""What the verification of the ledger asks of closed months."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from points.ledger import closing
from points.verification.breaks import Break, BreakKind, shown


def check(session: Session) -> Iterator[Break]:
    """Yield every closed month whose row was touched or whose totals the sealed transfers do not bear out."""
    for key, sentence in closing.breaks(session):
        yield Break(BreakKind.COUNT, "period_close", shown(key), sentence)
