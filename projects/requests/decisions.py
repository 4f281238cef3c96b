"""A request is approved or refused, by an office whose limit covers it and whose hands have not touched it.

Whoever comes second, of two who approve or of one who approves and one who takes the request back, finds it decided.
A late decision is taken all the same and stays to be read as late: who asked is not to suffer from the bureau's delay.
"""

import uuid
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, figures
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.parties import queries as parties
from app.parties.kinds import RegistrationState
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, ensure_four_eyes, may_in
from projects.requests import checks, clocks, documents, notices, rules, signals, steps, words
from projects.requests.kinds import Channel, Recommendation, RequestState
from projects.requests.models import AidRequest
from projects.tiers import tiers
from projects.tiers.kinds import TierThing

S = RequestState


def approve(
    session: Session,
    request_id: uuid.UUID,
    *,
    amount_fen: int | None = None,
    note: str = "",
    actor: Actor,
) -> AidRequest:
    """Grant what was proposed, or a smaller sum. The grant is made by who hears the signal, in this transaction.

    Raises NotAllowed for who had a hand in it, for relatives, from another region and above the limit; Conflict when
    somebody else decided or it was taken back.
    """
    request = steps.held(session, request_id, S.PROPOSED)
    amount_fen = request.proposed_fen or 0 if amount_fen is None else amount_fen
    _ensure_may_decide(session, request, actor, amount_fen=amount_fen)
    if request.recommendation is not Recommendation.GRANT:
        raise Conflict(_("这件申请的建议是不予批准，没有公示过。要批准的，请退回重新评估。"))
    if not 0 <= amount_fen <= (request.proposed_fen or 0):
        raise InvalidInput(
            _(
                "批准的金额不能高于建议并公示的 %(most)s；需要更多的，请退回重新评估。",
                most=figures.money(request.proposed_fen or 0),
            ),
            field="amount",
        )
    if request.proposed_fen and not amount_fen:
        raise InvalidInput(_("请填写批准的金额；不给的，请办理不予批准。"), field="amount")
    household = parties.get(session, request.household_id)
    if household.state is not RegistrationState.APPROVED:
        raise Conflict(_("这户的档案现在是“%(state)s”，复核建档以后才能批准。", state=household.state.label))
    step_id = _decide(session, request, S.APPROVED, "request.approve", note=note, actor=actor)
    request.granted_fen = amount_fen
    words.tell(session, request, words.APPROVED, step_id=step_id)
    after = {"state": request.state.value, "granted_fen": amount_fen}
    steps.trace(session, "request.approve", request, actor=actor, after=after, reason=note or None)
    signals.tell_decided(session, request, step_id=step_id, actor=actor)
    documents.issue_approval(session, request, note=note, actor=actor)
    return request


def refuse(session: Session, request_id: uuid.UUID, *, reason: str, actor: Actor) -> AidRequest:
    """Decide against a request, with the reason in words that go on its paper; the paper must be served in time."""
    request = steps.held(session, request_id, S.PROPOSED)
    _ensure_may_decide(session, request, actor, amount_fen=0)
    reason = ensure_reason(reason)
    step_id = _decide(session, request, S.REFUSED, "request.refuse", note=reason, actor=actor)
    clocks.start(session, request, clocks.REFUSAL, actor=actor)
    words.tell(session, request, words.REFUSED, step_id=step_id, reason=reason)
    steps.trace(
        session, "request.refuse", request, actor=actor, after={"state": request.state.value}, reason=reason
    )
    signals.tell_decided(session, request, step_id=step_id, actor=actor)
    documents.issue_refusal(session, request, reason=reason, actor=actor)
    return request


def withdraw(session: Session, request_id: uuid.UUID, *, reason: str = "", actor: Actor) -> AidRequest:
    """Take a request back, up to its decision: by who asked or whom it concerns, or by staff on their word."""
    request = steps.held(session, request_id, *rules.WITHDRAWABLE)
    is_own = actor.may(Permission.OWN_REQUESTS) and actor.person_id in (
        request.applicant_id,
        request.person_id,
    )
    if not is_own:
        if request.channel is Channel.MEMBER and request.state is S.DRAFT:
            raise NotAllowed(_("这是求助人自己的草稿，由本人处理。"))
        if not may_in(actor, Permission.ENTER_REQUESTS, request.region_code):
            raise NotAllowed(_("只有申请人可以撤回，或者由当地工作人员按本人的意思代办。"))
        steps.ensure_no_conflict(session, request, actor)
    if not is_own:
        reason = ensure_reason(reason)
    was_publicised = request.state is S.PUBLICISED
    steps.move(session, request, S.WITHDRAWN, "request.withdraw", actor=actor, note=reason)
    clocks.cancel(session, request, actor=actor)
    if was_publicised:
        notices.withdraw(session, request, actor=actor)
    steps.trace(session, "request.withdraw", request, actor=actor, reason=reason or None)
    return request


def why_not(session: Session, request: AidRequest, actor: Actor) -> Any:
    """Return the sentence for which this actor may not decide a proposed request, or None when it is theirs."""
    try:
        _ensure_may_decide(session, request, actor, amount_fen=request.proposed_fen or 0)
    except Refused as refused:
        return refused.sentence
    return None


def _ensure_may_decide(session: Session, request: AidRequest, actor: Actor, *, amount_fen: int) -> None:
    steps.ensure_office(session, request, actor, Permission.APPROVE_REQUESTS)
    # The table of today counts, too: a limit that was lowered since the proposal is a limit.
    tier = tiers.level_for(
        session,
        TierThing.REQUEST,
        amount_fen=amount_fen,
        region_code=request.region_code,
        on=clock.today(),
    )
    tiers.ensure_level(actor, tier.level, request.region_code, permission=Permission.APPROVE_REQUESTS)
    ensure_four_eyes(actor, *steps.hands(request), *checks.visitors_of(session, request))


def _decide(
    session: Session, request: AidRequest, new: RequestState, verb: str, *, note: str, actor: Actor
) -> uuid.UUID:
    due_on = clocks.meet(session, request, clocks.APPROVE, actor=actor)
    request.decided_at, request.decided_by_id = clock.now(), actor.person_id
    return steps.move(session, request, new, verb, actor=actor, note=note, due_on=due_on)
