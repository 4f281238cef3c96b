"""The verb of alerts: somebody looked, and this is what was done. None of them ends or lessens any aid."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.deadlines import deadlines
from app.errors import Conflict, InvalidInput
from app.parties import interest
from app.parties.household_kinds import HouseholdEventKind
from app.parties.models import Party
from app.parties.rules import ensure_reason
from app.permissions import SYSTEM, Actor, Permission, ensure_may
from app.states import Moves, ensure_move
from projects.comparisons import clocks
from projects.comparisons.kinds import AlertKind, AlertState
from projects.comparisons.models import ComparisonAlert

S = AlertState
K = HouseholdEventKind
OUTCOMES = (S.NOTHING, S.REQUEST, S.VISIT, S.PASSED_ON)
MOVES: Moves[AlertState] = {
    S.OPEN: frozenset({*OUTCOMES, S.LAPSED}),
    S.NOTHING: frozenset(),
    S.REQUEST: frozenset(),
    S.VISIT: frozenset(),
    S.PASSED_ON: frozenset(),
    S.LAPSED: frozenset(),
}


def handle(
    session: Session,
    alert_id: uuid.UUID,
    outcome: AlertState,
    *,
    note: str,
    passed_to: str = "",
    actor: Actor,
) -> ComparisonAlert:
    """Say what was found out and what is done about it. Raises Conflict when somebody else was quicker."""
    alert = db.lock(session, ComparisonAlert, alert_id)
    ensure_may(actor, Permission.RUN_COMPARISONS, region_code=alert.region_code)
    interest.ensure_no_conflict(session, actor, alert.household_id)
    if alert.state is not S.OPEN:
        raise Conflict(_("这条提示已经处理过（%(state)s），不必再办。", state=alert.state.label))
    if outcome not in OUTCOMES:
        raise InvalidInput(_("请选择处理结果。"), field="outcome")
    note, passed_to = ensure_reason(note, field="note"), passed_to.strip()
    if outcome is S.PASSED_ON and not passed_to:
        raise InvalidInput(_("请写明移交给哪个部门。"), field="passed_to")
    _end(session, alert, outcome, actor)
    alert.note, alert.passed_to = note, passed_to[:100] if outcome is S.PASSED_ON else None
    session.flush()
    events.record(
        session, "comparison_alert.handle", clocks.SUBJECT, alert.id, actor=actor, party_id=alert.household_id,
        after={"outcome": outcome.value},
    )  # fmt: skip
    return alert


def hear_household(
    session: Session,
    *,
    household_id: uuid.UUID,
    kind: HouseholdEventKind,
    members: Sequence[uuid.UUID],
    **_more: Any,
) -> None:
    """Let open alerts go along when a household moves, and lapse when what they ask about has been settled."""
    if kind not in (K.MOVED, K.DEATH, K.CLOSED):
        return
    session.flush()
    wanted = select(ComparisonAlert.id).where(
        ComparisonAlert.household_id == household_id, ComparisonAlert.state == S.OPEN
    )
    for key in session.scalars(wanted.order_by(ComparisonAlert.id)).all():
        alert = db.lock(session, ComparisonAlert, key)
        if alert.state is not S.OPEN:
            continue
        if kind is K.MOVED:
            _follow(session, alert)
        elif kind is K.CLOSED or (alert.kind is AlertKind.DEATH and alert.person_id in members):
            _end(session, alert, S.LAPSED, SYSTEM)
            session.flush()
            events.record(
                session, "comparison_alert.lapse", clocks.SUBJECT, alert.id, actor=SYSTEM,
                party_id=household_id,
            )  # fmt: skip


def _follow(session: Session, alert: ComparisonAlert) -> None:
    before, alert.region_code = alert.region_code, session.get_one(Party, alert.household_id).region_code
    deadlines.cancel_all(session, clocks.SUBJECT, alert.id, actor=SYSTEM)
    deadlines.start(
        session, clocks.HANDLE, subject_kind=clocks.SUBJECT, subject_id=alert.id, region_code=alert.region_code,
        on=clock.today(), actor=SYSTEM,
    )  # fmt: skip
    events.record(
        session, "comparison_alert.move", clocks.SUBJECT, alert.id, actor=SYSTEM, party_id=alert.household_id,
        before={"region_code": before}, after={"region_code": alert.region_code},
    )  # fmt: skip


def _end(session: Session, alert: ComparisonAlert, new: AlertState, actor: Actor) -> None:
    ensure_move(MOVES, alert.state, new)
    if new is S.LAPSED:
        deadlines.cancel_all(session, clocks.SUBJECT, alert.id, actor=actor)
    else:
        met = deadlines.meet(session, clocks.SUBJECT, alert.id, clocks.HANDLE, on=clock.today(), actor=actor)
        alert.due_on = met.due_on if met else None
    alert.state, alert.handled_at, alert.handled_by_id = new, clock.now(), actor.person_id
