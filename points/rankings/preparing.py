"""Making ready what is to be frozen: which periods, and their lines. It reads only, so nobody waits for it.

Leaves within a cut-off never change, so lines may be counted in one transaction and written in a later one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.parties.models import PartyKind
from points.ledger.closing_models import PeriodClose
from points.rankings.counting import count_points, last_leaves
from points.rankings.lines import Line, file_hash, ranked_lines
from points.rankings.models import FrozenRanking
from points.rankings.naming import REGISTER, register_values
from points.rankings.rules import ALL, months_of, periods_of_month
from points.rulesets.models import Programme


@dataclass(frozen=True, slots=True)
class Prepared:
    """The lines of a period within a cut-off, and the frozen ranking that they would correct."""

    period: str
    cutoff: int
    before: FrozenRanking | None
    lines: Sequence[Line]
    file_sha256: bytes

    @property
    def is_new(self) -> bool:
        """Whether it differs from what is published of this period."""
        return self.before is None or self.before.file_sha256 != self.file_sha256


def prepare(session: Session, programme: Programme, period: str, cutoff: int) -> Prepared:
    """Count a period within a cut-off (a tree size): all who may be named now, where they belong now."""
    lines = _lines(session, programme, period, cutoff)
    return Prepared(period, cutoff, newest(session, programme, period), lines, file_hash(lines))


def prepare_month(session: Session, programme: Programme, month: str, cutoff: int) -> list[Prepared]:
    """Make ready what a month's closing freezes: what ends with it, and what later leaves correct."""
    ending = [one for one in periods_of_month(month) if one != ALL and months_of(one)[1] == month]
    periods = [one for one in ending if newest(session, programme, one) is None]
    periods += [one for one in _with_later_leaves(session, programme, month, cutoff) if one not in periods]
    return [prepare(session, programme, period, cutoff) for period in periods]


def newest(session: Session, programme: Programme, period: str) -> FrozenRanking | None:
    """Return the newest frozen ranking of a period: the first one, or its last correction."""
    return session.scalar(
        select(FrozenRanking)
        .where(FrozenRanking.programme_id == programme.id, FrozenRanking.period == period)
        .order_by(FrozenRanking.number.desc())
        .limit(1)
    )


def is_current(session: Session, programme: Programme, ready: Sequence[Prepared]) -> bool:
    """Return whether nobody has frozen or corrected any of these periods meanwhile."""
    found = ((newest(session, programme, one.period), one.before) for one in ready)
    return all((now and now.id) == (before and before.id) for now, before in found)


def _with_later_leaves(session: Session, programme: Programme, month: str, cutoff: int) -> list[str]:
    """Return the frozen periods of which leaves within the cut-off are later than their newest cut-off.

    The close before has corrected all that were frozen by then, so of these only leaves since then are looked at.
    """
    rows = session.execute(
        select(FrozenRanking.period, FrozenRanking.cutoff, FrozenRanking.frozen_at)
        .where(FrozenRanking.programme_id == programme.id)
        .order_by(FrozenRanking.number)
    )
    frozen = {period: (size, at) for period, size, at in rows}
    if not frozen:
        return []
    close = session.execute(
        select(PeriodClose.tree_size, PeriodClose.closed_at)
        .where(PeriodClose.programme_id == programme.id, PeriodClose.month < month)
        .order_by(PeriodClose.month.desc())
        .limit(1)
    ).first()
    # What was frozen by hand after that close, perhaps at an earlier cut-off, it did not look at.
    settled = {
        period: max(size, close.tree_size) if close is not None and at <= close.closed_at else size
        for period, (size, at) in frozen.items()
    }
    last = last_leaves(session, programme, min(settled.values()), cutoff)
    return sorted(
        period
        for period, size in settled.items()
        if any(
            number >= size and months_of(period)[0] <= one <= months_of(period)[1]
            for one, number in last.items()
        )
    )


def _lines(session: Session, programme: Programme, period: str, cutoff: int) -> list[Line]:
    counted = count_points(session, programme, period, cutoff)
    register = {key: more for key, *more in _register(session)}
    lines = []
    for (kind, party_id), one in counted.items():
        known = register.get(party_id.bytes)
        if known is None or one.points <= 0:
            continue
        code, party_kind, county, town, village, size_class = known
        who = f"O:{code}" if party_kind == PartyKind.ORGANISATION.value else " ".join(one.whos)
        lines.append(Line(kind, party_kind, who, county, town, village, size_class, one.points, party_id))
    return ranked_lines(lines)


def _register(session: Session) -> Iterator[tuple[Any, ...]]:
    """Yield key (16 bytes), code, kind, place and size class of whoever may be named now."""
    rows = session.execute(
        register_values(
            "SELECT r.party_id, r.code, r.party_kind, r.county, r.town, r.village, r.size_class "
            f"FROM ({REGISTER}) r WHERE r.named"
        )
    )
    for key, *more in rows:
        yield (key.bytes if isinstance(key, UUID) else key, *more)
