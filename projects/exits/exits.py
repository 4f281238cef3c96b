"""The verbs of exits: apply, confirm or refuse after the visit, take back, leave, stop, check a stage, come back."""

import uuid
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.calendar.rules import month_later
from app.db import lock
from app.deadlines import deadlines
from app.deadlines import queries as deadline_queries
from app.errors import Conflict, InvalidInput
from app.parameters import queries as parameters
from app.parties import categories, household_facts
from app.parties import rules as party_rules
from app.parties.listed import HouseholdCategory
from app.parties.models import Party
from app.permissions import SYSTEM, Actor, Permission, ensure_four_eyes, ensure_may
from app.states import ensure_move
from projects.care import homes, steps
from projects.exits import clocks, rules
from projects.exits.kinds import MOVES, OPEN, ExitKind, ExitState
from projects.exits.models import ExitStage, HouseholdExit
from projects.visits import queries as visits
from projects.visits import rota
from projects.visits.kinds import VisitGround

S = ExitState
MOST_STAGES = 6
P = Permission


def apply(
    session: Session,
    household_id: uuid.UUID,
    category_id: uuid.UUID,
    kind: ExitKind,
    *,
    reason: str,
    actor: Actor,
    months: int | None = None,
    stages: int | None = None,
) -> HouseholdExit:
    """Write that a household wants to leave a category, or can leave it step by step; two visit it first.

    ``months`` and ``stages`` of a gradual exit. Raises Conflict while another exit of the household is open.
    """
    party = homes.hold(session, household_id, actor=actor, permission=P.VISIT_HOUSEHOLDS)
    row = session.get(HouseholdCategory, category_id)
    if row is None or row.household_id != household_id or row.end_on is not None:
        raise InvalidInput(_("这户现在不在这一类别里。"), field="category")
    if open_of(session, household_id) is not None:
        raise Conflict(_("这户已有一件退出事项正在办理。"))
    months, stages = _ensure_term(session, party, kind, months, stages)
    reason = party_rules.ensure_reason(reason)
    leaving = HouseholdExit(
        household_id=household_id,
        region_code=party.region_code,
        kind=kind,
        category_id=row.id,
        category=row.category,
        months=months,
        steps_count=stages,
        state=S.APPLIED,
        applied_at=clock.now(),
        entered_by_id=actor.person_id,
    )
    session.add(leaving)
    session.flush()
    steps.write(session, clocks.SUBJECT, leaving, None, actor=actor, note=reason)
    _want_visit(session, party, leaving, actor=actor)
    _trace(session, "household_exit.apply", leaving, actor)
    return leaving


def visited(session: Session, leaving: HouseholdExit, *, actor: Actor = SYSTEM) -> None:
    """Take up that two have visited the household: somebody else decides now. The household is locked."""
    steps.move(session, clocks.SUBJECT, leaving, MOVES, S.VISITED, actor=actor)
    clocks.start(session, leaving, clocks.CONFIRM, on=clock.today(), actor=actor)


def confirm(session: Session, exit_id: uuid.UUID, *, actor: Actor) -> HouseholdExit:
    """Begin the time to think it over, or the stages. Never by who entered it or visited the household."""
    leaving, _party = _held(session, exit_id, actor, P.APPROVE_REQUESTS)
    new = S.COOLING if leaving.kind is ExitKind.VOLUNTARY else S.RUNNING
    ensure_move(MOVES, leaving.state, new)
    _ensure_apart(session, leaving, actor)
    today = clock.today()
    leaving.confirmed_by_id, leaving.confirmed_on = actor.person_id, today
    deadlines.meet(session, clocks.SUBJECT, leaving.id, clocks.CONFIRM, on=today, actor=actor)
    steps.move(session, clocks.SUBJECT, leaving, MOVES, new, actor=actor)
    if new is S.COOLING:
        clocks.start(session, leaving, clocks.COOLING, on=today, actor=actor)
    else:
        assert leaving.months is not None and leaving.steps_count is not None  # a CHECK of the table
        leaving.stages.extend(
            ExitStage(position=one.position, begin_on=one.begin_on, end_on=one.end_on, percent=one.percent)
            for one in rules.stages(today, leaving.months, leaving.steps_count)
        )
    _trace(session, "household_exit.confirm", leaving, actor)
    return leaving


def refuse(session: Session, exit_id: uuid.UUID, *, reason: str, actor: Actor) -> HouseholdExit:
    """Do not let a household leave: the visit shows that it is not of its own will, or that it cannot bear it."""
    leaving, _party = _held(session, exit_id, actor, P.APPROVE_REQUESTS)
    ensure_move(MOVES, leaving.state, S.REFUSED)
    _ensure_apart(session, leaving, actor)
    _finish(session, leaving, S.REFUSED, actor=actor, note=party_rules.ensure_reason(reason))
    _trace(session, "household_exit.refuse", leaving, actor)
    return leaving


