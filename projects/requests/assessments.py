"""The office takes a request up, judges what was found and proposes a decision.

What is proposed to be given is put to publicity. Of children, victims and the sick nothing ever is: a second officer
looks at it instead. A town without a second person passes the request up; four eyes are never waived.
"""

import uuid
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.parties import household_queries
from app.parties.models import Person
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, ensure_four_eyes, may_in
from projects.publicity.models import PublicityObjection
from projects.requests import checks, clocks, notices, rules, steps, words
from projects.requests.kinds import CheckKind, CheckResult, Protection, Recommendation, RequestState
from projects.requests.models import AidKind, AidRequest, AidRequestKind
from projects.tiers import tiers
from projects.tiers.kinds import TierLevel, TierThing
from projects.tiers.rules import ORDER, is_at_least

S = RequestState
_NO_DISPUTE = "参照最低生活保障审核确认办法（民发〔2021〕57号）：有异议的才开展民主评议"
_NO_DISPUTE_FROM = date(2021, 7, 1)
_NO_NOTICE = "个人信息保护法第二十八条"
_NO_NOTICE_FROM = date(2021, 11, 1)
_FEWEST = 5


def accept(session: Session, request_id: uuid.UUID, *, actor: Actor) -> AidRequest:
    """Take a request up. Raises Conflict when a colleague has."""
    request = steps.held(session, request_id, S.SUBMITTED)
    steps.ensure_office(session, request, actor, Permission.ASSESS_REQUESTS)
    if request.accepted_at is not None:
        raise Conflict(_("这件申请已经受理，不必再办。"))
    request.accepted_at, request.accepted_by_id = clock.now(), actor.person_id
    due_on = clocks.meet(session, request, clocks.ACCEPT, actor=actor)
    clocks.start(session, request, clocks.ASSESS, actor=actor)
    step_id = steps.stay(session, request, "request.accept", actor=actor, due_on=due_on)
    words.tell(session, request, words.ACCEPTED, step_id=step_id)
    steps.trace(session, "request.accept", request, actor=actor)
    return request


def send_back(session: Session, request_id: uuid.UUID, *, reason: str, actor: Actor) -> AidRequest:
    """Return a request to who asked, with what is missing; it keeps its number."""
    request = steps.held(session, request_id, S.SUBMITTED)
    steps.ensure_office(session, request, actor, Permission.ASSESS_REQUESTS)
    reason = ensure_reason(reason)
    clocks.cancel(session, request, actor=actor)
    request.accepted_at = request.accepted_by_id = None
    step_id = steps.move(session, request, S.DRAFT, "request.send_back", actor=actor, note=reason)
    words.tell(session, request, words.SENT_BACK, step_id=step_id, reason=reason)
    steps.trace(session, "request.send_back", request, actor=actor, reason=reason)
    return request


def conclude(session: Session, request_id: uuid.UUID, *, note: str, actor: Actor) -> AidRequest:
    """End the assessment: every check that comes before publicity is done or excused, the visit signed by enough.

    Raises Conflict naming what is missing. ``note``: the conclusion in words.
    """
    request = steps.held(session, request_id, S.SUBMITTED)
    steps.ensure_office(session, request, actor, Permission.ASSESS_REQUESTS)
    if len(note.strip()) < _FEWEST:
        raise InvalidInput(_("请写明评估结论，至少 %(count)s 个字。", count=_FEWEST), field="note")
    there = {one.kind: one for one in checks.of_round(session, request)}
    missing = rules.missing_checks(there)
    if CheckKind.MEETING in missing and not request.is_disputed:
        missing.remove(CheckKind.MEETING)
    if missing:
        names = "、".join(str(one.label) for one in missing)
        raise Conflict(_("还没有完成，也没有按规定免予：%(names)s。", names=names))
    visit, fewest = there[CheckKind.VISIT], checks.fewest_visitors(session, request)
    if visit.result is CheckResult.DONE and len({one.person_id for one in visit.signers}) < fewest:
        raise Conflict(_("入户调查须有至少 %(count)s 人签名，现在还不够。", count=fewest))
    if CheckKind.MEETING not in there:
        checks.set_check(
            session,
            request,
            CheckKind.MEETING,
            CheckResult.EXCUSED,
            findings=_("没有争议，不需要评议。"),
            rule=_NO_DISPUTE,
            rule_from=_NO_DISPUTE_FROM,
            actor=actor,
        )
    request.assessed_by_id = actor.person_id
    due_on = clocks.meet(session, request, clocks.ASSESS, actor=actor)
    clocks.meet(session, request, clocks.ACCEPT, actor=actor)
    clocks.meet(session, request, clocks.DONE, actor=actor)
    steps.move(session, request, S.ASSESSED, "request.assess", actor=actor, note=note, due_on=due_on)
    clocks.start(session, request, clocks.PROPOSE, actor=actor)
    steps.trace(
        session, "request.assess", request, actor=actor, after={"state": request.state.value}, reason=note
    )
    return request


