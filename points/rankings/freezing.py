"""Freezing rankings: all cuts of a period as they are within a cut-off, published at once and never changed.

Who may be named and where each party belongs is frozen with the points. What is sealed later for a frozen period
makes a correction, which stands beside.
"""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import Base, lock
from app.errors import Conflict, InvalidInput
from app.permissions import Actor, Permission, ensure_may
from app.rows import insert_rows
from points.ledger.form import FORM, signed
from points.rankings import staging
from points.rankings.lines import parties_hash
from points.rankings.models import FrozenRanking
from points.rankings.preparing import Prepared, is_current, newest, prepare, prepare_month
from points.rankings.rules import ALL, days_of, is_period, months_of
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset, RulesetReach
from points.seals import queries as seals

_FROZEN = Base.metadata.tables[FrozenRanking.__tablename__]


def freeze(
    session: Session,
    programme: Programme,
    period: str,
    cutoff: int,
    *,
    actor: Actor,
    ready: Prepared | None = None,
) -> FrozenRanking:
    """Freeze the rankings of a period that is over, at a cut-off (a tree size), and publish them.

    ``ready`` is what was counted for this cut-off, and written ahead, before. Raises InvalidInput for what is no
    period or is not over, Conflict when it is frozen already.
    """
    _ensure_may_freeze(session, programme, period, actor)
    if newest(session, programme, period) is not None:
        raise Conflict(_("这个时期的排行榜已经发布，以后的变化只能另行公布更正。"))
    return _write(session, programme, _counted(session, programme, period, cutoff, ready), actor)


def correct(
    session: Session,
    programme: Programme,
    period: str,
    cutoff: int,
    *,
    actor: Actor,
    ready: Prepared | None = None,
) -> FrozenRanking | None:
    """Publish a correction beside a frozen ranking; None when nothing has changed. Raises Conflict without one."""
    _ensure_may_freeze(session, programme, period, actor)
    if newest(session, programme, period) is None:
        raise Conflict(_("这个时期的排行榜还没有发布，没有可更正的。"))
    ready = _counted(session, programme, period, cutoff, ready)
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


def _counted(
    session: Session, programme: Programme, period: str, cutoff: int, ready: Prepared | None
) -> Prepared:
    """Return what was counted before, or count it when it was not, or for another state of things."""
    if ready is None or ready.cutoff != cutoff or not is_current(session, programme, [ready]):
        return prepare(session, programme, period, cutoff)
    return ready


def _ensure_may_freeze(session: Session, programme: Programme, period: str, actor: Actor) -> None:
    lock(session, Programme, programme.id)
    ensure_may(actor, Permission.CLOSE_PERIODS, region_code=programme.region_code)
    ensure_over(period)


def ensure_over(period: str) -> None:
    """Return when a period may be frozen. Raises InvalidInput for what is no period or is not over."""
    if not is_period(period):
        raise InvalidInput(_("没有“%(period)s”这样的时期。", period=period[:20]), field="period")
    if period != ALL and months_of(period)[1] >= f"{clock.today():%Y-%m}":
        raise InvalidInput(_("这个时期还没有结束，结束以后才能发布排行榜。"), field="period")


def _write(session: Session, programme: Programme, ready: Prepared, actor: Actor) -> FrozenRanking:
    period, cutoff, lines, before = ready.period, ready.cutoff, ready.lines, ready.before
    body = (
        staging.finish(session, programme.id, ready),
        FORM,
        programme.id,
        period,
        1 if before is None else before.number + 1,
        cutoff,
        seals.root_at(session, cutoff),
        _versions(session, programme, period),
        len(lines),
        ready.file_sha256,
        parties_hash(lines),
        None if before is None else before.id,
        clock.now(),
        actor.user_id,
    )
    insert_rows(session, _FROZEN, [signed(body)])
    frozen = session.get_one(FrozenRanking, body[0])
    events.record(
        session, "rankings.freeze" if before is None else "rankings.correct", "frozen_ranking", frozen.id,
        actor=actor, after={"period": period, "number": frozen.number, "cutoff": cutoff, "places": len(lines)},
    )  # fmt: skip
    return frozen


def _versions(session: Session, programme: Programme, period: str) -> str:
    """Return the versions of the rules that were in force in a period, also by a decision, by commas."""
    first, last = days_of(period)
    is_decided = (
        select(RulesetReach.id)
        .where(RulesetReach.ruleset_id == Ruleset.id)
        .where(RulesetReach.first_day <= last, RulesetReach.last_day >= first)
        .exists()
    )
    in_its_days = and_(
        Ruleset.effective_from <= last,
        or_(Ruleset.effective_to.is_(None), Ruleset.effective_to >= first),
    )
    found = session.scalars(
        select(Ruleset.version)
        .where(Ruleset.programme_id == programme.id, Ruleset.state == RulesetState.PUBLISHED)
        .where(or_(in_its_days, is_decided))
        .order_by(Ruleset.version)
    )
    return ",".join(str(version) for version in found)