def take_back(session: Session, exit_id: uuid.UUID, *, reason: str, actor: Actor) -> HouseholdExit:
    """Take an exit back as the household asks, up to the last day of the time to think it over; aid goes on."""
    leaving, _party = _held(session, exit_id, actor, P.VISIT_HOUSEHOLDS)
    ensure_move(MOVES, leaving.state, S.TAKEN_BACK)
    if leaving.state is S.COOLING and _is_over(session, leaving):
        raise Conflict(_("冷静期已满，退出已经生效；需要帮助的，请办理快速恢复。"))
    _finish(session, leaving, S.TAKEN_BACK, actor=actor, note=party_rules.ensure_reason(reason))
    _trace(session, "household_exit.take_back", leaving, actor)
    return leaving


def leave(session: Session, exit_id: uuid.UUID) -> bool:
    """Let a household leave whose time to think it over is past; return whether it left just now."""
    leaving, _party = _held(session, exit_id, SYSTEM, P.APPROVE_REQUESTS)
    if leaving.state is not S.COOLING or not _is_over(session, leaving):
        return False
    deadlines.meet(session, clocks.SUBJECT, leaving.id, clocks.COOLING, on=clock.today(), actor=SYSTEM)
    _left(session, leaving, actor=SYSTEM)
    return True


def check(session: Session, exit_id: uuid.UUID, *, bears: bool, words: str, actor: Actor) -> HouseholdExit:
    """Write what the check of the present stage found: the next one begins in its time, or the exit stops.

    After the last stage the household leaves. Raises Conflict before the stage has come to its end or after its check.
    """
    leaving, _party = _held(session, exit_id, actor, P.APPROVE_REQUESTS)
    ensure_move(MOVES, leaving.state, S.LEFT)
    if leaving.state is not S.RUNNING:
        raise Conflict(_("这件退出事项不是渐退。"))
    words = party_rules.ensure_reason(words, field="words")
    stage = next((one for one in leaving.stages if one.checked_on is None), None)
    assert stage is not None  # with the last check the exit ends
    if not bears:
        _finish(session, leaving, S.STOPPED, actor=actor, note=words)
        _trace(session, "household_exit.stop", leaving, actor)
        return leaving
    if clock.today() < stage.end_on:
        raise Conflict(
            _("第 %(number)s 步到 %(day)s 才结束，到时再核查。", number=stage.position, day=stage.end_on)
        )
    stage.checked_on = clock.today()
    deadlines.meet(session, clocks.SUBJECT, leaving.id, clocks.STAGE, on=clock.today(), actor=actor)
    steps.write(session, clocks.SUBJECT, leaving, leaving.state, actor=actor, note=words, to="stage_checked")
    _trace(session, "household_exit.check", leaving, actor)
    if stage is leaving.stages[-1]:
        _left(session, leaving, actor=actor)
    return leaving


def open_check(session: Session, exit_id: uuid.UUID) -> bool:
    """Start the clock of checking a stage whose last day has come; return whether it was started just now."""
    leaving, _party = _held(session, exit_id, SYSTEM, P.APPROVE_REQUESTS)
    stage = next((one for one in leaving.stages if one.checked_on is None), None)
    if leaving.state is not S.RUNNING or stage is None or clock.today() < stage.end_on:
        return False
    if deadline_queries.of(session, clocks.SUBJECT, [leaving.id]):
        return False
    clocks.start(session, leaving, clocks.STAGE, on=stage.end_on, actor=SYSTEM)
    return True


def readmit(session: Session, exit_id: uuid.UUID, *, reason: str, actor: Actor) -> HouseholdExit:
    """Bring a household that has left back at once, without a new application, while the time for it runs.

    Statutory categories are decided in the provincial system; of the others the category begins again today.
    """
    leaving, party = _held(session, exit_id, actor, P.APPROVE_REQUESTS)
    ensure_move(MOVES, leaving.state, S.READMITTED)
    assert leaving.left_on is not None  # a CHECK of the table
    months = parameters.value(session, clocks.REENTRY, on=leaving.left_on, region_code=party.region_code)
    last = month_later(leaving.left_on, months)
    if clock.today() > last:
        raise Conflict(_("快速恢复的期限到 %(day)s 为止，请重新申请。", day=last))
    reason = party_rules.ensure_reason(reason)
    steps.move(session, clocks.SUBJECT, leaving, MOVES, S.READMITTED, actor=actor, note=reason)
    if not is_statutory(leaving.category) and not _stands(session, leaving):
        row = session.get_one(HouseholdCategory, leaving.category_id)
        household_facts.begin_category(
            session, leaving.household_id, category=row.category, begin_on=clock.today(), reason=reason,
            actor=SYSTEM, person_id=row.person_id, cause=row.cause,
        )  # fmt: skip
    _trace(session, "household_exit.readmit", leaving, actor)
    return leaving


