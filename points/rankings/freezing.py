"""Freezing rankings: all cuts of a period as they are within a cut-off, published at once and never changed.

Who may be named and where each party belongs is frozen with the points. What is sealed later for a frozen period
makes a correction, which stands beside.
"""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.ids import new_id
from app.parties.models import PartyKind
from app.permissions import Actor, Permission, ensure_may
from app.rows import pour, ready_keys
from points.rankings import histogram
from points.rankings.lines import Line
from points.rankings.mark import hold_mark
from points.rankings.models import FrozenRanking, Ranking
from points.rankings.preparing import Prepared, is_current, newest, prepare, prepare_month
from points.rankings.rollup import next_ranking_id
from points.rankings.rules import ALL, days_of, is_period, months_of
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset
from points.seals import queries as seals

_COLUMNS = (
    "party_id", "ranking_id", "county", "town", "village", "size_class", "points",
    "who", "rank_city", "rank_county", "rank_town", "rank_village", "rank_size",
)  # fmt: skip
_CHUNK = 20_000
"""Lines written at once."""


def freeze(
    session: Session, programme: Programme, period: str, cutoff: int, *, actor: Actor
) -> FrozenRanking:
    """Freeze the rankings of a period that is over, at a cut-off (a tree size), and publish them.

    Raises InvalidInput for what is no period or is not over, Conflict when it is frozen already.
    """
    _ensure_may_freeze(session, programme, period, actor)
    if newest(session, programme, period) is not None:
        raise Conflict(_("这个时期的排行榜已经发布，以后的变化只能另行公布更正。"))
    return _write(session, programme, prepare(session, programme, period, cutoff), actor)


def correct(
    session: Session, programme: Programme, period: str, cutoff: int, *, actor: Actor
) -> FrozenRanking | None:
    """Publish a correction beside a frozen ranking; None when nothing has changed. Raises Conflict without one."""
    _ensure_may_freeze(session, programme, period, actor)
    if newest(session, programme, period) is None:
        raise Conflict(_("这个时期的排行榜还没有发布，没有可更正的。"))
    ready = prepare(session, programme, period, cutoff)
    return _write(session, programme, ready, actor) if ready.is_new else None


def freeze_month(
    session: Session,
    programme: Programme,
    month: str,
    cutoff: int,
    *,
    actor: Actor,
    ready: Sequence[Prepared] | None = None,
) -> list[FrozenRanking]:
    """Freeze what ends with a month at its closing: the month, its quarter and year; correct what later leaves touch.

    A second time nothing is left to be done. ``ready`` is what ``prepare_month`` has counted for this cut-off in a
    transaction before; what somebody has frozen meanwhile is counted anew.
    """
    _ensure_may_freeze(session, programme, month, actor)
    if ready is None or not is_current(session, programme, ready):
        ready = prepare_month(session, programme, month, cutoff)
    return [_write(session, programme, one, actor) for one in ready if one.is_new]


def _ensure_may_freeze(session: Session, programme: Programme, period: str, actor: Actor) -> None:
    lock(session, Programme, programme.id)
    ensure_may(actor, Permission.CLOSE_PERIODS, region_code=programme.region_code)
    if not is_period(period):
        raise InvalidInput(_("没有“%(period)s”这样的时期。", period=period[:20]), field="period")
    if period != ALL and months_of(period)[1] >= f"{clock.today():%Y-%m}":
        raise InvalidInput(_("这个时期还没有结束，结束以后才能发布排行榜。"), field="period")


def _write(session: Session, programme: Programme, ready: Prepared, actor: Actor) -> FrozenRanking:
    period, cutoff, lines, before = ready.period, ready.cutoff, ready.lines, ready.before
    frozen = FrozenRanking(
        id=new_id(),
        programme_id=programme.id,
        period=period,
        number=1 if before is None else before.number + 1,
        cutoff=cutoff,
        root=seals.root_at(session, cutoff),
        rulesets=_versions(session, programme, period),
        places=len(lines),
        file_sha256=ready.file_sha256,
        corrects_id=None if before is None else before.id,
        frozen_at=clock.now(),
        actor_id=actor.user_id,
    )
    session.add(frozen)
    session.flush()
    _write_places(session, frozen, lines)
    events.record(
        session, "rankings.freeze" if before is None else "rankings.correct", "frozen_ranking", frozen.id,
        actor=actor, after={"period": period, "number": frozen.number, "cutoff": cutoff, "places": len(lines)},
    )  # fmt: skip
    return frozen


def _write_places(session: Session, frozen: FrozenRanking, lines: Sequence[Line]) -> None:
    hold_mark(session)  # numbers of rankings are given under it
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        sums[line.kind, line.party_kind] = sums.get((line.kind, line.party_kind), 0) + line.points
    first = next_ranking_id(session)
    numbers = {key: number for number, key in enumerate(sums, start=first)}
    for (kind, party_kind), number in numbers.items():
        session.add(
            Ranking(
                id=number,
                programme_id=frozen.programme_id,
                period=frozen.period,
                kind=kind,
                party_kind=PartyKind(party_kind),
                frozen_id=frozen.id,
                points=sums[kind, party_kind],
            )
        )
    session.flush()
    dialect = session.get_bind().dialect.name
    for start in range(0, len(lines), _CHUNK):
        some = lines[start : start + _CHUNK]
        keys = ready_keys([line.party_id.bytes for line in some], dialect)
        pour(session, "frozen_place", _COLUMNS, [
            (
                key, numbers[line.kind, line.party_kind], line.county, line.town, line.village, line.size_class,
                line.points, line.who, line.rank_city, line.rank_county, line.rank_town, line.rank_village,
                line.rank_size,
            )
            for key, line in zip(keys, some, strict=True)
        ])  # fmt: skip
    if numbers:
        histogram.count_frozen(session, first, first + len(numbers) - 1)


def _versions(session: Session, programme: Programme, period: str) -> str:
    """Return the versions of the rules that were in force in a period, by commas."""
    first, last = days_of(period)
    found = session.scalars(
        select(Ruleset.version)
        .where(Ruleset.programme_id == programme.id, Ruleset.state == RulesetState.PUBLISHED)
        .where(Ruleset.effective_from <= last)
        .where(or_(Ruleset.effective_to.is_(None), Ruleset.effective_to >= first))
        .order_by(Ruleset.version)
    )
    return ",".join(str(version) for version in found)