def propose(
    session: Session,
    request_id: uuid.UUID,
    *,
    recommendation: Recommendation,
    proposal: str,
    amount_fen: int = 0,
    protection: Protection | None = None,
    actor: Actor,
) -> AidRequest:
    """Propose what is to be decided: to give (a sum, or help in kind when it is 0), or to refuse.

    What is to be given is put to publicity, except for the protected: there a second officer looks at it. Statutory
    aid alone is never granted here: it is handed over.
    """
    request = steps.held(session, request_id, S.ASSESSED)
    steps.ensure_office(session, request, actor, Permission.ASSESS_REQUESTS)
    if request.proposed_at is not None:
        raise Conflict(_("已经提出建议，正等另一位工作人员复核。"))
    _ensure_proposal(session, request, recommendation, proposal, amount_fen)
    amount_fen = amount_fen if recommendation is Recommendation.GRANT else 0
    request.recommendation, request.proposed_fen = recommendation, amount_fen
    request.proposed_words = proposal.strip()
    request.proposed_at, request.proposed_by_id = clock.now(), actor.person_id
    request.protection = _protection(session, request, protection)
    request.level = _level(session, request, amount_fen)
    if recommendation is Recommendation.REFUSE:
        _to_approval(session, request, "request.propose", actor=actor, note=request.proposed_words)
    elif request.protection is not None:
        note = _("%(why)s，不公示，由另一位工作人员复核。", why=request.protection.label)
        steps.stay(session, request, "request.propose", actor=actor, note=f"{request.proposed_words}\n{note}")
    else:
        due_on = clocks.meet(session, request, clocks.PROPOSE, actor=actor)
        step_id = steps.move(
            session,
            request,
            S.PUBLICISED,
            "request.propose",
            actor=actor,
            note=request.proposed_words,
            due_on=due_on,
        )
        notices.open_publicity(session, request, actor=actor)
        words.tell(session, request, words.PUBLICISED, step_id=step_id)
    after = {
        "state": request.state.value,
        "recommendation": recommendation.value,
        "proposed_fen": amount_fen,
        "level": request.level.value,
        "publicised": request.state is S.PUBLICISED,
    }
    steps.trace(session, "request.propose", request, actor=actor, after=after)
    return request


def review(session: Session, request_id: uuid.UUID, *, note: str, actor: Actor) -> AidRequest:
    """Look at what is not publicised, as the second officer, and pass it to approval.

    Raises NotAllowed for whoever had a hand in it; then the town passes it up.
    """
    request = steps.held(session, request_id, S.ASSESSED)
    if request.proposed_at is None or request.protection is None:
        raise Conflict(_("这件申请还没有提出建议，或者应当公示，不用复核。"))
    _ensure_second(session, request, actor)
    note = ensure_reason(note)
    request.reviewed_by_id = actor.person_id
    checks.set_check(
        session,
        request,
        CheckKind.NOTICE,
        CheckResult.EXCUSED,
        findings=note,
        rule=_NO_NOTICE,
        rule_from=_NO_NOTICE_FROM,
        actor=actor,
    )
    _to_approval(session, request, "request.review", actor=actor, note=note)
    steps.trace(session, "request.review", request, actor=actor, after={"state": request.state.value})
    return request


def look_again(session: Session, request_id: uuid.UUID, *, reason: str, actor: Actor) -> AidRequest:
    """Return a request to its assessment, with the reason: by the second officer, or by who should approve it."""
    request = steps.held(session, request_id, S.ASSESSED, S.PROPOSED)
    if request.state is S.ASSESSED:
        _ensure_second(session, request, actor)
    else:
        steps.ensure_office(session, request, actor, Permission.APPROVE_REQUESTS)
    reason = ensure_reason(reason)
    _begin_again(session, request, "request.look_again", reason=reason, actor=actor)
    return request


def pass_up(session: Session, request_id: uuid.UUID, *, reason: str, actor: Actor) -> AidRequest:
    """Pass a request to the level above, because this office has no second person for it, or is near to it.

    Raises Conflict at the city: nobody stands above it.
    """
    request = steps.held(session, request_id, *rules.WAITING)
    permission = Permission.ASSESS_REQUESTS
    if not may_in(actor, permission, request.region_code):
        permission = Permission.APPROVE_REQUESTS
    holder = request.holder_level or TierLevel.TOWN
    tiers.ensure_level(actor, holder, request.region_code, permission=permission)
    if holder is TierLevel.CITY:
        raise Conflict(_("市级以上没有可以上报的一级。"))
    reason = ensure_reason(reason)
    request.holder_level = ORDER[ORDER.index(holder) + 1]
    clocks.pass_on(session, request, actor=actor)
    steps.stay(session, request, "request.pass_up", actor=actor, note=reason)
    steps.trace(
        session,
        "request.pass_up",
        request,
        actor=actor,
        before={"holder_level": holder.value},
        after={"holder_level": request.holder_level.value},
        reason=reason,
    )
    return request


