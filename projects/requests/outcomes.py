"""What follows a decision or stands in its place: the paper is served, the request referred, handed over, closed.

``refer``, ``hand_over``, ``take_back`` and ``close`` are parts of the verbs of features above, which have asked
their own guards.
"""

import uuid
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.files.evidence import Received
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, may_in
from projects.requests import clocks, files, notices, steps, words
from projects.requests.files import Attached
from projects.requests.kinds import FileKind, RequestState, ServedHow
from projects.requests.models import AidRequest, RequestService

S = RequestState
_UNDECIDED = (S.SUBMITTED, S.ASSESSED, S.PROPOSED)


def serve(
    session: Session,
    request_id: uuid.UUID,
    *,
    on: date,
    how: ServedHow,
    receiver: str,
    actor: Actor,
    proof: Received | None = None,
) -> RequestService:
    """Write that the paper of a decision reached whom it is for; this meets the clock of a refusal. Once."""
    request = steps.held(session, request_id, S.APPROVED, S.REFUSED, S.CLOSED)
    allowed = any(
        may_in(actor, one, request.region_code)
        for one in (Permission.ENTER_REQUESTS, Permission.ASSESS_REQUESTS, Permission.APPROVE_REQUESTS)
    )
    if not allowed:
        raise NotAllowed(_("这件事不在您的辖区内。"))
    steps.ensure_no_conflict(session, request, actor)
    if request.decided_at is None:
        raise Conflict(_("这件申请没有作出决定，没有文书可以送达。"))
    if session.get(RequestService, request.id) is not None:
        raise Conflict(_("已经登记过送达，不必再办。"))
    if not clock.civil_date(request.decided_at) <= on <= clock.today():
        raise InvalidInput(_("送达日期应在作出决定以后、今天以前。"), field="on")
    receiver = receiver.strip()
    if not receiver:
        raise InvalidInput(_("请填写由谁签收。"), field="receiver")
    if how in (ServedHow.POST, ServedHow.LEFT) and proof is None:
        raise InvalidInput(_("邮寄和留置送达须上传回执或见证照片。"), field="proof")
    file_id = (
        files.attach_one(session, request, Attached(FileKind.SERVICE, proof), actor=actor) if proof else None
    )
    return _served(session, request, on=on, how=how, receiver=receiver, file_id=file_id, actor=actor)


def seen_online(session: Session, request_id: uuid.UUID, *, actor: Actor) -> RequestService | None:
    """Write that who asked has opened the decision under the own login, which serves it. Later times change nothing."""
    request = steps.hold(session, request_id)
    if request.decided_at is None or session.get(RequestService, request.id) is not None:
        return None
    if actor.person_id is None or actor.person_id not in (request.applicant_id, request.person_id):
        return None
    return _served(
        session,
        request,
        on=clock.today(),
        how=ServedHow.ONLINE,
        receiver=actor.name,
        file_id=None,
        actor=actor,
    )


def refer(session: Session, request_id: uuid.UUID, *, note: str, actor: Actor) -> AidRequest:
    """Say that a request is met by a referral to an organisation; its own clocks stop."""
    return _elsewhere(session, request_id, S.REFERRED, "request.refer", note=note, actor=actor)


def hand_over(session: Session, request_id: uuid.UUID, *, note: str, actor: Actor) -> AidRequest:
    """Say that a request for statutory aid was handed to the department that decides it; its own clocks stop."""
    return _elsewhere(session, request_id, S.HANDED_OVER, "request.hand_over", note=note, actor=actor)


def take_back(session: Session, request_id: uuid.UUID, *, reason: str, actor: Actor) -> AidRequest:
    """Bring a request back that was returned from where it went; it is assessed here, and that clock begins."""
    request = steps.held(session, request_id, S.REFERRED, S.HANDED_OVER)
    reason = ensure_reason(reason)
    request.recommendation = request.proposed_fen = request.proposed_words = request.proposed_at = None
    request.assessed_by_id = request.proposed_by_id = request.reviewed_by_id = None
    request.round += 1
    steps.move(session, request, S.SUBMITTED, "request.take_back", actor=actor, note=reason)
    clocks.start(session, request, clocks.ASSESS, actor=actor)
    steps.trace(session, "request.take_back", request, actor=actor, reason=reason)
    return request


def close(session: Session, request_id: uuid.UUID, *, reason: str, actor: Actor) -> AidRequest:
    """End a request for which nothing more is to be done: all was given, or nobody is left who needs it."""
    request = steps.hold(session, request_id)
    if request.state is S.CLOSED:
        return request
    was_publicised = request.state is S.PUBLICISED
    step_id = steps.move(session, request, S.CLOSED, "request.close", actor=actor, note=reason)
    clocks.cancel(session, request, actor=actor)
    if was_publicised:
        notices.withdraw(session, request, actor=actor)
    words.tell(session, request, words.CLOSED, step_id=step_id, reason=reason)
    steps.trace(session, "request.close", request, actor=actor, reason=reason or None)
    return request


def _elsewhere(
    session: Session, request_id: uuid.UUID, new: RequestState, verb: str, *, note: str, actor: Actor
) -> AidRequest:
    request = steps.held(session, request_id, *_UNDECIDED)
    steps.ensure_no_conflict(session, request, actor)
    clocks.cancel(session, request, actor=actor)
    steps.move(session, request, new, verb, actor=actor, note=note)
    steps.trace(session, verb, request, actor=actor, after={"state": request.state.value})
    return request


def _served(
    session: Session,
    request: AidRequest,
    *,
    on: date,
    how: ServedHow,
    receiver: str,
    file_id: uuid.UUID | None,
    actor: Actor,
) -> RequestService:
    service = RequestService(
        request_id=request.id,
        served_on=on,
        how=how,
        receiver=receiver,
        file_id=file_id,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(service)
    session.flush()
    due_on = clocks.meet(session, request, clocks.REFUSAL, actor=actor, on=on)
    steps.stay(session, request, "request.serve", actor=actor, due_on=due_on)
    steps.trace(session, "request.serve", request, actor=actor, after={"on": on, "how": how.value})
    return service
