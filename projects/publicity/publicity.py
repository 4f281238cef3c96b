"""The verbs of publicity: open, stop and let run on, end what is due, withdraw, count anew."""

import uuid
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.calendar.calendar import calendar_changed
from app.calendar.queries import load_calendar
from app.calendar.rules import WorkingCalendar
from app.db import lock
from app.deadlines import deadlines
from app.errors import Conflict
from app.parameters import queries as parameters
from app.parameters.kinds import ParameterUnit
from app.permissions import SYSTEM, Actor
from app.states import ensure_move
from projects.publicity import handlers, rules
from projects.publicity.kinds import LIVE, MOVES, ObjectionState, PublicityState
from projects.publicity.models import Publicity, PublicityObjection, PublicityStep
from projects.publicity.rules import Term
from projects.tiers.kinds import TierLevel

SUBJECT = "publicity"
OBJECTION = "publicity_objection"


def open(
    session: Session,
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    region_code: str,
    title: str,
    body: str,
    days_key: str,
    on: date,
    actor: Actor,
    level: TierLevel | None = None,
) -> Publicity:
    """Show something proposed to everybody from ``on`` (not counted) for the days of a parameter; return the round.

    The verb that calls has locked the subject and asked the actor's guards; ``title`` and ``body`` hold only what
    anybody may read. ``level``: objections are decided by an office of this level or above. Raises Conflict while
    an earlier round is not over.
    """
    handlers.of(subject_kind)
    if find_live(session, subject_kind, subject_id) is not None:
        raise Conflict(_("这件事正在公示，不能再次公示。"))
    of_subject = Publicity.subject_kind == subject_kind, Publicity.subject_id == subject_id
    last = session.scalar(select(func.max(Publicity.round)).where(*of_subject)) or 0
    days = _days(session, days_key, on, region_code)
    term = rules.begin(load_calendar(session, since=on), on, days)
    publicity = Publicity(
        subject_kind=subject_kind,
        subject_id=subject_id,
        round=last + 1,
        region_code=region_code,
        level=level,
        title=title,
        body=body,
        days=days,
        starts_on=on,
        counted_from=on,
        days_left=days,
        ends_on=term.ends_on,
        provisional=term.provisional,
        state=PublicityState.RUNNING,
        opened_by_id=actor.person_id,
    )
    session.add(publicity)
    session.flush()
    _step(session, publicity, None, actor=actor)
    _trace(session, "publicity.open", publicity, actor=actor)
    return publicity


def withdraw(session: Session, *, subject_kind: str, subject_id: uuid.UUID, actor: Actor) -> Publicity | None:
    """End the round of a subject that is withdrawn or looked at anew; return it, or None when none was live.

    Objections that wait lapse. The verb that calls has locked the subject and asked the actor's guards.
    """
    found = find_live(session, subject_kind, subject_id)
    if found is None:
        return None
    publicity = lock(session, Publicity, found.id)
    if publicity.state not in LIVE:
        return None
    close(session, publicity, PublicityState.WITHDRAWN, actor=actor)
    return publicity


def find_live(session: Session, subject_kind: str, subject_id: uuid.UUID) -> Publicity | None:
    """Return the round of a subject that is not over, or None."""
    return session.scalar(
        select(Publicity).where(
            Publicity.subject_kind == subject_kind,
            Publicity.subject_id == subject_id,
            Publicity.state.in_(LIVE),
        )
    )


def hold(session: Session, subject_kind: str, subject_id: uuid.UUID) -> Publicity | None:
    """Lock the live round of a subject and return it, or None.

    A verb that may withdraw a subject calls this before it locks the subject: whatever ends a round, or decides an
    objection, locks the round first and then, by its feature, the subject.
    """
    found = find_live(session, subject_kind, subject_id)
    return lock(session, Publicity, found.id) if found is not None else None


def stop(session: Session, publicity: Publicity, *, actor: Actor) -> None:
    """Stop the clock of a locked running round today, for an objection."""
    term = Term(publicity.counted_from, publicity.days_left, publicity.ends_on, publicity.provisional)
    publicity.days_left = rules.left_at_stop(term, clock.today())
    _move(session, publicity, PublicityState.STOPPED, actor=actor)


def run_on(session: Session, publicity: Publicity, *, actor: Actor) -> None:
    """Let the clock of a locked stopped round run on from today for the days that were left."""
    today = clock.today()
    _count(publicity, load_calendar(session, since=today), today)
    _move(session, publicity, PublicityState.RUNNING, actor=actor)