def after_publicity(session: Session, request_id: uuid.UUID, *, actor: Actor) -> None:
    """Bring a request to approval whose publicity has ended without an objection that was upheld."""
    request = steps.hold(session, request_id)
    if request.state is not S.PUBLICISED:
        return
    checks.set_check(
        session,
        request,
        CheckKind.NOTICE,
        CheckResult.DONE,
        findings=_("公示期满，没有成立的异议。"),
        actor=actor,
    )
    _to_approval(session, request, "request.publicity_end", actor=actor)
    steps.trace(session, "request.publicity_end", request, actor=actor, after={"state": request.state.value})


def after_objection(
    session: Session, request_id: uuid.UUID, _objection: PublicityObjection, *, actor: Actor
) -> None:
    """Bring a request back to its assessment after an objection was upheld; now the village's meeting is wanted."""
    request = steps.hold(session, request_id)
    if request.state is not S.PUBLICISED:
        return
    request.is_disputed = True
    _begin_again(session, request, "request.objection_upheld", reason=_("公示期间的异议成立。"), actor=actor)


def why_no_review(session: Session, request: AidRequest, actor: Actor) -> str | None:
    """Return the sentence for which this actor is not the second officer, or None."""
    try:
        _ensure_second(session, request, actor)
    except NotAllowed as refused:
        return str(refused.sentence)
    return None


def _begin_again(session: Session, request: AidRequest, verb: str, *, reason: str, actor: Actor) -> None:
    clocks.cancel(session, request, actor=actor)
    request.round += 1
    request.assessed_by_id = request.proposed_by_id = request.reviewed_by_id = None
    request.recommendation = request.proposed_fen = request.proposed_words = request.proposed_at = None
    step_id = steps.move(session, request, S.SUBMITTED, verb, actor=actor, note=reason)
    clocks.start(session, request, clocks.ASSESS, actor=actor)
    words.tell(session, request, words.LOOKED_AT_AGAIN, step_id=step_id, reason=reason)
    steps.trace(session, verb, request, actor=actor, after={"round": request.round}, reason=reason)


def _to_approval(session: Session, request: AidRequest, verb: str, *, actor: Actor, note: str = "") -> None:
    due_on = clocks.meet(session, request, clocks.PROPOSE, actor=actor)
    if request.level and request.holder_level and is_at_least(request.level, request.holder_level):
        request.holder_level = request.level
    steps.move(session, request, S.PROPOSED, verb, actor=actor, note=note, due_on=due_on)
    clocks.start(session, request, clocks.APPROVE, actor=actor)


def _ensure_second(session: Session, request: AidRequest, actor: Actor) -> None:
    """The second officer works on requests or approves them there, and had no hand in this one."""
    assesses = may_in(actor, Permission.ASSESS_REQUESTS, request.region_code)
    permission = Permission.ASSESS_REQUESTS if assesses else Permission.APPROVE_REQUESTS
    steps.ensure_office(session, request, actor, permission)
    ensure_four_eyes(actor, *steps.hands(request), *checks.visitors_of(session, request))


def _ensure_proposal(
    session: Session, request: AidRequest, recommendation: Recommendation, proposal: str, amount_fen: int
) -> None:
    if len(proposal.strip()) < _FEWEST:
        raise InvalidInput(_("请写明建议和理由，至少 %(count)s 个字。", count=_FEWEST), field="proposal")
    if not 0 <= amount_fen <= rules.MOST_FEN:
        raise InvalidInput(_("请核对金额和单位。"), field="amount")
    other = (
        select(func.count())
        .select_from(AidRequestKind)
        .join(AidKind, AidKind.id == AidRequestKind.kind_id)
        .where(AidRequestKind.request_id == request.id, AidKind.is_statutory.is_(False))
    )
    if recommendation is Recommendation.GRANT and not session.scalar(other):
        raise Conflict(
            _("低保、特困、临时救助由民政部门在省级系统依法认定，不在这里批准，请转办。"),
            field="recommendation",
        )


def _protection(session: Session, request: AidRequest, told: Protection | None) -> Protection | None:
    person = session.get_one(Person, request.person_id)
    today = clock.today()
    tags = {
        one.tag
        for one in household_queries.tags(session, [request.person_id])
        if one.begin_on <= today and (one.end_on is None or one.end_on >= today)
    }
    return rules.protection_of(person.born_on, tags, today, told or request.protection)


def _level(session: Session, request: AidRequest, amount_fen: int) -> TierLevel:
    tier = tiers.level_for(
        session,
        TierThing.REQUEST,
        amount_fen=amount_fen,
        region_code=request.region_code,
        on=clock.today(),
    )
    return tier.level
