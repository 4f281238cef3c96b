"""Verbs of decisions: draft one from a simulation, take the draft back, adopt it."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import Base, lock
from app.errors import Conflict, InvalidInput, NotFound
from app.ids import clean_code, new_code, new_id
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may, may_in
from app.states import ensure_move
from points.adjustments.models import MOVES, AdjustmentDecision, AdjustmentState
from points.ledger.form import FORM, is_signed, signed
from points.rulesets import publishing, queries
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset, RulesetReach
from points.rulesets.publication import ensure_may_see
from points.simulation.models import Simulation, SimulationState

THING = "adjustment_decision"
_COLUMNS = Base.metadata.tables[AdjustmentDecision.__tablename__].columns.keys()


class Paper(NamedTuple):
    """The decision's paper: its number and date, what it rests on, and why."""

    number: str
    decided_on: date
    basis_title: str
    reason: str


def draft(session: Session, simulation_id: UUID, paper: Paper, *, actor: Actor) -> AdjustmentDecision:
    """Draft a decision that the simulated version scores the simulated period, too.

    Raises Conflict for a version that is not published, a simulation without a result, or one made before the
    last decision of the programme was carried out; InvalidInput for a decision of a day that has not come.
    """
    simulation = lock(session, Simulation, simulation_id)
    programme = lock(session, Programme, simulation.programme_id)
    ensure_may(actor, Permission.MANAGE_RULESETS, region_code=programme.region_code)
    ruleset = session.get_one(Ruleset, simulation.ruleset_id)
    if ruleset.state is not RulesetState.PUBLISHED:
        raise Conflict(
            _("先发布第 %(version)d 版规则，才能决定用它调整以往的积分。", version=ruleset.version)
        )
    if simulation.state is not SimulationState.DONE or simulation.ruleset_revision != ruleset.revision:
        raise Conflict(_("请先用已发布的这一版规则试算，再起草决定。"))
    _ensure_last(session, simulation)
    if paper.decided_on > clock.today():
        raise InvalidInput(_("决定日期不能晚于今天。"), field="decided_on")
    if paper.decided_on < simulation.last_day:
        raise InvalidInput(_("决定日期不能早于所调整时期的最后一天。"), field="decided_on")
    latest = session.scalar(
        select(func.max(AdjustmentDecision.number)).where(AdjustmentDecision.programme_id == programme.id)
    )
    decision = AdjustmentDecision(
        id=new_id(),
        code=new_code(),
        programme_id=programme.id,
        number=(latest or 0) + 1,
        ruleset_id=ruleset.id,
        simulation_id=simulation.id,
        first_day=simulation.first_day,
        last_day=simulation.last_day,
        document_number=paper.number,
        decided_on=paper.decided_on,
        basis_title=paper.basis_title,
        reason=paper.reason,
        state=AdjustmentState.DRAFT,
        drafted_by_id=actor.person_id,
        drafted_at=clock.now(),
        adjusted=0,
        parties=0,
        more=0,
        fewer=0,
        redeemable_more=0,
        redeemable_fewer=0,
    )
    session.add(decision)
    sign(session, decision)
    after = {"number": decision.number, "document": paper.number, "version": ruleset.version}
    events.record(session, "adjustment.draft", THING, decision.id, actor=actor, after=after)
    return decision


def drop(session: Session, decision_id: UUID, *, actor: Actor) -> AdjustmentDecision:
    """Take a draft back: it stays on the list and can no longer be adopted."""
    decision = hold(session, decision_id)
    programme = session.get_one(Programme, decision.programme_id)
    ensure_may(actor, Permission.MANAGE_RULESETS, region_code=programme.region_code)
    ensure_move(MOVES, decision.state, AdjustmentState.DROPPED)
    decision.state = AdjustmentState.DROPPED
    sign(session, decision)
    events.record(session, "adjustment.drop", THING, decision.id, actor=actor)
    return decision


