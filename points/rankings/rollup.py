"""Adding the ledger's new leaves up into the standings.

Watermark and sums change in one transaction, under the watermark's lock: twice or at once, each leaf is added
once. A reversal counts in the period of what it reverses, since it happened on the same day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.db import Base, transaction
from app.parties.models import Party
from app.rows import driver_row, insert_if_absent, insert_statement
from points.ledger.kinds import AccountKind
from points.ledger.leaves import TREE
from points.ledger.models import Account, SealLeaf, Transfer, TreeHead
from points.rankings.models import RollMark, Standing
from points.rankings.rules import ALL, periods, places

MARK = "standings"
BATCH = 5_000
_STANDING = Base.metadata.tables[Standing.__tablename__]
_ADD = (
    " ON CONFLICT (programme_id, period, kind, party_id) DO UPDATE SET points = standing.points + excluded.points, "
    "county = excluded.county, town = excluded.town, village = excluded.village"
)

Key = tuple[UUID, str, str, UUID]


@dataclass(slots=True)
class _Sum:
    """What is to be added to one standing; place and kind of party as of its newest leaf."""

    party_kind: str
    region_code: str
    points: int = 0


def roll_up() -> int:
    """Add all leaves beyond the watermark to the standings; return how many there were. Opens its own transactions."""
    added = 0
    while True:
        with transaction() as session:
            done = add_batch(session)
        added += done
        if done < BATCH:
            return added


def rebuild() -> int:
    """Make the standings anew from all leaves; the same leaves give the same standings. Returns how many leaves."""
    with transaction() as session:
        mark = _hold_mark(session)
        session.execute(delete(Standing))
        mark.leaves = 0
    return roll_up()


def add_batch(session: Session) -> int:
    """Add up to 5,000 leaves beyond the watermark; return how many there were."""
    mark = _hold_mark(session)
    # Asked before the leaves are read, so that "as of" never promises more than what is there.
    complete_at = session.scalar(select(TreeHead.numbered_at).where(TreeHead.tree == TREE)) or clock.now()
    numbers = session.scalars(
        select(SealLeaf.number).where(SealLeaf.number >= mark.leaves).order_by(SealLeaf.number).limit(BATCH)
    ).all()
    if numbers:
        sums = _sums(_honour_rows(session, numbers[0], numbers[-1]))
        _add(session, sums)
        mark.leaves = numbers[-1] + 1
    if len(numbers) < BATCH:
        mark.rolled_at = complete_at
    session.flush()
    return len(numbers)


def _hold_mark(session: Session) -> RollMark:
    insert_if_absent(session, RollMark, name=MARK, leaves=0, rolled_at=clock.now())
    return session.get_one(RollMark, MARK, with_for_update=True, populate_existing=True)


def _honour_rows(session: Session, first: int, last: int) -> Iterable[Row[Any]]:
    """Return the transfers of these leaves that touch an honour account, in the order of the leaves."""
    source, target = aliased(Account), aliased(Account)
    honour = AccountKind.HONOUR
    return session.execute(
        select(
            Transfer.points,
            Transfer.happened_on,
            Transfer.contribution_kind,
            Transfer.region_code,
            source.kind.label("source_kind"),
            source.party_id.label("source_party"),
            target.kind.label("target_kind"),
            target.party_id.label("target_party"),
            target.programme_id,
            Party.kind.label("party_kind"),
            Party.region_code.label("party_region"),
        )
        .join(SealLeaf, SealLeaf.thing_id == Transfer.id)
        .join(source, source.id == Transfer.from_account_id)
        .join(target, target.id == Transfer.to_account_id)
        .join(
            Party,
            or_(
                (target.kind == honour) & (Party.id == target.party_id),
                (source.kind == honour) & (Party.id == source.party_id),
            ),
        )
        .where(SealLeaf.number.between(first, last))
        .order_by(SealLeaf.number)
    )


def _sums(rows: Iterable[Row[Any]]) -> dict[Key, _Sum]:
    sums: dict[Key, _Sum] = {}
    for row in rows:
        comes = row.target_kind is AccountKind.HONOUR
        party_id = row.target_party if comes else row.source_party
        kinds = (ALL,) if row.contribution_kind is None else (ALL, row.contribution_kind.value)
        region_code = row.region_code or row.party_region
        for period in periods(row.happened_on):
            for kind in kinds:
                key = (row.programme_id, period, kind, party_id)
                one = sums.setdefault(key, _Sum(row.party_kind.value, region_code))
                one.region_code = region_code
                one.points += row.points if comes else -row.points
    return sums


def _add(session: Session, sums: dict[Key, _Sum]) -> None:
    connection = session.connection()
    dialect = connection.dialect.name
    rows = []
    for key, one in sorted(sums.items()):
        at = places(one.region_code)
        rows.append(driver_row((*key, one.party_kind, at.county, at.town, at.village, one.points), dialect))
    if rows:
        connection.exec_driver_sql(insert_statement(_STANDING, dialect) + _ADD, rows)
