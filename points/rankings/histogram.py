"""The histogram of each ranking: how many are listed with points of each bucket, in the city and in each county.

Kept set by set by whoever changes standings: what they counted before goes out, what they count now comes in. It has
two grains, single buckets and sixty-four of them together, so that no question reads more than some dozen rows.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, func, select, text
from sqlalchemy.orm import Session, aliased

from points.rankings.models import LISTED, StandingBucket
from points.rankings.rules import ALL, bucket_sql

COARSE = 64
_ROW = "ranking_id, place, size_class, grain, bucket, parties"
_CELLS = (
    ("county", "size_class"),
    ("county", f"'{ALL}'"),
    (f"'{ALL}'", "size_class"),
    (f"'{ALL}'", f"'{ALL}'"),
)
_COUNTED = " UNION ALL ".join(
    f"SELECT ranking_id, {place} AS place, {size} AS size_class, {grain} AS grain, bucket / {grain} AS bucket, "
    f"sum(parties) AS parties FROM listed "
    f"{'WHERE size_class IS NOT NULL ' if size == 'size_class' else ''}GROUP BY 1, 2, 3, 4, 5"
    for place, size in _CELLS
    for grain in (1, COARSE)
)
_ADDED = (
    "ON CONFLICT (ranking_id, place, size_class, grain, bucket) "
    "DO UPDATE SET parties = standing_bucket.parties + excluded.parties"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """Whose histogram is asked: a ranking, a county or all, a size class or all."""

    ranking_id: int
    place: str
    size_class: str

    def rows(self, grain: int) -> list[ColumnElement[bool]]:
        """Return the conditions of its rows of one grain."""
        return [
            StandingBucket.ranking_id == self.ranking_id,
            StandingBucket.place == self.place,
            StandingBucket.size_class == self.size_class,
            StandingBucket.grain == grain,
        ]


def total(cell: Cell) -> ColumnElement[int]:
    """Return how many are listed, as an expression."""
    return (
        select(func.coalesce(func.sum(StandingBucket.parties), 0)).where(*cell.rows(COARSE)).scalar_subquery()
    )


def above(cell: Cell, bucket: int) -> ColumnElement[int]:
    """Return how many stand in higher buckets than one, as an expression: many are asked in one trip."""
    group = bucket // COARSE
    parties = func.coalesce(func.sum(StandingBucket.parties), 0)
    in_groups = select(parties).where(*cell.rows(COARSE), StandingBucket.bucket > group)
    in_group = select(parties).where(
        *cell.rows(1), StandingBucket.bucket > bucket, StandingBucket.bucket < (group + 1) * COARSE
    )
    return in_groups.scalar_subquery() + in_group.scalar_subquery()


def bucket_at(session: Session, cell: Cell, skipped: int) -> tuple[int | None, int]:
    """Return the bucket in which the one after so many stands, and how many of the bucket stand before it."""
    groups = _with_before(select(StandingBucket).where(*cell.rows(COARSE)).subquery())
    reached = (
        select(groups)
        .where(groups.c.before <= skipped, groups.c.before + groups.c.parties > skipped)
        .subquery()
    )
    single = aliased(StandingBucket)
    first = reached.c.bucket * COARSE
    within = single.bucket.between(first, first + (COARSE - 1))
    rows = select(single, reached.c.before.label("base")).join(reached, within)
    rows = rows.where(
        single.ranking_id == cell.ranking_id, single.place == cell.place,
        single.size_class == cell.size_class, single.grain == 1,
    )  # fmt: skip
    one = _with_before(rows.subquery())
    before = one.c.base + one.c.before
    row = session.execute(
        select(one.c.bucket, before).where(before <= skipped, before + one.c.parties > skipped)
    ).first()
    return (None, 0) if row is None else (int(row[0]), skipped - int(row[1]))


def _with_before(rows: Subquery) -> Subquery:
    """Return rows of the histogram with how many stand in the buckets above each."""
    running = func.sum(rows.c.parties).over(order_by=rows.c.bucket.desc())
    return select(rows, (running - rows.c.parties).label("before")).subquery()


def tally(session: Session, source: str, sign: int) -> None:
    """Count the listed standings among some into their buckets (``sign`` +1), or take them out of these (-1).

    ``source`` is a JOIN to the standings, which are named ``s`` in it.
    """
    _count(session, f"FROM standing s {source} WHERE s.named AND s.points > 0", sign)


def count_all(session: Session) -> None:
    """Count all live standings into buckets, of which there are none."""
    _count(session, f"FROM standing s WHERE {LISTED}", +1)


def count_frozen(session: Session, ranking_id: int) -> None:
    """Count the places of a frozen ranking into buckets, of which there are none."""
    _count(session, f"FROM frozen_place s WHERE s.ranking_id = {ranking_id:d}", +1)


def is_counted(session: Session, ranking_id: int) -> bool:
    """Return whether the buckets of a frozen ranking are what its places come to."""
    counted = _counted(f"FROM frozen_place s WHERE s.ranking_id = {ranking_id:d}", +1)
    kept = f"SELECT {_ROW} FROM standing_bucket WHERE ranking_id = {ranking_id:d}"
    return all(
        session.execute(text(f"SELECT 1 FROM ({one} EXCEPT {other}) AS differing LIMIT 1")).first() is None
        for one, other in ((counted, kept), (kept, counted))
    )


def _count(session: Session, source: str, sign: int) -> None:
    counted = _counted(source, sign)
    session.execute(text(f"INSERT INTO standing_bucket ({_ROW}) {counted} WHERE true {_ADDED}"))


def _counted(source: str, sign: int) -> str:
    listed = (
        "SELECT ranking_id, county, size_class, bucket, count(*) AS parties FROM ("
        f"SELECT s.ranking_id, s.county, s.size_class, {bucket_sql('s.points')} AS bucket {source}) AS one "
        "GROUP BY 1, 2, 3, 4"
    )
    return (
        f"SELECT ranking_id, place, size_class, grain, bucket, {sign:d} * parties AS parties FROM "
        f"(WITH listed AS ({listed}) {_COUNTED}) AS counted"
    )
