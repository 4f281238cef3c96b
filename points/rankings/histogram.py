"""The histogram of each ranking: how many are listed with points of each bucket, in the city and in each county.

Kept set by set by whoever changes standings: what they counted before goes out, what they count now comes in.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from points.rankings.models import LISTED
from points.rankings.rules import ALL, bucket_sql

_CELLS = (
    ("county", "size_class"),
    ("county", f"'{ALL}'"),
    (f"'{ALL}'", "size_class"),
    (f"'{ALL}'", f"'{ALL}'"),
)
_COUNTED = " UNION ALL ".join(
    f"SELECT ranking_id, {place} AS place, {size} AS size_class, bucket, count(*) AS parties FROM listed "
    f"{'WHERE size_class IS NOT NULL ' if size == 'size_class' else ''}GROUP BY 1, 2, 3, 4"
    for place, size in _CELLS
)
_ADDED = (
    "ON CONFLICT (ranking_id, place, size_class, bucket) "
    "DO UPDATE SET parties = standing_bucket.parties + excluded.parties"
)


def tally(session: Session, source: str, sign: int) -> None:
    """Count the listed standings among some into their buckets (``sign`` +1), or take them out of these (-1).

    ``source`` is a JOIN to the standings, which are named ``s`` in it.
    """
    _count(session, f"FROM standing s {source} WHERE s.named AND s.points > 0", sign)


def count_all(session: Session) -> None:
    """Count all live standings into buckets, of which there are none."""
    _count(session, f"FROM standing s WHERE {LISTED}", +1)


def count_frozen(session: Session, first: int, last: int) -> None:
    """Count the places of the frozen rankings from a number to a number into buckets, of which there are none."""
    _count(session, f"FROM frozen_place s WHERE s.ranking_id BETWEEN {first:d} AND {last:d}", +1)


def _count(session: Session, source: str, sign: int) -> None:
    session.execute(
        text(
            "INSERT INTO standing_bucket (ranking_id, place, size_class, bucket, parties) "
            "WITH listed AS (SELECT s.ranking_id, s.county, s.size_class, "
            f"{bucket_sql('s.points')} AS bucket {source}) "
            f"SELECT ranking_id, place, size_class, bucket, {sign:d} * parties FROM ({_COUNTED}) AS counted "
            f"WHERE true {_ADDED}"
        )
    )
