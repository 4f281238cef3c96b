"""Counting a period's honour points from the sealed leaves within a cut-off, apart from the live standings."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, text
from sqlalchemy.orm import Session

from app.types import KeyType
from points.rankings.rollup import NO_KIND, honour_flows
from points.rankings.rules import ALL, days_of
from points.rulesets.models import Programme

_PSEUDONYM = 34
"""Characters of a person's pseudonym in a public line: ``P:`` and 32 hexadecimal digits."""


@dataclass(slots=True)
class Counted:
    """What leaves say of one party and one kind of contribution: points, and under which names they say it."""

    points: int = 0
    whos: tuple[str, ...] = ()


def count_points(
    session: Session, programme: Programme, period: str, cutoff: int
) -> dict[tuple[str, UUID], Counted]:
    """Return points and pseudonyms by kind (``all`` too) and party, of all whom leaves within the cut-off name."""
    found: dict[tuple[str, UUID], Counted] = defaultdict(Counted)
    for party_id, kind, _month, who, points in _flows(session, programme, period, cutoff):
        key = party_id if isinstance(party_id, UUID) else UUID(bytes=party_id)
        for counted in {ALL, kind} - {NO_KIND}:
            one = found[counted, key]
            one.points += int(points)
            # Sorted as they are, the same names follow each other; there are hundreds of thousands of parties.
            if who not in one.whos[-1:]:
                one.whos += (who,)
    return found


def last_leaves(session: Session, programme: Programme, since: int, cutoff: int) -> dict[str, int]:
    """Return the highest leaf from a number to before a cut-off by the month for which it counts."""
    if since >= cutoff:
        return {}
    dialect = session.get_bind().dialect.name
    statement = text(
        f"SELECT month, max(number) FROM ({honour_flows(dialect, ', l.number')} "
        "AND l.number >= :since AND l.number < :cutoff AND b.programme_id = :programme) f GROUP BY month"
    ).bindparams(
        bindparam("since", since),
        bindparam("cutoff", cutoff),
        bindparam("programme", programme.id, type_=KeyType()),
    )
    return dict(session.execute(statement).all())


def _flows(session: Session, programme: Programme, period: str, cutoff: int) -> Iterator[Any]:
    """Yield party, kind, month, name in the public line and points, in the order of the months and names."""
    dialect = session.get_bind().dialect.name
    begin = len(f"2|{programme.code}|2026-11|") + 1
    who = f", substr(l.public, {begin}, {_PSEUDONYM}) AS who"
    first, last = days_of(period)
    statement = text(
        f"SELECT party_id, kind, month, who, sum(points) FROM ({honour_flows(dialect, who)} "
        "AND l.number < :cutoff AND b.programme_id = :programme AND t.happened_on BETWEEN :first AND :last) f "
        "GROUP BY party_id, kind, month, who ORDER BY month, who"
    ).bindparams(
        bindparam("cutoff", cutoff),
        bindparam("programme", programme.id, type_=KeyType()),
        bindparam("first", first, type_=Date),
        bindparam("last", last, type_=Date),
    )
    yield from session.execute(statement)
