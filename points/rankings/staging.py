"""Writing the lines of what is to be frozen, some at a time, before it is published.

A year of a million lines takes a minute to write, and SQLite lets one write at a time. So they are written in short
transactions, where no page looks: nothing is seen of a ranking before its row in ``frozen_ranking`` is there. A run
that was killed is gone on with by whoever freezes the same lines again; two at once write them together, once.
"""

import time
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import transaction
from app.ids import new_id
from app.parties.models import PartyKind
from app.rows import pour, ready_keys
from points.rankings import histogram
from points.rankings.lines import Line
from points.rankings.mark import hold_mark
from points.rankings.models import FrozenRanking, FrozenStage, Ranking
from points.rankings.preparing import Prepared
from points.rankings.rollup import next_ranking_id

_COLUMNS = (
    "party_id", "ranking_id", "county", "town", "village", "size_class", "points",
    "who", "rank_city", "rank_county", "rank_town", "rank_village", "rank_size",
)  # fmt: skip
CHUNK = 5_000
"""Lines written in one transaction: under a second."""
_GAP = 0.12
"""Seconds between two steps: SQLite lets whoever waits for the lock look every tenth of a second."""


def write_ahead(programme_id: UUID, ready: Sequence[Prepared]) -> None:
    """Write the lines of what will be published, in transactions of its own."""
    for one in ready:
        is_done = not one.is_new
        while not is_done:
            with transaction() as session:
                is_done = advance(session, programme_id, one) is not None
            if not is_done:
                time.sleep(_GAP)


def finish(session: Session, programme_id: UUID, ready: Prepared) -> UUID:
    """Write whatever lines are not there yet and return the key that the frozen ranking gets."""
    while True:
        done = advance(session, programme_id, ready)
        if done is not None:
            return done


def advance(session: Session, programme_id: UUID, ready: Prepared) -> UUID | None:
    """Take one step in writing lines ahead; return the key that the frozen ranking gets when nothing is left."""
    hold_mark(session)  # numbers of rankings are given under it, and so is each step of a stage
    stage = session.scalar(
        select(FrozenStage)
        .where(
            FrozenStage.programme_id == programme_id,
            FrozenStage.period == ready.period,
            FrozenStage.cutoff == ready.cutoff,
            FrozenStage.file_sha256 == ready.file_sha256,
            ~select(FrozenRanking.id).where(FrozenRanking.id == FrozenStage.id).exists(),
        )
        .order_by(FrozenStage.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if stage is None:
        _begin(session, programme_id, ready)
        return None
    rows = session.execute(
        select(Ranking.id, Ranking.kind, Ranking.party_kind)
        .where(Ranking.frozen_id == stage.id)
        .order_by(Ranking.id)
    )
    numbers = {(kind, party_kind.value): number for number, kind, party_kind in rows}
    if stage.written < len(ready.lines):
        some = ready.lines[stage.written : stage.written + CHUNK]
        _write(session, numbers, some)
        stage.written += len(some)
    elif stage.counted < len(numbers):
        histogram.count_frozen(session, sorted(numbers.values())[stage.counted])
        stage.counted += 1
    else:
        return stage.id
    session.flush()
    return None


def _begin(session: Session, programme_id: UUID, ready: Prepared) -> None:
    stage = FrozenStage(
        id=new_id(),
        programme_id=programme_id,
        period=ready.period,
        cutoff=ready.cutoff,
        file_sha256=ready.file_sha256,
        begun_at=clock.now(),
        written=0,
        counted=0,
    )
    session.add(stage)
    session.flush()
    kinds = groupby(ready.lines, key=lambda line: (line.kind, line.party_kind))
    for number, ((kind, party_kind), lines) in enumerate(kinds, start=next_ranking_id(session)):
        session.add(
            Ranking(
                id=number,
                programme_id=programme_id,
                period=ready.period,
                kind=kind,
                party_kind=PartyKind(party_kind),
                frozen_id=stage.id,
                points=sum(line.points for line in lines),
            )
        )
    session.flush()


def _write(session: Session, numbers: dict[tuple[str, str], int], lines: Sequence[Line]) -> None:
    keys = ready_keys([line.party_id.bytes for line in lines], session.get_bind().dialect.name)
    pour(session, "frozen_place", _COLUMNS, [
        (
            key, numbers[line.kind, line.party_kind], line.county, line.town, line.village, line.size_class,
            line.points, line.who, line.rank_city, line.rank_county, line.rank_town, line.rank_village,
            line.rank_size,
        )
        for key, line in zip(keys, lines, strict=True)
    ])  # fmt: skip