def adopt(session: Session, decision_id: UUID, *, actor: Actor) -> AdjustmentDecision:
    """Adopt a decision: from now on its version scores its period, and a job adjusts what was awarded before.

    Somebody else than who drafted it adopts it. Decisions of a programme are carried out one after the
    other, in the order of their numbers: raises Conflict while one before is still being carried out, when
    one with a higher number was adopted, or when one was carried out after what this one rests on was simulated.
    """
    decision = hold(session, decision_id)
    programme = lock(session, Programme, decision.programme_id)
    ensure_may(actor, Permission.PUBLISH_RULESETS, region_code=programme.region_code)
    ensure_four_eyes(actor, decision.drafted_by_id)
    ensure_move(MOVES, decision.state, AdjustmentState.ADOPTED)
    of_programme = AdjustmentDecision.programme_id == programme.id
    if session.scalar(
        select(AdjustmentDecision.id)
        .where(of_programme, AdjustmentDecision.state == AdjustmentState.ADOPTED)
        .limit(1)
    ):
        raise Conflict(_("上一项调整决定还在执行，请等它执行完毕。"))
    later = session.scalar(
        select(func.max(RulesetReach.number)).where(RulesetReach.programme_id == programme.id)
    )
    if later is not None and later > decision.number:
        raise Conflict(_("编号更后的一项决定已经通过：请撤回这一份，重新试算后再起草。"))
    _ensure_last(session, session.get_one(Simulation, decision.simulation_id))
    decision.state, decision.adopted_at = AdjustmentState.ADOPTED, clock.now()
    decision.adopted_by_id = actor.person_id
    sign(session, decision)
    publishing.sign_reach(
        session,
        decision.id,
        programme_id=programme.id,
        number=decision.number,
        ruleset_id=decision.ruleset_id,
        period=(decision.first_day, decision.last_day),
        document_number=decision.document_number,
        adopted_at=decision.adopted_at,
    )
    events.record(
        session,
        "adjustment.adopt",
        THING,
        decision.id,
        actor=actor,
        before={"state": AdjustmentState.DRAFT.value},
        after={"state": AdjustmentState.ADOPTED.value, "number": decision.number},
    )
    return decision


def sign(session: Session, decision: AdjustmentDecision) -> None:
    """Sign a decision as it stands now, and write it."""
    decision.form = FORM
    decision.key_id, decision.hmac = signed(tuple(getattr(decision, name) for name in _COLUMNS[:-2]))[-2:]
    session.flush()


def hold(session: Session, decision_id: UUID) -> AdjustmentDecision:
    """Return a decision under its lock, for whoever signs it anew. Raises Conflict when it was touched."""
    decision = lock(session, AdjustmentDecision, decision_id)
    if not _is_own(decision):
        raise _touched(decision)
    return decision


def _is_own(decision: AdjustmentDecision) -> bool:
    return is_signed([getattr(decision, name) for name in _COLUMNS])


def is_as_adopted(session: Session, decision: AdjustmentDecision) -> bool:
    """Return whether an adopted decision says what was signed when it was adopted."""
    reach = session.get(RulesetReach, decision.id)
    return (
        _is_own(decision)
        and reach is not None
        and publishing.is_decided(session, reach)
        and (reach.programme_id, reach.number, reach.ruleset_id, reach.document_number)
        == (decision.programme_id, decision.number, decision.ruleset_id, decision.document_number)
        and (reach.first_day, reach.last_day) == (decision.first_day, decision.last_day)
    )


def ensure_adopted(session: Session, decision: AdjustmentDecision) -> None:
    """Return when a decision is what was adopted; else raise Conflict."""
    if not is_as_adopted(session, decision):
        raise _touched(decision)


def _touched(decision: AdjustmentDecision) -> Conflict:
    return Conflict(
        _(
            "第 %(number)d 号调整决定的内容被改动过，不能继续办理。请系统管理员运行“验账”，查明改动。",
            number=decision.number,
        )
    )


def _ensure_last(session: Session, simulation: Simulation) -> None:
    """Return when no decision has changed what was simulated since; else what it showed is not what would come."""
    unfinished_or_later = or_(
        AdjustmentDecision.finished_at.is_(None), AdjustmentDecision.finished_at >= simulation.begun_at
    )
    if session.scalar(
        select(AdjustmentDecision.id)
        .where(AdjustmentDecision.programme_id == simulation.programme_id)
        .where(AdjustmentDecision.adopted_at.is_not(None), unfinished_or_later)
        .limit(1)
    ):
        raise Conflict(_("这次试算以后，又有一项调整决定在执行或已执行：请重新试算，再起草决定。"))


def get(session: Session, code: str, *, actor: Actor) -> AdjustmentDecision:
    """Return a decision by its code. Raises NotFound, or NotAllowed for another region's programme."""
    found = session.scalar(select(AdjustmentDecision).where(AdjustmentDecision.code == clean_code(code)))
    if found is None:
        raise NotFound(_("没有这项调整决定。"))
    ensure_may_see(actor, session.get_one(Programme, found.programme_id))
    return found


def of_programme(session: Session, programme_id: UUID) -> list[AdjustmentDecision]:
    """Return the decisions of a programme, newest first."""
    wanted = select(AdjustmentDecision).where(AdjustmentDecision.programme_id == programme_id)
    return list(session.scalars(wanted.order_by(AdjustmentDecision.number.desc()).limit(100)))


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many drafts wait for the actor, who may adopt them and drafted none of them."""
    programme = queries.city_programme(session)
    if programme is None or not may_in(actor, Permission.PUBLISH_RULESETS, programme.region_code):
        return 0
    drafts = select(func.count()).where(
        AdjustmentDecision.programme_id == programme.id,
        AdjustmentDecision.state == AdjustmentState.DRAFT,
        AdjustmentDecision.drafted_by_id.is_distinct_from(actor.person_id),
    )
    return session.scalar(drafts) or 0
