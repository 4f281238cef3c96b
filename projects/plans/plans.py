"""The verbs of help plans: draft, amend, approve, drop, further its measures, evaluate, end."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.deadlines import deadlines
from app.errors import Conflict, InvalidInput, NotAllowed
from app.parties import rules as party_rules
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.states import ensure_move
from projects.care import homes, steps
from projects.plans import clocks
from projects.plans.kinds import MEASURE_MOVES, MOVES, OPEN, MeasureState, PlanEffect, PlanState
from projects.plans.models import HelpEvaluation, HelpMeasure, HelpPlan

S = PlanState
MOST_MEASURES = 12
_NEXT = {PlanEffect.REACHED: S.FULFILLED, PlanEffect.POINTLESS: S.ENDED}


@dataclass(frozen=True)
class Measure:
    """One measure, as it is written down."""

    what: str
    by_whom: str
    start_on: date
    due_on: date


@dataclass(frozen=True)
class Draft:
    """A plan, as it is written down."""

    lead_department: str
    responsible_id: uuid.UUID
    goal: str
    measures: tuple[Measure, ...]


def draft(session: Session, household_id: uuid.UUID, typed: Draft, *, actor: Actor) -> HelpPlan:
    """Write a plan for a household; somebody else decides about it. Raises Conflict while another is open."""
    party = homes.hold(session, household_id, actor=actor, permission=Permission.MANAGE_HOUSEHOLDS)
    _ensure_whole(session, household_id, typed)
    if open_of(session, household_id) is not None:
        raise Conflict(_("这户已有帮扶方案，请在原方案上办理。"))
    plan = HelpPlan(
        household_id=household_id,
        region_code=party.region_code,
        lead_department=typed.lead_department,
        responsible_id=typed.responsible_id,
        goal=typed.goal,
        state=S.DRAFT,
        drafted_at=clock.now(),
        drafted_by_id=actor.person_id,
    )
    session.add(plan)
    _put_measures(plan, typed.measures)
    session.flush()
    steps.write(session, clocks.SUBJECT, plan, None, actor=actor)
    _trace(session, "help_plan.draft", plan, actor=actor, after={"measures": len(typed.measures)})
    return plan


def amend(session: Session, plan_id: uuid.UUID, typed: Draft, *, actor: Actor) -> HelpPlan:
    """Change a plan that nobody has decided about yet; who changes it has drafted it."""
    plan = _held(session, plan_id, actor, Permission.MANAGE_HOUSEHOLDS)
    if plan.state is not S.DRAFT:
        raise Conflict(_("方案已审定，不能再改；措施可以逐项办理。"))
    _ensure_whole(session, plan.household_id, typed)
    plan.lead_department, plan.responsible_id, plan.goal = (
        typed.lead_department,
        typed.responsible_id,
        typed.goal,
    )
    plan.drafted_by_id = actor.person_id
    plan.measures.clear()
    session.flush()
    _put_measures(plan, typed.measures)
    session.flush()
    steps.write(session, clocks.SUBJECT, plan, S.DRAFT, actor=actor, to="amended")
    _trace(session, "help_plan.amend", plan, actor=actor, after={"measures": len(typed.measures)})
    return plan


def approve(session: Session, plan_id: uuid.UUID, *, actor: Actor) -> HelpPlan:
    """Put a plan in force from today; its year until the evaluation begins. Never by who drafted it."""
    plan = _held(session, plan_id, actor, Permission.APPROVE_REQUESTS)
    ensure_move(MOVES, plan.state, S.IN_FORCE)
    ensure_four_eyes(actor, plan.drafted_by_id)
    plan.approved_by_id, plan.begin_on = actor.person_id, clock.today()
    steps.move(session, clocks.SUBJECT, plan, MOVES, S.IN_FORCE, actor=actor)
    clocks.start(session, plan, on=clock.today(), actor=actor)
    _trace(session, "help_plan.approve", plan, actor=actor)
    return plan


def drop(session: Session, plan_id: uuid.UUID, *, reason: str, actor: Actor) -> HelpPlan:
    """Leave a draft unused, with the reason."""
    plan = _held(session, plan_id, actor, Permission.APPROVE_REQUESTS)
    ensure_move(MOVES, plan.state, S.DROPPED)
    reason = party_rules.ensure_reason(reason)
    steps.move(session, clocks.SUBJECT, plan, MOVES, S.DROPPED, actor=actor, note=reason)
    _trace(session, "help_plan.drop", plan, actor=actor)
    return plan


def further(
    session: Session, measure_id: uuid.UUID, new: MeasureState, *, note: str = "", actor: Actor
) -> HelpMeasure:
    """Write how far a measure is. Giving one up needs a reason."""
    measure = session.get(HelpMeasure, measure_id) or lock(session, HelpMeasure, measure_id)
    plan = _held(session, measure.plan_id, actor, Permission.MANAGE_HOUSEHOLDS)
    measure = lock(session, HelpMeasure, measure_id)
    if plan.state is not S.IN_FORCE:
        raise Conflict(_("方案现在是“%(state)s”，措施不能再办理。", state=plan.state.label))
    ensure_move(MEASURE_MOVES, measure.state, new)
    if new is MeasureState.DROPPED:
        note = party_rules.ensure_reason(note)
    measure.state = new
    measure.done_on = clock.today() if new is MeasureState.DONE else None
    steps.write(session, clocks.SUBJECT, plan, plan.state, actor=actor, note=note, to=f"measure_{new.value}")
    _trace(
        session, "help_plan.further", plan, actor=actor, after={"place": measure.position, "state": new.value}
    )
    return measure


def evaluate(
    session: Session, plan_id: uuid.UUID, effect: PlanEffect, *, words: str, actor: Actor
) -> HelpEvaluation:
    """Judge a plan, by somebody else than who answers for it or drafted it; it goes on for a year, or ends."""
    plan = _held(session, plan_id, actor, Permission.ASSESS_REQUESTS)
    if plan.state is not S.IN_FORCE:
        raise Conflict(_("方案现在是“%(state)s”，不需要评估。", state=plan.state.label))
    if actor.person_id is None or actor.person_id == plan.responsible_id:
        raise NotAllowed(_("方案责任人不能评估自己负责的方案，须由另一位工作人员办理。"))
    words = party_rules.ensure_reason(words, field="words")
    today = clock.today()
    number = session.scalar(select(func.count()).where(HelpEvaluation.plan_id == plan.id)) or 0
    last = session.scalar(
        select(func.max(HelpEvaluation.evaluated_on)).where(HelpEvaluation.plan_id == plan.id)
    )
    if last == today:
        raise Conflict(_("今天已经评估过这个方案。"))
    met = deadlines.meet(session, clocks.SUBJECT, plan.id, clocks.EVALUATION, on=today, actor=actor)
    found = HelpEvaluation(
        plan_id=plan.id,
        number=number + 1,
        evaluated_on=today,
        due_on=met.due_on if met else None,
        effect=effect,
        words=words,
        by_person_id=actor.person_id,
    )
    session.add(found)
    if effect in _NEXT:
        _end(session, plan, _NEXT[effect], actor=actor)
    else:
        steps.write(session, clocks.SUBJECT, plan, plan.state, actor=actor, to="evaluated")
        clocks.start(session, plan, on=today, actor=actor)
    _trace(session, "help_plan.evaluate", plan, actor=actor, after={"effect": effect.value})
    return found


def end(session: Session, plan: HelpPlan, *, note: str, actor: Actor) -> None:
    """End what is open of a plan because its household has ended. The household is locked."""
    if plan.state is S.DRAFT:
        steps.move(session, clocks.SUBJECT, plan, MOVES, S.DROPPED, actor=actor, note=note)
    elif plan.state is S.IN_FORCE:
        _end(session, plan, S.ENDED, actor=actor, note=note)


def open_of(session: Session, household_id: uuid.UUID) -> HelpPlan | None:
    """Return the plan of a household that is open, or None."""
    return session.scalars(
        select(HelpPlan).where(HelpPlan.household_id == household_id, HelpPlan.state.in_(OPEN))
    ).first()


def _end(session: Session, plan: HelpPlan, new: PlanState, *, actor: Actor, note: str = "") -> None:
    plan.end_on = max(clock.today(), plan.begin_on or clock.today())
    steps.move(session, clocks.SUBJECT, plan, MOVES, new, actor=actor, note=note)
    deadlines.cancel_all(session, clocks.SUBJECT, plan.id, actor=actor)


def _held(session: Session, plan_id: uuid.UUID, actor: Actor, permission: Permission) -> HelpPlan:
    seen = session.get(HelpPlan, plan_id) or lock(session, HelpPlan, plan_id)
    ensure_may(actor, permission, region_code=seen.region_code)
    homes.hold(session, seen.household_id, actor=actor, permission=permission)
    return lock(session, HelpPlan, plan_id)


def _put_measures(plan: HelpPlan, measures: Sequence[Measure]) -> None:
    plan.measures.extend(
        HelpMeasure(
            position=place,
            what=one.what,
            by_whom=one.by_whom,
            start_on=one.start_on,
            due_on=one.due_on,
            state=MeasureState.PLANNED,
        )
        for place, one in enumerate(measures, 1)
    )


def _ensure_whole(session: Session, household_id: uuid.UUID, typed: Draft) -> None:
    if not typed.lead_department.strip():
        raise InvalidInput(_("请填写牵头部门。"), field="lead_department")
    if not typed.goal.strip():
        raise InvalidInput(_("请写明帮扶目标。"), field="goal")
    if not typed.measures or len(typed.measures) > MOST_MEASURES:
        raise InvalidInput(_("帮扶措施应有 1 到 %(most)s 项。", most=MOST_MEASURES), field="measures")
    for place, one in enumerate(typed.measures, 1):
        if not one.what.strip() or not one.by_whom.strip():
            raise InvalidInput(_("第 %(place)s 项措施要写明做什么、由谁做。", place=place), field="measures")
        if one.due_on < one.start_on:
            raise InvalidInput(
                _("第 %(place)s 项措施的完成日期早于开始日期。", place=place), field="measures"
            )
    homes.ensure_outside(session, household_id, [typed.responsible_id], field="responsible")


def _trace(session: Session, verb: str, plan: HelpPlan, *, actor: Actor, **detail: Any) -> None:
    session.flush()
    events.record(session, verb, clocks.SUBJECT, plan.id, actor=actor, party_id=plan.household_id, **detail)
