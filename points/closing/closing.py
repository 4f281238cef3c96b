"""Closing a month of a programme from end to end: seal, add up and sign, freeze its rankings.

Adding up and counting go over all leaves and lock nothing; then all is written in one transaction.
"""

from datetime import date

from sqlalchemy import select

from app import clock
from app.db import lock, reading, transaction
from app.permissions import SYSTEM, Actor, Permission, ensure_may
from points.ledger import closing
from points.ledger.closing_models import PeriodClose
from points.rankings import freezing, preparing, staging
from points.rulesets import queries as rulesets
from points.rulesets.models import Programme
from points.seals import queries as seals
from points.seals import sealing

CLOSES_ON = 5
"""The day of the month on which the month before is closed by itself: until then what is late still comes in."""


def close(programme_code: str, month: str, *, actor: Actor) -> PeriodClose:
    """Close a month and freeze its rankings, once; return its row. Opens its own transactions.

    Raises NotAllowed, InvalidInput or Conflict as ``ledger.closing.close_period`` does.
    """
    with reading(fresh=True) as session:
        programme = rulesets.programme(session, programme_code)
        ensure_may(actor, Permission.CLOSE_PERIODS, region_code=programme.region_code)
    sealing.seal(everything=True)
    return _close(programme_code, month, actor)


def due_months(today: date) -> list[tuple[str, str]]:
    """Return programme and month of every month that closes by itself by now, oldest first."""
    with reading(fresh=True) as session:
        programmes = session.scalars(select(Programme).order_by(Programme.code)).all()
        found = [
            (programme.code, month)
            for programme in programmes
            for month in closing.open_months(session, programme.id, today)
        ]
    newest = closing.month_before(closing.month_of(today), 1)
    return [one for one in found if one[1] < newest or today.day >= CLOSES_ON]


def close_due() -> int:
    """Close every month that closes by itself by now; return how many. Safe twice and at once."""
    due = due_months(clock.today())
    if due:
        sealing.seal(everything=True)
    for programme_code, month in due:
        _close(programme_code, month, SYSTEM)
    return len(due)


def _close(programme_code: str, month: str, actor: Actor) -> PeriodClose:
    # What reads all leaves is done before the lock is taken: they never change within a cut-off.
    with reading(fresh=True) as session:
        programme = rulesets.programme(session, programme_code)
        for one in closing.closes(session, programme.id):
            if one.month == month:
                return one
        size = sealing.tree_size(session)
        added = closing.add_up(session, programme, month, size)
        ready = preparing.prepare_month(session, programme, month, size)
    staging.write_ahead(programme.id, ready)
    with transaction() as session:
        programme = lock(session, Programme, programme.id)
        for one in closing.closes(session, programme.id):
            if one.month == month:
                return one
        root = seals.root_at(session, size) if size else None
        closed = closing.close_period(
            session, programme, month, tree_size=size, root=root, actor=actor, added=added
        )
        freezing.freeze_month(session, programme, month, size, actor=actor, ready=ready)
        return closed
