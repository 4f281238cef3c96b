"""The roots of the days: the tree as it was at each day's end, each chained to the day before."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import Base
from points.ledger.form import FORM, signed
from points.ledger.insertion import insert
from points.seals.heads import FIRST_CHAIN, chained, hold_head, move_head
from points.seals.models import DayRoot, Seal

_DAY = Base.metadata.tables[DayRoot.__tablename__]
_ONE = timedelta(days=1)


def close(session: Session) -> int:
    """Make the root of every day that is over and has none yet, from the day of the first seal on; return how many.

    A day without new leaves has the root of the day before, so that a missing day shows.
    """
    today = clock.today()
    last = session.scalar(select(DayRoot).order_by(DayRoot.day.desc()).limit(1))
    if last is not None and last.day + _ONE >= today:
        return 0
    first_at = session.scalar(select(func.min(Seal.sealed_at)))
    if first_at is None or (last is None and clock.civil_date(first_at) >= today):
        return 0
    head = hold_head(session)
    last = session.scalar(select(DayRoot).order_by(DayRoot.day.desc()).limit(1))
    day = clock.civil_date(first_at) if last is None else last.day + _ONE
    chain = FIRST_CHAIN if last is None else last.chain
    rows = []
    while day < today:
        seal = _last_of(session, day)
        chain = chained(chain, (day, seal.tree_size, seal.root))
        rows.append(signed((day, FORM, seal.tree_size, seal.root, chain, clock.now())))
        day += _ONE
    insert(session.connection(), _DAY, rows)
    move_head(head, days=head.days + len(rows))
    return len(rows)


def open_since(session: Session, last: Seal | None) -> datetime:
    """Return from when on a seal may be dated: after the last day that has its root, and no earlier than the last seal.

    A clock that was put back must not bring leaves into a day that is closed.
    """
    day = session.scalar(select(func.max(DayRoot.day)))
    closed = datetime.min.replace(tzinfo=UTC) if day is None else clock.instant(day + _ONE)
    return closed if last is None else max(closed, last.sealed_at)


def _last_of(session: Session, day: date) -> Seal:
    """Return the last seal of a day or of the days before."""
    end = clock.instant(day + _ONE)
    return session.scalars(
        select(Seal).where(Seal.sealed_at < end).order_by(Seal.number.desc()).limit(1)
    ).one()