def lapse(session: Session, leaving: HouseholdExit, *, actor: Actor = SYSTEM) -> None:
    """Let an open exit lapse: its household has ended. The household is locked."""
    _finish(session, leaving, S.LAPSED, actor=actor)


def open_of(session: Session, household_id: uuid.UUID) -> HouseholdExit | None:
    """Return the exit of a household that is open, or None."""
    query = select(HouseholdExit).where(
        HouseholdExit.household_id == household_id, HouseholdExit.state.in_(OPEN)
    )
    return session.scalars(query).first()


def is_statutory(category: str) -> bool:
    """Whether a category is basic living aid, which is decided in the provincial system and never touched from here."""
    return categories.kind_of(category) in categories.BASIC


def _left(session: Session, leaving: HouseholdExit, *, actor: Actor) -> None:
    today = clock.today()
    leaving.left_on = today
    steps.move(session, clocks.SUBJECT, leaving, MOVES, S.LEFT, actor=actor)
    row = lock(session, HouseholdCategory, leaving.category_id)
    if row.end_on is None and not is_statutory(row.category):
        household_facts.end_category(
            session, leaving.household_id, category_id=row.id, end_on=today, reason=str(leaving.kind.label) + _("办结"),
            actor=SYSTEM,
        )  # fmt: skip
    _trace(session, "household_exit.leave", leaving, actor)


def _finish(
    session: Session, leaving: HouseholdExit, new: ExitState, *, actor: Actor, note: str = ""
) -> None:
    steps.move(session, clocks.SUBJECT, leaving, MOVES, new, actor=actor, note=note)
    deadlines.cancel_all(session, clocks.SUBJECT, leaving.id, actor=actor)
    due = rota.due_of(session, clocks.SUBJECT, leaving.id)
    if due is not None:
        rota.cancel(session, due, actor=actor)


def _want_visit(session: Session, party: Party, leaving: HouseholdExit, *, actor: Actor) -> None:
    rota.open_visit(
        session, party, VisitGround.EXIT, subject_kind=clocks.SUBJECT, subject_id=leaving.id,
        on=clock.today(), actor=actor,
    )  # fmt: skip


def _held(
    session: Session, exit_id: uuid.UUID, actor: Actor, permission: Permission
) -> tuple[HouseholdExit, Party]:
    seen = session.get(HouseholdExit, exit_id) or lock(session, HouseholdExit, exit_id)
    ensure_may(actor, permission, region_code=seen.region_code)
    party = homes.hold(session, seen.household_id, actor=actor, permission=permission)
    return lock(session, HouseholdExit, exit_id), party


def _ensure_apart(session: Session, leaving: HouseholdExit, actor: Actor) -> None:
    went: set[Any] = set()
    for visit in visits.made_for(session, clocks.SUBJECT, leaving.id):
        went |= visits.visitors_of(session, visit.id)
    ensure_four_eyes(actor, leaving.entered_by_id, *went)


def _ensure_term(
    session: Session, party: Party, kind: ExitKind, months: int | None, stages: int | None
) -> tuple[int | None, int | None]:
    if kind is ExitKind.VOLUNTARY:
        return None, None
    today = clock.today()
    least, most = (
        parameters.value(session, clocks.LEAST, on=today, region_code=party.region_code),
        parameters.value(session, clocks.MOST, on=today, region_code=party.region_code),
    )
    if months is None or not least <= months <= most:
        raise InvalidInput(
            _("渐退期应为 %(least)s 至 %(most)s 个月。", least=least, most=most), field="months"
        )
    if stages is None or not 2 <= stages <= MOST_STAGES:
        raise InvalidInput(_("渐退应分 2 至 %(most)s 步。", most=MOST_STAGES), field="stages")
    return months, stages


def _is_over(session: Session, leaving: HouseholdExit) -> bool:
    last: date | None = next(
        (
            one.deadline.due_on
            for one in deadline_queries.of(session, clocks.SUBJECT, [leaving.id]).get(leaving.id, [])
            if one.deadline.kind == clocks.COOLING.name
        ),
        None,
    )
    return last is not None and clock.today() > last


def _stands(session: Session, leaving: HouseholdExit) -> bool:
    row = session.get_one(HouseholdCategory, leaving.category_id)
    return row.end_on is None


def _trace(session: Session, verb: str, leaving: HouseholdExit, actor: Actor) -> None:
    session.flush()
    events.record(
        session, verb, clocks.SUBJECT, leaving.id, actor=actor, party_id=leaving.household_id,
        after={"kind": leaving.kind.value, "state": leaving.state.value},
    )  # fmt: skip