def close(session: Session, publicity: Publicity, state: PublicityState, *, actor: Actor) -> None:
    """Bring a locked live round to its end; objections that wait lapse."""
    publicity.ended_at = clock.now()
    _move(session, publicity, state, actor=actor)
    waiting = select(PublicityObjection).where(
        PublicityObjection.publicity_id == publicity.id, PublicityObjection.state == ObjectionState.OPEN
    )
    for objection in session.scalars(waiting).all():
        objection.state, objection.decided_at = ObjectionState.LAPSED, clock.now()
        deadlines.cancel_all(session, OBJECTION, objection.id, actor=actor)
    verb = "publicity.end" if state is PublicityState.ENDED else "publicity.withdraw"
    _trace(session, verb, publicity, actor=actor)


def due(session: Session, today: date) -> list[uuid.UUID]:
    """Return the running rounds whose last day is over, the oldest first."""
    query = (
        select(Publicity.id)
        .where(Publicity.state == PublicityState.RUNNING, Publicity.ends_on < today)
        .order_by(Publicity.ends_on, Publicity.id)
    )
    return list(session.scalars(query))


def end(session: Session, publicity_id: uuid.UUID) -> bool:
    """End a round whose last day is over and tell its feature; return False when it no longer is due."""
    publicity = lock(session, Publicity, publicity_id)
    if publicity.state is not PublicityState.RUNNING or rules.is_open_on(publicity.ends_on, clock.today()):
        return False
    close(session, publicity, PublicityState.ENDED, actor=SYSTEM)
    handlers.of(publicity.subject_kind).ended(session, publicity.subject_id, actor=SYSTEM)
    return True


def count_again(session: Session, *, actor: Actor) -> int:
    """Count the ends of running rounds anew after the calendar changed; return how many moved.

    Never to an earlier day: what was announced to the public is kept.
    """
    query = (
        select(Publicity)
        .where(Publicity.state == PublicityState.RUNNING)
        .order_by(Publicity.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    calendar, moved = load_calendar(session), 0
    for publicity in session.scalars(query).all():
        before, was_provisional = publicity.ends_on, publicity.provisional
        _count(publicity, calendar, publicity.counted_from)
        publicity.ends_on = max(before, publicity.ends_on)
        if publicity.ends_on != before or publicity.provisional != was_provisional:
            moved += publicity.ends_on != before
            session.flush()
            _step(session, publicity, publicity.state, actor=actor)
    return moved


@calendar_changed.connect
def _hear(session: Session, *, actor: Actor, **_more: Any) -> None:
    count_again(session, actor=actor)


def ensure_takes_objections(publicity: Publicity, today: date) -> None:
    """Return while objections are taken; else raise Conflict that says until when they were, and what is left."""
    running = publicity.state is PublicityState.RUNNING
    if publicity.state is PublicityState.STOPPED or (running and rules.is_open_on(publicity.ends_on, today)):
        return
    if publicity.state is PublicityState.WITHDRAWN:
        raise Conflict(_("这次公示已经终止，不用再提出异议。重新公示时，可以再提。"))
    raise Conflict(
        _(
            "公示已于 %(day)s 24 时期满，不再按公示异议受理。仍有意见的，可以向作出决定的民政部门反映；"
            "您的合法权益受到影响的，可以依法申请行政复议或者提起行政诉讼。",
            day=publicity.ends_on.isoformat(),
        )
    )


def _days(session: Session, key: str, on: date, region_code: str) -> int:
    found = parameters.found(session, key, on=on, region_code=region_code)
    if found.unit is not ParameterUnit.CALENDAR_DAYS:
        raise ValueError(f"a publicity is counted in calendar days, {key} is not")
    return found.value


def _count(publicity: Publicity, calendar: WorkingCalendar, day: date) -> None:
    term = rules.begin(calendar, day, publicity.days_left)
    publicity.counted_from, publicity.ends_on = term.counted_from, term.ends_on
    publicity.provisional = term.provisional


def _move(session: Session, publicity: Publicity, new: PublicityState, *, actor: Actor) -> None:
    old = publicity.state
    ensure_move(MOVES, old, new)
    publicity.state = new
    session.flush()
    _step(session, publicity, old, actor=actor)


def _step(session: Session, publicity: Publicity, old: PublicityState | None, *, actor: Actor) -> None:
    session.add(
        PublicityStep(
            publicity_id=publicity.id,
            from_state=old,
            to_state=publicity.state,
            happened_at=clock.now(),
            by_user_id=actor.user_id,
            by_person_id=actor.person_id,
            days_left=publicity.days_left,
            ends_on=publicity.ends_on,
        )
    )
    session.flush()


def _trace(session: Session, verb: str, publicity: Publicity, *, actor: Actor) -> None:
    after = {
        "subject": f"{publicity.subject_kind}:{publicity.subject_id}",
        "round": publicity.round,
        "state": publicity.state.value,
        "ends_on": publicity.ends_on,
    }
    events.record(session, verb, SUBJECT, publicity.id, actor=actor, after=after)
