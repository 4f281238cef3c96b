"""What parties have used of their caps. Locked in the order of the keys, after everything else but the ledger."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app.rows import driver_row
from points.rulesets.terms import CapPeriod, CapTaken

# One statement that makes the row where it is missing, locks it and tells what was used.
_HOLD = (
    "INSERT INTO cap_use (programme_id, party_id, cap_code, starts_on, used) VALUES ({0}, {0}, {0}, {0}, 0) "
    "ON CONFLICT (programme_id, party_id, cap_code, starts_on) DO UPDATE SET used = cap_use.used RETURNING used"
)
_ADD = (
    "UPDATE cap_use SET used = used + {0} "
    "WHERE programme_id = {0} AND party_id = {0} AND cap_code = {0} AND starts_on = {0}"
)


def hold(
    session: Session, programme_id: UUID, party_id: UUID, periods: Iterable[CapPeriod]
) -> dict[CapPeriod, int]:
    """Return how many centipoints a party has used of each cap, locked until the transaction ends."""
    connection = session.connection()
    dialect = connection.dialect.name
    statement = _HOLD.format("?" if dialect == "sqlite" else "%s")
    used = {}
    for period in sorted(periods):
        key = _key(programme_id, party_id, period, dialect)
        used[period] = int(connection.exec_driver_sql(statement, key).scalar_one())
    return used


def take(session: Session, programme_id: UUID, party_id: UUID, taken: Iterable[CapTaken]) -> None:
    """Use caps up by what a score took. They must be held."""
    _add(session, programme_id, party_id, [(one.period, one.points) for one in taken])


def give_back(session: Session, programme_id: UUID, party_id: UUID, taken: Iterable[CapTaken]) -> None:
    """Free caps of what a reversed score had taken."""
    _add(session, programme_id, party_id, [(one.period, -one.points) for one in taken])


def _add(session: Session, programme_id: UUID, party_id: UUID, amounts: list[tuple[CapPeriod, int]]) -> None:
    connection = session.connection()
    dialect = connection.dialect.name
    rows = [
        (points, *_key(programme_id, party_id, period, dialect))
        for period, points in sorted(amounts)
        if points
    ]
    if rows:
        connection.exec_driver_sql(_ADD.format("?" if dialect == "sqlite" else "%s"), rows)


def _key(programme_id: UUID, party_id: UUID, period: CapPeriod, dialect: str) -> tuple[object, ...]:
    return driver_row((programme_id, party_id, period.code, period.starts_on), dialect)
