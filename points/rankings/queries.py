"""Reading the rankings: any page, one party's place, how many there are. A page far down costs what the first costs.

A page is read from one index, from its middle on; ranks come from the histogram: how many stand in higher buckets,
and how many stand higher within the bucket. In towns and villages, which are small, they are counted in the index.
Equal points share a rank and stand in the order of the parties' keys, the newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from app import paging
from app.paging import Order, Page, fetch
from app.parties.models import OrganisationKind, PartyKind
from points.rankings import histogram
from points.rankings.boards import (
    Board,
    Cut,
    board_of,
    boards_of,
    count_of,
    counting,
    higher,
    higher_than,
    ranks_of,
)
from points.rankings.mark import MARK
from points.rankings.models import FrozenPlace, Ranking, RollMark, Standing
from points.rankings.naming import Registered, registered
from points.rankings.rules import ALL, bucket_floor, places
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME

_LAST_KEY = (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranking. Points in centipoints; ``disputed`` ones are held and not among them.

    ``region_code`` is an organisation's own, of a person the county's. ``is_named`` is false only in a frozen
    ranking, for whoever may be named no longer: there is no name then.
    """

    rank: int
    party_id: UUID
    code: str
    name: str
    party_kind: PartyKind
    organisation_kind: OrganisationKind | None
    region_code: str
    points: int
    disputed: int = 0
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where one party stands. ``rank`` is None when it is not named in this ranking or has no points in it."""

    rank: int | None
    points: int
    total: int
    disputed: int = 0


def page(
    session: Session, cut: Cut, *, after: str | None = None, before: str | None = None, size: int = 50
) -> Page[Ranked]:
    """Return a page of a ranking with ranks 1-2-2-4. Raises InvalidInput for a cursor that is not ours."""
    board = board_of(session, cut)
    if board is None:
        return Page([], None, None)
    return _page(session, board, after=after, before=before, size=size)


def _page(
    session: Session, board: Board, *, after: str | None = None, before: str | None = None, size: int
) -> Page[Ranked]:
    model = board.model
    disputed: Any = Standing.disputed if model is Standing else literal(0)
    statement = select(model.party_id, model.points, disputed).where(*board.rows())
    order = [Order(model.points, descending=True), Order(model.party_id, descending=True)]
    found = fetch(session, statement, order, after=after, before=before, size=size)
    rows = [(key, points, held) for key, points, held in found.rows]
    ranks = ranks_of(session, board, [points for _key, points, _held in rows], is_first=found.before is None)
    return Page(_lines(session, board, rows, ranks), found.before, found.after)


def top(session: Session, cut: Cut, limit: int = 10) -> list[Ranked]:
    """Return the first of a ranking."""
    return list(page(session, cut, size=limit).rows)


def count(session: Session, cut: Cut) -> int:
    """Return how many are named in a ranking."""
    board = board_of(session, cut)
    return 0 if board is None else count_of(session, board)


def standing_of(session: Session, party_id: UUID, cut: Cut) -> Place:
    """Return one party's place in a ranking, and how many are named in it."""
    return standings_of(session, party_id, [cut])[0]


def standings_of(session: Session, party_id: UUID, cuts: Sequence[Cut]) -> list[Place]:
    """Return one party's places in several rankings; as many statements for all as for one."""
    boards = boards_of(session, cuts)
    rows = _rows_of(session, party_id, [one for one in boards if one])
    listed = [one is not None and one in rows and rows[one].is_listed for one in boards]
    if any(mine and one and one.model is Standing for mine, one in zip(listed, boards, strict=True)):
        named = registered(session, [party_id])[party_id].is_named
        listed = [
            mine and (named or one is None or one.model is not Standing)
            for mine, one in zip(listed, boards, strict=True)
        ]
    counts: list[ColumnElement[int]] = []
    for mine, one in zip(listed, boards, strict=True):
        counts.append(literal(0) if one is None else counting(one))
        counts.append(higher_than(one, rows[one].points) if mine and one else literal(0))
    told = [int(one or 0) for one in session.execute(select(*counts)).one()] if any(boards) else []
    found = []
    for number, (mine, one) in enumerate(zip(listed, boards, strict=True)):
        if one is None:
            found.append(Place(None, 0, 0))
            continue
        row, total = rows.get(one, _Row(0, 0, is_listed=False)), told[2 * number]
        found.append(Place(told[2 * number + 1] + 1 if mine else None, row.points, total, row.disputed))
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    """A party's row of a board: whether it may stand in the list as far as the row tells."""

    points: int
    disputed: int
    is_listed: bool


def _rows_of(session: Session, party_id: UUID, boards: Sequence[Board]) -> dict[Board, _Row]:
    """Return the rows of a party that are within some boards."""
    found: dict[Board, _Row] = {}
    models: tuple[type[Standing] | type[FrozenPlace], ...] = (Standing, FrozenPlace)
    for model in models:
        wanted = {one.ranking_id for one in boards if one.model is model}
        if not wanted:
            continue
        query: Any = select(model).where(model.party_id == party_id, model.ranking_id.in_(wanted))
        rows: dict[int, Any] = {
            row.ranking_id: row for row in session.scalars(query.execution_options(populate_existing=True))
        }
        for board in boards:
            row = rows.get(board.ranking_id) if board.model is model else None
            inside = row is not None and (board.level is None or getattr(row, board.level) == board.place)
            if (
                row is None
                or not inside
                or (board.size_class is not None and row.size_class is not board.size_class)
            ):
                continue
            is_live = model is Standing
            listed = row.points > 0 and (not is_live or row.named)
            found[board] = _Row(row.points, row.disputed if is_live else 0, listed)
    return found


