"""Holds: each is borne out by its transfers, and no transfer speaks of a hold that is not there."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from points.ledger import reconciliation
from points.verification.breaks import Break, BreakKind, shown


def check(session: Session) -> Iterator[Break]:
    """Yield every hold whose state or points its transfers do not bear out, and those that are gone."""
    for one in reconciliation.holds(session):
        yield Break(BreakKind.COUNT, "hold", shown(one.hold_id), one.sentence)
