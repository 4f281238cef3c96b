"""The verbs of deadlines. They are parts of the verbs of features, which guard and trace; supervision traces itself."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events as audit
from app.calendar import queries as calendar
from app.calendar.calendar import calendar_changed
from app.calendar.rules import WorkingCalendar, working_days_left
from app.db import lock
from app.deadlines.models import Deadline, DeadlinePause
from app.deadlines.registry import DeadlineKind
from app.deadlines.rules import (
    MOVES,
    OPEN,
    DeadlineState,
    HolderLevel,
    SupervisedLevel,
    Term,
    count,
    first_supervisor,
    is_late,
)
from app.ids import new_id
from app.parameters import queries as parameters
from app.permissions import Actor
from app.rows import insert_if_absent
from app.states import ensure_move

ESCALATE = "supervision.escalate"


def start(
    session: Session,
    kind: DeadlineKind,
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    region_code: str,
    on: date,
    actor: Actor,
    length: int | None = None,
    holder_level: HolderLevel | None = None,
) -> Deadline:
    """Start the clock of a step on the day of an event, which is not counted; return it, or the one that runs.

    The length is the parameter's of that day and place unless ``length`` says another, in the same unit;
    ``holder_level`` where this very thing lies with another level than the kind usually does.
    """
    found = parameters.found(session, kind.parameter_key, on=on, region_code=region_code)
    term = Term(on, found.value if length is None else length, found.unit.term)
    counted = count(calendar.load_calendar(session, since=on), term)
    insert_if_absent(
        session,
        Deadline,
        id=new_id(),
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=kind.name,
        region_code=region_code,
        holder_level=holder_level or kind.holder_level,
        started_on=on,
        length=term.length,
        unit=term.unit,
        due_on=counted.due_on,
        provisional=counted.provisional,
        state=DeadlineState.RUNNING,
        opened_at=clock.now(),
    )
    (running,) = _open(session, subject_kind, subject_id, kind)
    return running


def meet(
    session: Session,
    subject_kind: str,
    subject_id: uuid.UUID,
    kind: DeadlineKind,
    *,
    on: date,
    actor: Actor,
) -> Deadline | None:
    """Stop the clock of a step that is done; return it, or None when none runs."""
    for deadline in _open(session, subject_kind, subject_id, kind):
        ensure_move(MOVES, deadline.state, DeadlineState.MET)
        deadline.state, deadline.met_on, deadline.paused_on = DeadlineState.MET, on, None
        return deadline
    return None


def pause(
    session: Session,
    subject_kind: str,
    subject_id: uuid.UUID,
    kind: DeadlineKind | None = None,
    *,
    on: date,
    actor: Actor,
) -> list[Deadline]:
    """Let the clock stand (None: every clock of the thing); the day itself is still counted. Return what stands now.

    A clock that stands already stays as it is.
    """
    stopped = [
        one for one in _open(session, subject_kind, subject_id, kind) if one.state is DeadlineState.RUNNING
    ]
    for deadline in stopped:
        deadline.state, deadline.paused_on = DeadlineState.PAUSED, max(on, deadline.started_on)
    return stopped


def resume(
    session: Session,
    subject_kind: str,
    subject_id: uuid.UUID,
    kind: DeadlineKind | None = None,
    *,
    on: date,
    actor: Actor,
) -> list[Deadline]:
    """Let standing clocks run on for the days that were left; the day itself is not counted. Return them."""
    standing = [
        one for one in _open(session, subject_kind, subject_id, kind) if one.state is DeadlineState.PAUSED
    ]
    for deadline in standing:
        assert deadline.paused_on is not None  # a CHECK of the table
        since = deadline.paused_on
        deadline.pauses.append(
            DeadlinePause(deadline_id=deadline.id, paused_on=since, resumed_on=max(on, since))
        )
        deadline.state, deadline.paused_on = DeadlineState.RUNNING, None
        _count_again(calendar.load_calendar(session, since=deadline.started_on), deadline)
    session.flush()
    return standing


def cancel_all(session: Session, subject_kind: str, subject_id: uuid.UUID, *, actor: Actor) -> int:
    """Stop every clock of a thing that will not be gone on with; return how many ran or stood."""
    found = _open(session, subject_kind, subject_id, None)
    for deadline in found:
        deadline.state, deadline.paused_on = DeadlineState.CANCELLED, None
    return len(found)


def pass_on(
    session: Session,
    subject_kind: str,
    subject_id: uuid.UUID,
    *,
    region_code: str,
    holder_level: HolderLevel,
    actor: Actor,
) -> int:
    """Let the open clocks of a thing go along to the place and level that hold it now; return how many.

    No day is won or lost by it; who supervises a late one is found anew.
    """
    found = _open(session, subject_kind, subject_id, None)
    for deadline in found:
        deadline.region_code, deadline.holder_level = region_code, holder_level
        deadline.supervised_level = deadline.supervised_at = None
    return len(found)


def supervise(session: Session, deadline_id: uuid.UUID, *, on: date, actor: Actor) -> SupervisedLevel | None:
    """Put a late thing under supervision, or after so many working days there one level higher.

    Return the level that it came to just now, None when nothing is to be done (done meanwhile, not late, too early).
    """
    deadline = lock(session, Deadline, deadline_id)
    if not is_late(deadline.state, deadline.due_on, deadline.paused_on, on):
        return None
    before = deadline.supervised_level
    if before is None:
        level = first_supervisor(deadline.holder_level, deadline.region_code)
    elif before is SupervisedLevel.COUNTY and _has_waited(session, deadline, on):
        level = SupervisedLevel.CITY
    else:
        return None
    deadline.supervised_level, deadline.supervised_at = level, clock.now()
    audit.record(
        session,
        "deadline.supervise",
        "deadline",
        deadline.id,
        actor=actor,
        before={"level": before and before.value},
        after={"level": level.value, "kind": deadline.kind, "due_on": deadline.due_on.isoformat()},
    )
    return level


def recount(session: Session, *, year: int, actor: Actor) -> int:
    """Count the open clocks again that a year's notice concerns; return how many end on another day now."""
    first, last = date(year - 1, 12, 1), date(year, 12, 31)
    concerned = session.scalars(
        select(Deadline)
        .where(
            Deadline.state.in_(OPEN),
            Deadline.started_on <= last,
            or_(Deadline.provisional, Deadline.due_on >= first),
        )
        .order_by(Deadline.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not concerned:
        return 0
    days = calendar.load_calendar(session, since=min(one.started_on for one in concerned))
    moved = sum(_count_again(days, deadline) for deadline in concerned)
    audit.record(
        session,
        "deadline.recount",
        "deadline",
        None,
        actor=actor,
        after={"year": year, "counted": len(concerned), "moved": moved},
    )
    return moved


@calendar_changed.connect
def _hear(session: Session, *, year: int, actor: Actor, **_more: Any) -> None:
    recount(session, year=year, actor=actor)


def _count_again(days: WorkingCalendar, deadline: Deadline) -> bool:
    """Set the last day anew; return whether it is another. What is no longer late leaves supervision."""
    counted = count(days, deadline.term)
    moved = counted.due_on != deadline.due_on
    deadline.due_on, deadline.provisional = counted.due_on, counted.provisional
    if moved and not is_late(deadline.state, deadline.due_on, deadline.paused_on, clock.today()):
        deadline.supervised_level = deadline.supervised_at = None
    return moved


def _has_waited(session: Session, deadline: Deadline, on: date) -> bool:
    assert deadline.supervised_at is not None  # a CHECK of the table
    since = clock.civil_date(deadline.supervised_at)
    wait = parameters.value(session, ESCALATE, on=on, region_code=deadline.region_code)
    return since < on and working_days_left(calendar.load_calendar(session, since=since), since, on) >= wait


def _open(
    session: Session, subject_kind: str, subject_id: uuid.UUID, kind: DeadlineKind | None
) -> Sequence[Deadline]:
    """Return the thing's open clocks under a lock, read afresh."""
    query = select(Deadline).where(
        Deadline.subject_kind == subject_kind,
        Deadline.subject_id == subject_id,
        Deadline.state.in_(OPEN),
    )
    if kind is not None:
        query = query.where(Deadline.kind == kind.name)
    session.flush()
    return session.scalars(
        query.order_by(Deadline.id).with_for_update().execution_options(populate_existing=True)
    ).all()
