"""Freezing rankings: all cuts of a period as they are within a cut-off, published at once and never changed.

Who may be named and where each party belongs is frozen with the points. What is sealed later for a frozen period
makes a correction, which stands beside.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

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
from points.rankings.counting import count_points
from points.rankings.lines import Line, canonical_file, ranked_lines
from points.rankings.mark import hold_mark
from points.rankings.models import FrozenRanking, Ranking
from points.rankings.naming import REGISTER, register_values
from points.rankings.rollup import next_ranking_id
from points.rankings.rules import ALL, days_of, is_period, months_of, periods_of_month
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset
from points.seals import queries as seals

_COLUMNS = (
    "party_id", "ranking_id", "county", "town", "village", "size_class", "points",
    "who", "rank_city", "rank_county", "rank_town", "rank_village", "rank_size",
)  # fmt: skip


def freeze(
    session: Session, programme: Programme, period: str, cutoff: int, *, actor: Actor
) -> FrozenRanking:
    """Freeze the rankings of a period that is over, at a cut-off (a tree size), and publish them.

    Raises InvalidInput for what is no period or is not over, Conflict when it is frozen already.
    """
    _ensure_may_freeze(session, programme, period, actor)
    if newest(session, programme, period) is not None:
        raise Conflict(_("这个时期的排行榜已经发布，以后的变化只能另行公布更正。"))
    return _write(
        session, programme, period, cutoff, lines_now(session, programme, period, cutoff), None, actor
    )


def correct(
    session: Session, programme: Programme, period: str, cutoff: int, *, actor: Actor
) -> FrozenRanking | None:
    """Publish a correction beside a frozen ranking; None when nothing has changed. Raises Conflict without one."""
    _ensure_may_freeze(session, programme, period, actor)
    before = newest(session, programme, period)
    if before is None:
        raise Conflict(_("这个时期的排行榜还没有发布，没有可更正的。"))
    lines = lines_now(session, programme, period, cutoff)
    if hashlib.sha256(canonical_file(lines)).digest() == before.file_sha256:
        return None
    return _write(session, programme, period, cutoff, lines, before, actor)


def freeze_month(
    session: Session, programme: Programme, month: str, cutoff: int, *, actor: Actor
) -> list[FrozenRanking]:
    """Freeze what ends with a month at its closing: the month, its quarter and year; correct what was frozen before.

    A second time nothing is left to be done.
    """
    done: list[FrozenRanking] = []
    ending = [one for one in periods_of_month(month) if one != ALL and months_of(one)[1] == month]
    for period in ending:
        if newest(session, programme, period) is None:
            done.append(freeze(session, programme, period, cutoff, actor=actor))
    earlier = select(FrozenRanking.period).where(FrozenRanking.programme_id == programme.id).distinct()
    for period in sorted(set(session.scalars(earlier)) - set(ending)):
        correction = correct(session, programme, period, cutoff, actor=actor)
        if correction is not None:
            done.append(correction)
    return done


def newest(session: Session, programme: Programme, period: str) -> FrozenRanking | None:
    """Return the newest frozen ranking of a period: the first one, or its last correction."""
    return session.scalar(
        select(FrozenRanking)
        .where(FrozenRanking.programme_id == programme.id, FrozenRanking.period == period)
        .order_by(FrozenRanking.number.desc())
        .limit(1)
    )


def lines_now(session: Session, programme: Programme, period: str, cutoff: int) -> list[Line]:
    """Return the lines within a cut-off of all who may be named now, where they belong now."""
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
        yield (key if isinstance(key, bytes) else key.bytes, *more)


def _ensure_may_freeze(session: Session, programme: Programme, period: str, actor: Actor) -> None:
    lock(session, Programme, programme.id)
    ensure_may(actor, Permission.CLOSE_PERIODS, region_code=programme.region_code)
    if not is_period(period):
        raise InvalidInput(_("没有“%(period)s”这样的时期。", period=period[:20]), field="period")
    if period != ALL and months_of(period)[1] >= f"{clock.today():%Y-%m}":
        raise InvalidInput(_("这个时期还没有结束，结束以后才能发布排行榜。"), field="period")


def _write(
    session: Session,
    programme: Programme,
    period: str,
    cutoff: int,
    lines: Sequence[Line],
    before: FrozenRanking | None,
    actor: Actor,
) -> FrozenRanking:
    frozen = FrozenRanking(
        id=new_id(),
        programme_id=programme.id,
        period=period,
        number=1 if before is None else before.number + 1,
        cutoff=cutoff,
        root=seals.root_at(session, cutoff),
        rulesets=_versions(session, programme, period),
        places=len(lines),
        file_sha256=hashlib.sha256(canonical_file(lines)).digest(),
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
    keys = ready_keys([line.party_id.bytes for line in lines], session.get_bind().dialect.name)
    pour(
        session,
        "frozen_place",
        _COLUMNS,
        [
            (
                key, numbers[line.kind, line.party_kind], line.county, line.town, line.village, line.size_class,
                line.points, line.who, line.rank_city, line.rank_county, line.rank_town, line.rank_village,
                line.rank_size,
            )
            for key, line in zip(keys, lines, strict=True)
        ],
    )  # fmt: skip
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
