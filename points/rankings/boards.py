"""Where the lines of a cut stand, how many there are, and how many stand higher than a sum.

Ranks come from the histogram: how many stand in higher buckets, and how many stand higher within the bucket. In towns
and villages, which are small, they are counted in the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.parties.models import PartyKind
from app.permissions import region_prefix
from points.rankings import histogram
from points.rankings.histogram import Cell
from points.rankings.kinds import SizeClass
from points.rankings.models import LISTED, FrozenPlace, Ranking, Standing
from points.rankings.rules import ALL, bucket_floor, bucket_of, ranked
from points.rulesets.kinds import ContributionKind
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME

_COUNTY = 6
_LEVELS = {_COUNTY: "county", 9: "town", 12: "village"}


@dataclass(frozen=True, slots=True)
class Cut:
    """Which ranking: period as `rules.periods` writes it, and what it is narrowed to (None: not narrowed).

    ``frozen_id`` is a frozen ranking of that programme and period; without it the live one is meant.
    """

    period: str = ALL
    kind: ContributionKind | None = None
    party_kind: PartyKind = PartyKind.ORGANISATION
    region_code: str | None = None
    size_class: SizeClass | None = None
    programme: str = CITY_PROGRAMME
    frozen_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """Where the rows of a cut stand: table, number of the ranking, level with its place, size class."""

    model: type[Standing] | type[FrozenPlace]
    ranking_id: int
    level: str | None
    place: str
    size_class: SizeClass | None

    @property
    def has_histogram(self) -> bool:
        """Whether ranks come from the histogram: in the city and in counties."""
        return self.level in {None, "county"}

    def rows(self) -> list[ColumnElement[bool]]:
        """Return the conditions of the cut, in the words of the indexes."""
        found = [self.model.ranking_id == self.ranking_id]
        if self.level is not None:
            found.append(getattr(self.model, self.level) == self.place)
        if self.size_class is not None:
            found.append(self.model.size_class == self.size_class)
        return [*found, text(LISTED)] if self.model is Standing else found  # type: ignore[list-item]

    @property
    def cell(self) -> Cell:
        """The cut's histogram."""
        return Cell(self.ranking_id, self.place, self.size_class.value if self.size_class else ALL)


def board_of(session: Session, cut: Cut) -> Board | None:
    """Return where a cut's rows stand; None when nobody has points in it."""
    return boards_of(session, [cut])[0]


def boards_of(session: Session, cuts: Sequence[Cut]) -> list[Board | None]:
    """Return where the rows of each of some cuts stand, in one statement."""
    # A ranking keeps its number for good, and one request asks for the same cut several times.
    known: dict[tuple[Any, ...], int] = session.info.setdefault("rankings", {})
    unknown = [cut for cut in cuts if _key(cut) not in known]
    if unknown:
        rows = session.execute(
            select(
                Ranking.id,
                Programme.code,
                Ranking.period,
                Ranking.kind,
                Ranking.party_kind,
                Ranking.frozen_id,
            )
            .join(Programme, Programme.id == Ranking.programme_id)
            .where(or_(*(_is_of(cut) for cut in unknown)))
        )
        known |= {tuple(key): ranking_id for ranking_id, *key in rows}
    return [_placed(cut, known.get(_key(cut))) for cut in cuts]


def _key(cut: Cut) -> tuple[Any, ...]:
    return cut.programme, cut.period, cut.kind.value if cut.kind else ALL, cut.party_kind, cut.frozen_id


def _is_of(cut: Cut) -> ColumnElement[bool]:
    programme, period, kind, party_kind, frozen_id = _key(cut)
    return and_(
        Programme.code == programme,
        Ranking.period == period,
        Ranking.kind == kind,
        Ranking.party_kind == party_kind,
        Ranking.frozen_id.is_(None) if frozen_id is None else Ranking.frozen_id == frozen_id,
    )


def _placed(cut: Cut, ranking_id: int | None) -> Board | None:
    if ranking_id is None:
        return None
    level = _LEVELS.get(len(region_prefix(cut.region_code))) if cut.region_code else None
    model = Standing if cut.frozen_id is None else FrozenPlace
    return Board(
        model, ranking_id, level, cut.region_code if level and cut.region_code else ALL, cut.size_class
    )


def ranks_of(session: Session, board: Board, points: Sequence[int], *, is_first: bool) -> list[int]:
    """Return the ranks of a page's sums, highest first."""
    if is_first or not points:
        return list(ranked(points))
    head = [one for one in points if one == points[0]]
    rest = points[len(head) :]
    before = higher(session, board, [points[0], *rest[:1]])
    ranks = [before[0] + 1] * len(head)
    if rest:
        ranks += ranked(rest, before=before[1])
    return ranks


def higher(session: Session, board: Board, sums: Sequence[int]) -> list[int]:
    """Return how many have more points than each of some sums, in one trip."""
    if not sums:
        return []
    counts = [higher_than(board, points).label(f"above{place}") for place, points in enumerate(sums)]
    return [int(one) for one in session.execute(select(*counts)).one()]


def higher_than(board: Board, points: int) -> ColumnElement[int]:
    counted = select(func.count()).select_from(board.model).where(*board.rows(), board.model.points > points)
    if not board.has_histogram:
        return counted.scalar_subquery()
    bucket = bucket_of(max(points, 0))
    above = histogram.above(board.cell, bucket)
    if bucket_floor(bucket + 1) == points + 1:
        return above
    within = counted.where(board.model.points < bucket_floor(bucket + 1))
    return above + within.scalar_subquery()


def count_of(session: Session, board: Board) -> int:
    return int(session.scalar(select(counting(board))) or 0)


def counting(board: Board) -> ColumnElement[int]:
    if board.has_histogram:
        return histogram.total(board.cell)
    return select(func.count()).select_from(board.model).where(*board.rows()).scalar_subquery()
