"""What parties have used of their caps. Locked in the order of the keys, after everything else but the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.rows import driver_row, run
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
_ARRAYS = "unnest(%s::uuid[], %s::uuid[], %s::text[], %s::date[]"
_HOLD_MANY = (
    "INSERT INTO cap_use (programme_id, party_id, cap_code, starts_on, used) "
    f"SELECT programme_id, party_id, cap_code, starts_on, 0 FROM {_ARRAYS}) "
    "WITH ORDINALITY AS held (programme_id, party_id, cap_code, starts_on, place) ORDER BY place "
    "ON CONFLICT (programme_id, party_id, cap_code, starts_on) DO UPDATE SET used = cap_use.used "
    "RETURNING programme_id, party_id, cap_code, starts_on, used"
)
_ADD_MANY = (
    "UPDATE cap_use SET used = cap_use.used + taken.points "
    f"FROM {_ARRAYS}, %s::bigint[]) AS taken (programme_id, party_id, cap_code, starts_on, points) "
    "WHERE cap_use.programme_id = taken.programme_id AND cap_use.party_id = taken.party_id "
    "AND cap_use.cap_code = taken.cap_code AND cap_use.starts_on = taken.starts_on"
)


class CapKey(NamedTuple):
    """A party's cap in one of its periods."""

    programme_id: UUID
    party_id: UUID
    period: CapPeriod


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


def hold_many(session: Session, wanted: Iterable[CapKey]) -> dict[CapKey, int]:
    """Return of many parties' caps what ``hold`` returns of one's, locked in the order of the keys."""
    keys = sorted(set(wanted), key=lambda key: (key.party_id, key.programme_id, key.period))
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        statement = _HOLD.format("?")
        rows = [(key, _key(*key, "sqlite")) for key in keys]
        return {key: int(run(connection, statement, [row]).fetchone()[0]) for key, row in rows}
    if not keys:
        return {}
    found = run(connection, _HOLD_MANY, [_columns(keys)]).fetchall()
    return {
        CapKey(programme_id, party_id, CapPeriod(code, day)): used
        for programme_id, party_id, code, day, used in found
    }


def take_many(session: Session, taken: Mapping[CapKey, int]) -> None:
    """Use many parties' caps up by these sums of centipoints. They must be held."""
    connection = session.connection()
    sums = {key: points for key, points in taken.items() if points}
    if not sums:
        return
    if connection.dialect.name == "sqlite":
        rows = [(points, *_key(*key, "sqlite")) for key, points in sums.items()]
        run(connection, _ADD.format("?"), rows)
        return
    run(connection, _ADD_MANY, [(*_columns(list(sums)), list(sums.values()))])


def _columns(keys: Sequence[CapKey]) -> tuple[list[object], ...]:
    return (
        [key.programme_id for key in keys],
        [key.party_id for key in keys],
        [key.period.code for key in keys],
        [key.period.starts_on for key in keys],
    )


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