def from_party(session: Session, cut: Cut, party_id: UUID, *, size: int = 50) -> Page[Ranked] | None:
    """Return the page with this party at its head; None when it is not listed."""
    board = board_of(session, cut)
    if board is None:
        return None
    points = session.scalar(select(board.model.points).where(*board.rows(), board.model.party_id == party_id))
    if points is None:
        return None
    return _page(session, board, after=_cursor_at(points, party_id), size=size)


def from_rank(session: Session, cut: Cut, rank: int, *, size: int = 50) -> Page[Ranked]:
    """Return the page with the n-th of a ranking at its head; beyond the end, an empty one."""
    board = board_of(session, cut)
    if board is None or rank < 1:
        return Page([], None, None)
    found = select(board.model.points, board.model.party_id).where(*board.rows())
    skipped = rank - 1
    if board.has_histogram:
        bucket, skipped = histogram.bucket_at(session, board.cell, skipped)
        if bucket is None:
            return Page([], None, None)
        found = found.where(
            board.model.points >= bucket_floor(bucket), board.model.points < bucket_floor(bucket + 1)
        )
    # What is skipped lies within one bucket, or in a town.
    found = found.order_by(board.model.points.desc(), board.model.party_id.desc()).offset(skipped).limit(1)
    row = session.execute(found).first()
    if row is None:
        return Page([], None, None)
    return _page(session, board, after=_cursor_at(*row), size=size)


def distribution(session: Session, cut: Cut, floors: Sequence[int]) -> list[int]:
    """Return how many are listed in each band of points; ``floors`` (centipoints, rising) are where bands begin.

    Who has less than the first floor is in no band.
    """
    board = board_of(session, cut)
    if board is None:
        return [0] * len(floors)
    at_least = higher(session, board, [max(floor - 1, 0) for floor in floors])
    return [more - less for more, less in zip(at_least, [*at_least[1:], 0], strict=True)]


def points_by_kind(
    session: Session, periods: Sequence[str], programme: str = CITY_PROGRAMME
) -> dict[str, dict[str, int]]:
    """Return what all parties together have (centipoints) by period and kind of contribution, named or not."""
    statement = (
        select(Ranking.period, Ranking.kind, func.sum(Ranking.points))
        .join(Programme, Programme.id == Ranking.programme_id)
        .where(Programme.code == programme, Ranking.frozen_id.is_(None), Ranking.kind != ALL)
        .where(Ranking.period.in_(periods))
        .group_by(Ranking.period, Ranking.kind)
    )
    found: dict[str, dict[str, int]] = {period: {} for period in periods}
    for period, kind, points in session.execute(statement):
        found[period][kind] = int(points)
    return found


def as_of(session: Session) -> datetime | None:
    """Return up to when the rankings are complete, or None when nothing has been added up yet."""
    return session.scalar(select(RollMark.rolled_at).where(RollMark.name == MARK))


def names_of(session: Session, party_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return what parties are called publicly at this instant; who may not be named is told to be nameless."""
    known = registered(session, party_ids)
    return {key: one.name if one.is_named else _nameless(one) for key, one in known.items()}


def version(session: Session) -> str:
    """Return a word that changes whenever a live ranking may have changed."""
    mark = session.get(RollMark, MARK)
    return "" if mark is None else f"{mark.leaves}.{mark.changes}.{mark.rolled_at.isoformat()}"


def _cursor_at(points: int, party_id: UUID) -> str:
    """Return the cursor after which a row itself is the first: of the key that would come just before it."""
    return paging.cursor(points, UUID(int=min(party_id.int + 1, _LAST_KEY)))


def _lines(
    session: Session, board: Board, rows: Sequence[tuple[UUID, int, int]], ranks: Sequence[int]
) -> list[Ranked]:
    """Return the lines of a page (party, points, disputed) with their names, joined for these rows alone.

    Whoever may not be named at this instant is dropped from a live page, and nameless in a frozen one.
    """
    known = registered(session, [key for key, _points, _held in rows])
    is_live = board.model is Standing
    lines = []
    for (key, points, disputed), rank in zip(rows, ranks, strict=True):
        one = known[key]
        if one.is_named:
            # Whoever agreed to be named has not agreed to tell the village.
            place = one.region_code if one.kind is PartyKind.ORGANISATION else places(one.region_code).county
            lines.append(
                Ranked(
                    rank, key, one.code, one.name, one.kind, one.organisation_kind, place, points, disputed
                )
            )
        elif not is_live:
            lines.append(Ranked(rank, key, "", _nameless(one), one.kind, None, "", points, is_named=False))
    return lines


def _nameless(one: Registered) -> str:
    return _("（应本人要求不再公开）") if one.kind is PartyKind.PERSON else _("（已不在册）")
