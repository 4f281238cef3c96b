"""Reading frozen rankings: which there are, their files, what a correction changed, and how places moved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.errors import NotFound
from points.rankings.lines import Line, canonical_file
from points.rankings.models import FrozenPlace, FrozenRanking, Ranking
from points.rankings.rules import ALL, period_before
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME

_BEYOND = 10**9
"""A number that no ranking has: what an address names may be longer than a database's numbers."""


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """A frozen ranking as open data: its file's name and what is published with it."""

    frozen: FrozenRanking
    programme: str

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return f"ranking-{self.programme}-{self.frozen.period}-{self.frozen.number}"

    @property
    def command(self) -> str:
        """The command that makes it anew from the ledger."""
        return f"flask rankings rebuild {self.programme} {self.frozen.period} --number {self.frozen.number}"

    @property
    def facts(self) -> dict[str, Any]:
        """What the JSON beside the file says."""
        return {
            "programme": self.programme,
            "period": self.frozen.period,
            "number": self.frozen.number,
            "cutoff": self.frozen.cutoff,
            "root": self.frozen.root.hex(),
            "rulesets": [int(one) for one in self.frozen.rulesets.split(",") if one],
            "lines": self.frozen.places,
            "sha256": self.frozen.file_sha256.hex(),
            "frozen_at": self.frozen.frozen_at.isoformat(),
            "corrects": self.frozen.number - 1 if self.frozen.corrects_id else None,
            "command": self.command,
        }


@dataclass(frozen=True, slots=True)
class Move:
    """How a party's place moved from the period before: ranks (None: not listed then), points, and by kind."""

    rank_before: int | None
    rank: int
    points_before: int
    points: int
    by_kind: dict[str, int]
    """What came more or less of each kind of contribution, in centipoints; kinds without a change are left out."""

    @property
    def steps(self) -> int:
        """How many places up; below zero down."""
        return 0 if self.rank_before is None else self.rank_before - self.rank


@dataclass(frozen=True, slots=True)
class Difference:
    """What a correction changed for one party in the ranking of all kinds: points and rank, None where not listed."""

    party_id: UUID
    points_before: int | None
    rank_before: int | None
    points: int | None
    rank: int | None


def frozen_files(session: Session, *, programme: str | None = None) -> list[FrozenFile]:
    """Return all frozen rankings (of one programme), oldest first."""
    rows = session.execute(
        select(FrozenRanking, Programme.code)
        .join(Programme, Programme.id == FrozenRanking.programme_id)
        .where(true() if programme is None else Programme.code == programme)
        .order_by(FrozenRanking.frozen_at, FrozenRanking.period, FrozenRanking.number)
    )
    return [FrozenFile(frozen, code) for frozen, code in rows]


def find(
    session: Session, period: str, number: int | None = None, *, programme: str = CITY_PROGRAMME
) -> FrozenFile:
    """Return a frozen ranking; without a number the newest of its period. Raises NotFound."""
    wanted = (
        select(FrozenRanking)
        .join(Programme, Programme.id == FrozenRanking.programme_id)
        .where(Programme.code == programme, FrozenRanking.period == period)
        .order_by(FrozenRanking.number.desc())
    )
    if number is not None:
        wanted = wanted.where(FrozenRanking.number == min(number, _BEYOND))
    frozen = session.scalars(wanted).first()
    if frozen is None:
        raise NotFound(_("这个时期的排行榜还没有发布。"))
    return FrozenFile(frozen, programme)


def content(session: Session, frozen: FrozenRanking) -> bytes:
    """Return the canonical CSV of a frozen ranking, from its stored lines."""
    return canonical_file(stored_lines(session, frozen))


def stored_lines(session: Session, frozen: FrozenRanking) -> list[Line]:
    """Return the lines of a frozen ranking in the order of its file."""
    rows = session.execute(
        select(
            Ranking.kind, Ranking.party_kind, FrozenPlace.who, FrozenPlace.county, FrozenPlace.town,
            FrozenPlace.village, FrozenPlace.size_class, FrozenPlace.points, FrozenPlace.party_id,
            FrozenPlace.rank_city, FrozenPlace.rank_county, FrozenPlace.rank_town, FrozenPlace.rank_village,
            FrozenPlace.rank_size,
        )
        .join(Ranking, Ranking.id == FrozenPlace.ranking_id)
        .where(Ranking.frozen_id == frozen.id)
    )  # fmt: skip
    lines = [
        Line(kind, party_kind.value, who, county, town, village, size.value if size else None, *rest)
        for kind, party_kind, who, county, town, village, size, *rest in rows
    ]
    return sorted(lines, key=lambda line: line.order)


def moves(session: Session, frozen: FrozenRanking, party_ids: Sequence[UUID]) -> dict[UUID, Move]:
    """Return how these parties moved in the whole city, all kinds together, from the period before to this one.

    Nothing when the period before is not frozen.
    """
    earlier = _before(session, frozen)
    if earlier is None:
        return {}
    now, then = _places(session, frozen.id, party_ids), _places(session, earlier.id, party_ids)
    found = {}
    for party_id, kinds in now.items():
        before = then.get(party_id, {})
        if ALL not in kinds:
            continue
        points, rank = kinds[ALL]
        points_before, rank_before = before.get(ALL, (0, None))
        by_kind = {
            kind: kinds.get(kind, (0, None))[0] - before.get(kind, (0, None))[0]
            for kind in sorted({*kinds, *before} - {ALL})
        }
        changed = {kind: points for kind, points in by_kind.items() if points}
        found[party_id] = Move(rank_before, rank or 0, points_before, points, changed)
    return found


def differences(session: Session, frozen: FrozenRanking) -> Iterator[Difference]:
    """Yield what a correction changed against the ranking that it corrects, all kinds together, by rank."""
    if frozen.corrects_id is None:
        return
    earlier = session.get_one(FrozenRanking, frozen.corrects_id)
    before, now = (
        {line.party_id: line for line in stored_lines(session, one) if line.kind == ALL}
        for one in (earlier, frozen)
    )
    for party_id in sorted({*before, *now}, key=lambda key: (now.get(key) or before[key]).rank_city):
        old, new = before.get(party_id), now.get(party_id)
        if old is None or new is None or (old.points, old.rank_city) != (new.points, new.rank_city):
            yield Difference(
                party_id,
                *((old.points, old.rank_city) if old else (None, None)),
                *((new.points, new.rank_city) if new else (None, None)),
            )


def _before(session: Session, frozen: FrozenRanking) -> FrozenRanking | None:
    """Return the newest frozen ranking of the period before."""
    period = period_before(frozen.period)
    return session.scalars(
        select(FrozenRanking)
        .where(FrozenRanking.programme_id == frozen.programme_id, FrozenRanking.period == period)
        .order_by(FrozenRanking.number.desc())
    ).first()


def _places(
    session: Session, frozen_id: UUID, party_ids: Sequence[UUID]
) -> dict[UUID, dict[str, tuple[int, int | None]]]:
    """Return points and rank in the city of these parties by kind."""
    rows = session.execute(
        select(FrozenPlace.party_id, Ranking.kind, FrozenPlace.points, FrozenPlace.rank_city)
        .join(Ranking, Ranking.id == FrozenPlace.ranking_id)
        .where(Ranking.frozen_id == frozen_id, FrozenPlace.party_id.in_(party_ids))
    )
    found: dict[UUID, dict[str, tuple[int, int | None]]] = {}
    for party_id, kind, points, rank in rows:
        found.setdefault(party_id, {})[kind] = (points, rank)
    return found
