"""The verbs of visits: write down what was found, not met, call off, and see to what follows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from blinker import Namespace
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.deadlines import deadlines
from app.errors import Conflict, InvalidInput
from app.files import evidence
from app.parties import rules as party_rules
from app.parties.models import Party
from app.permissions import Actor, Permission, ensure_may
from app.states import ensure_move
from projects.care import homes, steps
from projects.visits import clocks, rota, rules
from projects.visits.kinds import (
    FOLLOW_UP_MOVES,
    MOVES,
    FollowUpKind,
    FollowUpState,
    VisitGround,
    VisitOutcome,
    VisitPlace,
    VisitState,
)
from projects.visits.models import Visit, VisitFollowUp, VisitNote, VisitVisitor

S = VisitState
MOST_FILES = 9
visit_made = Namespace().signal("visit-made")
"""Sent with the session as sender and ``visit`` when one was made, in its transaction; whoever asked for it goes on."""


@dataclass(frozen=True)
class Findings:
    """What came of a visit. ``companions``: who went along besides the one who writes."""

    made_at: datetime
    place: VisitPlace
    outcome: VisitOutcome
    items: tuple[str, ...] = ()
    words: str = ""
    companions: tuple[uuid.UUID, ...] = ()
    follow_ups: tuple[FollowUpKind, ...] = ()
    next_on: date | None = None


def record(
    session: Session,
    visit_id: uuid.UUID,
    findings: Findings,
    *,
    actor: Actor,
    files: Sequence[evidence.Received] = (),
) -> Visit:
    """Write down a visit that was due. Nobody met: the visit stays due, by the same day.

    Raises NotAllowed for the household's own relatives, InvalidInput for what cannot be, Conflict when a colleague
    has written it down meanwhile.
    """
    visit, party = _held(session, visit_id, actor, Permission.VISIT_HOUSEHOLDS)
    if visit.state is not S.DUE:
        raise Conflict(_("这次走访已经登记过了（%(state)s）。", state=visit.state.label))
    who = _visitors(session, visit, findings, actor)
    _ensure_sensible(visit, findings, files)
    on = clock.civil_date(findings.made_at)
    absent = findings.outcome is VisitOutcome.ABSENT
    running = clocks.running(session, visit.id)
    if absent:
        deadlines.cancel_all(session, clocks.SUBJECT, visit.id, actor=actor)
    else:
        clocks.meet(session, visit, on=on, actor=actor)
    visit.made_at, visit.place, visit.outcome = findings.made_at, findings.place, findings.outcome
    visit.recorded_at, visit.recorded_by_id = clock.now(), actor.person_id
    visit.due_on = running.due_on if running else None
    steps.move(session, clocks.SUBJECT, visit, MOVES, S.ABSENT if absent else S.DONE, actor=actor)
    session.add(VisitNote(visit_id=visit.id, items=",".join(findings.items), words=findings.words or None))
    session.add_all(VisitVisitor(visit_id=visit.id, person_id=one) for one in who)
    for one in files:
        evidence.keep(
            session, one, subject_kind=clocks.SUBJECT, subject_id=visit.id, actor=actor,
            region_code=visit.region_code,
        )  # fmt: skip
    session.flush()
    for kind in rules.asked(findings.items, findings.follow_ups):
        _ask(session, visit, kind, actor=actor)
    events.record(
        session, "visit.record", clocks.SUBJECT, visit.id, actor=actor, party_id=visit.household_id,
        after={"ground": visit.ground.value, "outcome": findings.outcome.value, "made_on": on, "people": len(who)},
    )  # fmt: skip
    if absent and running is not None:
        _again(session, party, visit, since=running.started_on, length=running.length, actor=actor)
    elif not absent:
        _next(session, party, visit, findings.next_on, on=on, actor=actor)
        visit_made.send(session, visit=visit)
    return visit


def begin(session: Session, household_id: uuid.UUID, *, actor: Actor) -> Visit:
    """Return the visit that is due for a household, or a new one of a patrol that just passes by."""
    party = homes.hold(session, household_id, actor=actor, permission=Permission.VISIT_HOUSEHOLDS)
    due = rota.due_of(session, rota.HOUSEHOLD, household_id)
    if due is not None:
        return due
    rota.open_visit(
        session, party, VisitGround.PATROL, subject_kind=rota.HOUSEHOLD, subject_id=household_id,
        on=clock.today(), actor=actor,
    )  # fmt: skip
    new = rota.due_of(session, rota.HOUSEHOLD, household_id)
    assert new is not None  # the household is locked
    return new


def excuse(session: Session, visit_id: uuid.UUID, *, reason: str, actor: Actor) -> Visit:
    """Call a due visit off with the reason, as while somebody is in hospital; the next is counted from today."""
    visit, party = _held(session, visit_id, actor, Permission.MANAGE_HOUSEHOLDS)
    if visit.subject_kind != rota.HOUSEHOLD:
        raise Conflict(_("这次走访是办理事项的一个环节，不能取消。"))
    ensure_move(MOVES, visit.state, S.CANCELLED)
    reason = party_rules.ensure_reason(reason)
    ground = visit.ground
    rota.cancel(session, visit, actor=actor, note=reason)
    if ground in rules.ROTA:
        rota.open_visit(
            session, party, ground, subject_kind=rota.HOUSEHOLD, subject_id=party.id, on=clock.today(),
            actor=actor,
        )  # fmt: skip
    else:
        rota.plan(session, party.id, actor=actor)
    return visit


def settle(
    session: Session,
    follow_up_id: uuid.UUID,
    *,
    dropped: bool,
    words: str,
    actor: Actor,
    result: tuple[str, uuid.UUID] | None = None,
) -> VisitFollowUp:
    """Close a finding with what was done about it, or why nothing is to be; ``result``: the request or need opened."""
    found = lock(session, VisitFollowUp, follow_up_id)
    ensure_may(actor, Permission.MANAGE_HOUSEHOLDS, region_code=found.region_code)
    words = party_rules.ensure_reason(words, field="words")
    new = FollowUpState.DROPPED if dropped else FollowUpState.DONE
    found.closed_at = clock.now()
    if result is not None:
        found.result_kind, found.result_id = result
    steps.move(session, clocks.FOLLOW_UP, found, FOLLOW_UP_MOVES, new, actor=actor, note=words)
    deadlines.meet(session, clocks.FOLLOW_UP, found.id, clocks.kind_of(found), on=clock.today(), actor=actor)
    events.record(
        session, "visit.settle", clocks.FOLLOW_UP, found.id, actor=actor, party_id=found.household_id,
        after={"kind": found.kind.value, "state": found.state.value},
    )  # fmt: skip
    return found


def _held(session: Session, visit_id: uuid.UUID, actor: Actor, permission: Permission) -> tuple[Visit, Party]:
    household_id = lock_free(session, visit_id).household_id
    party = homes.hold(session, household_id, actor=actor, permission=permission)
    return lock(session, Visit, visit_id), party


def lock_free(session: Session, visit_id: uuid.UUID) -> Visit:
    """Return a visit without its lock: the household is locked before what belongs to it."""
    found = session.get(Visit, visit_id)
    return found if found is not None else lock(session, Visit, visit_id)


def _visitors(session: Session, visit: Visit, findings: Findings, actor: Actor) -> list[uuid.UUID]:
    own = [actor.person_id] if actor.person_id is not None else []
    who = list(dict.fromkeys([*own, *findings.companions]))
    homes.ensure_outside(session, visit.household_id, findings.companions, field="companions")
    if len(who) < visit.people_needed:
        raise InvalidInput(
            _("这次走访须有 %(count)s 人，请填写同行人。", count=visit.people_needed), field="companions"
        )
    return who


def _ensure_sensible(visit: Visit, findings: Findings, files: Sequence[evidence.Received]) -> None:
    known = {one.key for one in rules.checklist()}
    if findings.made_at > clock.now():
        raise InvalidInput(_("走访时间还没有到。"), field="made_on")
    if (clock.now() - findings.made_at).days > 90:
        raise InvalidInput(_("走访过去 90 天以上的，不能再补登，请重新走访。"), field="made_on")
    if not set(findings.items) <= known:
        raise InvalidInput(_("核查清单里没有这一项，请重新选择。"), field="items")
    if findings.outcome is not VisitOutcome.ABSENT and not findings.items:
        raise InvalidInput(_("请按清单勾选看到的情况。"), field="items")
    if not rules.outcome_fits(findings.outcome, findings.items):
        raise InvalidInput(_("清单里勾选了问题，结果不能是“情况正常”。"), field="outcome")
    if findings.outcome is VisitOutcome.CONCERN and not findings.words.strip():
        raise InvalidInput(_("发现问题的，请写明是什么问题。"), field="words")
    if findings.next_on is not None and findings.next_on <= clock.today():
        raise InvalidInput(_("下次走访应在今天之后。"), field="next_on")
    if len(files) > MOST_FILES:
        raise InvalidInput(_("照片最多 %(most)d 张。", most=MOST_FILES), field="photographs")


def _ask(session: Session, visit: Visit, kind: FollowUpKind, *, actor: Actor) -> None:
    found = VisitFollowUp(
        visit_id=visit.id,
        household_id=visit.household_id,
        region_code=visit.region_code,
        kind=kind,
        state=FollowUpState.OPEN,
        opened_at=clock.now(),
    )
    session.add(found)
    session.flush()
    steps.write(session, clocks.FOLLOW_UP, found, None, actor=actor)
    deadlines.start(
        session, clocks.kind_of(found), subject_kind=clocks.FOLLOW_UP, subject_id=found.id,
        region_code=found.region_code, on=clock.civil_date(visit.recorded_at or clock.now()), actor=actor,
    )  # fmt: skip


def _again(session: Session, party: Party, visit: Visit, *, since: date, length: int, actor: Actor) -> None:
    rota.open_visit(
        session, party, visit.ground, subject_kind=visit.subject_kind, subject_id=visit.subject_id,
        on=since, length=length, actor=actor,
    )  # fmt: skip


def _next(
    session: Session, party: Party, visit: Visit, next_on: date | None, *, on: date, actor: Actor
) -> None:
    """Make the next one due: on the day agreed upon, else as the rota says."""
    if visit.subject_kind != rota.HOUSEHOLD:
        return
    if next_on is None:
        rota.plan(session, party.id, actor=actor)
        return
    length = (next_on - on).days
    most = 31
    if length > most:
        raise InvalidInput(_("约定的下次走访不超过 %(most)s 天。", most=most), field="next_on")
    rota.open_visit(
        session, party, VisitGround.AGREED, subject_kind=rota.HOUSEHOLD, subject_id=party.id, on=on,
        length=length, actor=actor,
    )  # fmt: skip
