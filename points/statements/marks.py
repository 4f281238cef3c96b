"""What must be said beside a line: it came after its month was closed, or a decision adjusted it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from points.ledger.closing_models import PeriodClose
from points.ledger.kinds import Reason
from points.ledger.lines import StatementLine
from points.ledger.models import Posting


class Close(NamedTuple):
    """A closed month: its name, its last day, and since when it is closed."""

    month: str
    ends_on: date
    closed_at: datetime


def marks(session: Session, programme_id: UUID, shown: Sequence[StatementLine]) -> dict[UUID, list[str]]:
    """Return the marks of lines by transfer; most have none."""
    if not shown:
        return {}
    closed = closes(session, programme_id)
    adjusted = [one.posting_id for one in shown if one.reason is Reason.ADJUSTMENT]
    decisions = _decisions(session, adjusted) if adjusted else {}
    return {
        one.transfer_id: [*late(closed, one.happened_on, one.posted_at), *decisions.get(one.posting_id, [])]
        for one in shown
    }


def closes(session: Session, programme_id: UUID) -> list[Close]:
    """Return the closed months of a programme, oldest first, without their totals."""
    rows = session.execute(
        select(PeriodClose.month, PeriodClose.ends_on, PeriodClose.closed_at)
        .where(PeriodClose.programme_id == programme_id)
        .order_by(PeriodClose.ends_on)
    )
    return [Close._make(row) for row in rows]


def late(closed: Sequence[Close], happened_on: date, posted_at: datetime) -> list[str]:
    """Return that something was posted after the month in which it happened was closed. Closes: oldest first."""
    close = next((one for one in closed if one.ends_on >= happened_on), None)
    if close is None or posted_at <= close.closed_at:
        return []
    year, month = close.month.split("-")
    return [_("补记于 %(year)s年%(month)s月结账之后", year=year, month=int(month))]


def decision_of(explanation: str | None) -> str | None:
    """Return the number of the decision that a posting's explanation names."""
    told: Mapping[str, object] = json.loads(explanation or "{}")
    number = told.get("decision")
    return str(number) if number else None


def _decisions(session: Session, postings: Sequence[UUID]) -> dict[UUID, list[str]]:
    rows = session.execute(select(Posting.id, Posting.explanation).where(Posting.id.in_(postings)))
    return {
        row.id: [_("依据决定 %(number)s", number=number)]
        for row in rows
        if (number := decision_of(row.explanation))
    }
