"""Anybody objects to what is shown; somebody who did not decide it looks into it and answers."""

import uuid
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit import events
from app.db import lock
from app.deadlines import deadlines
from app.deadlines.registry import DeadlineKind
from app.deadlines.rules import HolderLevel
from app.errors import Conflict, InvalidInput, NotFound, Refused
from app.parties import interest
from app.permissions import Actor, Permission, ensure_four_eyes
from app.states import ensure_move
from projects.publicity import handlers, publicity
from projects.publicity.kinds import LIVE, OBJECTION_MOVES, ObjectionState, PublicityState
from projects.publicity.models import Publicity, PublicityObjection
from projects.tiers import rules as tier_rules
from projects.tiers import tiers

SUBJECT = publicity.OBJECTION
DECIDE = DeadlineKind(
    "publicity_objection.decide", _l("处理公示异议"), "objection.decide", HolderLevel.COUNTY
)
PER_HOUR = 10
"""From one address: a village has one; a machine that floods is stopped."""
FEWEST_WORDS = 5


def object_to(
    session: Session, publicity_id: uuid.UUID, *, words: str, contact: str | None = None, actor: Actor
) -> PublicityObjection:
    """Take an objection from anybody, without an account; the clock of the publicity stops today.

    ``contact`` only if the objector wishes to be asked. The row's code is the receipt number. Raises Conflict
    after the term with what else can be done, and when one address sends too many.
    """
    found = lock(session, Publicity, publicity_id)
    publicity.ensure_takes_objections(found, clock.today())
    words = words.strip()
    if len(words) < FEWEST_WORDS:
        raise InvalidInput(_("请写明哪里不对，至少 %(count)s 个字。", count=FEWEST_WORDS), field="words")
    sender = keys.lookup_hash("publicity_objection", actor.address) if actor.address else None
    _ensure_no_flood(session, sender)
    objection = PublicityObjection(
        publicity_id=found.id,
        words=words,
        contact=(contact or "").strip() or None,
        sender_hash=sender,
        received_at=clock.now(),
        state=ObjectionState.OPEN,
    )
    session.add(objection)
    session.flush()
    if found.state is PublicityState.RUNNING:
        publicity.stop(session, found, actor=actor)
    deadlines.start(
        session,
        DECIDE,
        subject_kind=SUBJECT,
        subject_id=objection.id,
        region_code=found.region_code,
        on=clock.today(),
        actor=actor,
        holder_level=HolderLevel((found.level or tier_rules.level_of_region(found.region_code)).value),
    )
    _trace(session, "publicity_objection.receive", objection, actor=actor)
    return objection


def decide(
    session: Session, objection_id: uuid.UUID, *, upheld: bool, answer: str, actor: Actor
) -> PublicityObjection:
    """Answer an objection. Upheld: the publicity ends and its feature looks anew. All dismissed: the clock runs on.

    Never by who had a hand in the subject, nor by who is near to it, nor below the level that decides it.
    """
    row = session.get(PublicityObjection, objection_id)
    if row is None:
        raise NotFound(_("没有找到这条异议。"))
    found = lock(session, Publicity, row.publicity_id)
    objection = lock(session, PublicityObjection, objection_id)
    ensure_may_decide(session, found, actor)
    state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    ensure_move(OBJECTION_MOVES, objection.state, state)
    if found.state not in LIVE:
        raise Conflict(_("这次公示已经终止，异议不用再处理。"))
    answer = answer.strip()
    if len(answer) < FEWEST_WORDS:
        raise InvalidInput(
            _("请写明核查结果和理由，至少 %(count)s 个字。", count=FEWEST_WORDS), field="answer"
        )
    objection.state, objection.answer = state, answer
    objection.decided_at, objection.decided_by_id = clock.now(), actor.person_id
    session.flush()
    deadlines.meet(session, SUBJECT, objection.id, DECIDE, on=clock.today(), actor=actor)
    _trace(session, f"publicity_objection.{'uphold' if upheld else 'dismiss'}", objection, actor=actor)
    if upheld:
        publicity.close(session, found, PublicityState.WITHDRAWN, actor=actor)
        handlers.of(found.subject_kind).upheld(session, found.subject_id, objection, actor=actor)
    elif not _waiting(session, found):
        publicity.run_on(session, found, actor=actor)
    return objection


def ensure_may_decide(session: Session, found: Publicity, actor: Actor) -> None:
    """Return when the actor may read and decide objections to this round; else raise NotAllowed."""
    level = found.level or tier_rules.level_of_region(found.region_code)
    tiers.ensure_level(actor, level, found.region_code, permission=Permission.DECIDE_OBJECTIONS)
    hands = handlers.of(found.subject_kind).hands(session, found.subject_id)
    ensure_four_eyes(actor, found.opened_by_id, *hands.persons)
    interest.ensure_no_conflict(session, actor, *hands.parties)


def why_not(session: Session, found: Publicity, actor: Actor) -> Any:
    """Return the sentence for which this actor may neither read nor decide objections to a round, or None."""
    try:
        ensure_may_decide(session, found, actor)
    except Refused as refused:
        return refused.sentence
    return None


def _waiting(session: Session, found: Publicity) -> int:
    query = select(func.count()).where(
        PublicityObjection.publicity_id == found.id, PublicityObjection.state == ObjectionState.OPEN
    )
    return session.scalar(query) or 0


def _ensure_no_flood(session: Session, sender: bytes | None) -> None:
    if sender is None:
        return
    of_late = select(func.count()).where(
        PublicityObjection.sender_hash == sender,
        PublicityObjection.received_at > clock.now() - timedelta(hours=1),
    )
    if (session.scalar(of_late) or 0) >= PER_HOUR:
        raise Conflict(_("从这个网络提交的异议太多，请一小时后再试，或者向公示中的单位当面、书面提出。"))


def _trace(session: Session, verb: str, objection: PublicityObjection, *, actor: Actor) -> None:
    after = {"publicity": objection.publicity_id, "state": objection.state.value}
    events.record(session, verb, SUBJECT, objection.id, actor=actor, after=after)
