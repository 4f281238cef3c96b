"""The four checks of an assessment: done and signed, or excused by a rule with its day.

A home visit is signed by at least two different persons, each by the own login or on the paper that is uploaded. Means
are checked only when the household has let them be (社会救助法 art. 40).
"""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.files.evidence import Received
from app.parameters import queries as parameters
from app.parties import interest
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, may_in
from projects.requests import clocks, files, steps
from projects.requests.files import Attached
from projects.requests.kinds import CheckKind, CheckResult, FileKind, RequestState, SignedHow
from projects.requests.models import AidRequest, RequestCheck, VisitSigner

VISITORS = "request.visitors"
_FEWEST = 5
_EARLIEST = timedelta(days=30)  # a patrol finds somebody first and writes the request down later
S = RequestState
K = CheckKind


def record_visit(
    session: Session,
    request_id: uuid.UUID,
    *,
    visited_on: date,
    findings: str,
    actor: Actor,
    photos: Sequence[Attached] = (),
) -> RequestCheck:
    """Write down a home visit and sign it; who else was there signs by the own login or on paper.

    Until somebody else has signed, who wrote it down may correct it.
    """
    request = _open(session, request_id, actor, Permission.VISIT_HOUSEHOLDS)
    findings = _worded(findings)
    _ensure_day(request, visited_on)
    before = of_kind(session, request, K.VISIT)
    if before is None:
        check = _add(session, request, K.VISIT, CheckResult.DONE, visited_on, findings, actor)
        _sign(session, check, actor.person_id, SignedHow.LOGIN, actor=actor)
    elif before.recorded_by_id != actor.person_id or len(before.signers) > 1:
        raise Conflict(_("入户调查已有记录，您到场的请签名确认；内容有误请另行写明。"))
    else:
        check = before
        check.done_on, check.findings, check.recorded_at = visited_on, findings, clock.now()
    files.attach(session, request, photos, actor=actor)
    _take_up(session, request, actor)
    steps.stay(session, request, "request.visit", actor=actor)
    steps.trace(session, "request.visit", request, actor=actor, after={"visited_on": visited_on})
    return check


def sign_visit(session: Session, request_id: uuid.UUID, *, actor: Actor) -> RequestCheck:
    """Sign the record of a visit at which the actor was. Signing twice is one signature."""
    request = _open(session, request_id, actor, Permission.VISIT_HOUSEHOLDS)
    check = _visit(session, request)
    _sign(session, check, actor.person_id, SignedHow.LOGIN, actor=actor)
    steps.stay(session, request, "request.sign_visit", actor=actor)
    steps.trace(session, "request.sign_visit", request, actor=actor, after={"how": SignedHow.LOGIN.value})
    return check


def sign_visit_on_paper(
    session: Session, request_id: uuid.UUID, *, person_id: uuid.UUID, scan: Received, actor: Actor
) -> RequestCheck:
    """Write down that somebody signed the record on paper; the scan shows it. Nobody near to the household may."""
    request = _open(session, request_id, actor, Permission.VISIT_HOUSEHOLDS)
    check = _visit(session, request)
    if interest.conflict_of(session, person_id, steps.concerned(request)) is not None:
        raise NotAllowed(_("这个人与求助家庭有利害关系，不能作为调查人签名。"), field="signer")
    file_id = files.attach_one(session, request, Attached(FileKind.VISIT, scan), actor=actor)
    _sign(session, check, person_id, SignedHow.PAPER, actor=actor, file_id=file_id)
    steps.stay(session, request, "request.sign_visit", actor=actor)
    steps.trace(session, "request.sign_visit", request, actor=actor, after={"how": SignedHow.PAPER.value})
    return check


def authorise(
    session: Session, request_id: uuid.UUID, *, on: date, scan: Received, actor: Actor
) -> AidRequest:
    """Write down that the household let its means be checked, by a paper that it signed."""
    request = _open(session, request_id, actor, Permission.ENTER_REQUESTS)
    if on > clock.today():
        raise InvalidInput(_("日期不能晚于今天。"), field="on")
    files.attach_one(session, request, Attached(FileKind.ECONOMIC, scan), actor=actor)
    request.economic_authorised_on = on
    steps.stay(session, request, "request.authorise", actor=actor)
    steps.trace(session, "request.authorise", request, actor=actor, after={"on": on})
    return request


def record(
    session: Session,
    request_id: uuid.UUID,
    kind: CheckKind,
    *,
    done_on: date,
    findings: str,
    actor: Actor,
    papers: Sequence[Attached] = (),
) -> RequestCheck:
    """Write down what the check of means, or the village's meeting, has brought. Later words replace earlier ones."""
    request = _open(session, request_id, actor, Permission.ASSESS_REQUESTS)
    if kind not in (K.ECONOMIC, K.MEETING):
        raise InvalidInput(_("请选择核对或者评议。"), field="kind")
    if kind is K.ECONOMIC and request.economic_authorised_on is None:
        raise Conflict(
            _("这户还没有授权核对家庭经济状况，不能核对（社会救助法第四十条）。请先取得授权。"), field="kind"
        )
    _ensure_day(request, done_on)
    check = _set(session, request, kind, CheckResult.DONE, done_on, _worded(findings), actor)
    files.attach(session, request, papers, actor=actor)
    _take_up(session, request, actor)
    steps.stay(session, request, "request.check", actor=actor)
    steps.trace(session, "request.check", request, actor=actor, after={"kind": kind.value})
    return check


def excuse(
    session: Session,
    request_id: uuid.UUID,
    kind: CheckKind,
    *,
    reason: str,
    rule: str,
    rule_from: date,
    actor: Actor,
) -> RequestCheck:
    """Leave a check out, with the reason, the rule that allows it and the first day of that rule."""
    request = _open(session, request_id, actor, Permission.ASSESS_REQUESTS)
    reason = ensure_reason(reason)
    rule = " ".join(rule.split())
    if len(rule) < _FEWEST:
        raise InvalidInput(_("请写明依据哪个文件的哪一条可以免予。"), field="rule")
    if rule_from > clock.today():
        raise InvalidInput(_("这个文件还没有施行。"), field="rule_from")
    if kind is K.NOTICE:
        raise InvalidInput(_("公示由系统按受保护的情形免予，不能在这里免。"), field="kind")
    there = of_kind(session, request, kind)
    if there is not None and there.signers:
        raise Conflict(_("入户调查已有签名的记录，不能再免予。"), field="kind")
    check = _set(
        session,
        request,
        kind,
        CheckResult.EXCUSED,
        clock.today(),
        reason,
        actor,
        rule=rule,
        rule_from=rule_from,
    )
    _take_up(session, request, actor)
    steps.stay(session, request, "request.excuse", actor=actor)
    steps.trace(session, "request.excuse", request, actor=actor, after={"kind": kind.value, "rule": rule})
    return check


def set_check(
    session: Session,
    request: AidRequest,
    kind: CheckKind,
    result: CheckResult,
    *,
    findings: str,
    actor: Actor,
    rule: str | None = None,
    rule_from: date | None = None,
) -> None:
    """Write what became of a check of a locked request today. Part of the verb that calls, which guards and traces."""
    _set(session, request, kind, result, clock.today(), findings, actor, rule=rule, rule_from=rule_from)


def of_round(session: Session, request: AidRequest) -> list[RequestCheck]:
    """Return the checks of the round that is going on."""
    query = select(RequestCheck).where(
        RequestCheck.request_id == request.id, RequestCheck.round == request.round
    )
    return list(session.scalars(query.order_by(RequestCheck.id).execution_options(populate_existing=True)))


def of_kind(session: Session, request: AidRequest, kind: CheckKind) -> RequestCheck | None:
    """Return one check of the round that is going on, or None."""
    return next((one for one in of_round(session, request) if one.kind is kind), None)


def visitors_of(session: Session, request: AidRequest) -> tuple[uuid.UUID, ...]:
    """Return who signed visits of a request, in whichever round: they decide nothing about it."""
    query = (
        select(VisitSigner.person_id)
        .join(RequestCheck, RequestCheck.id == VisitSigner.check_id)
        .where(RequestCheck.request_id == request.id)
    )
    return tuple(session.scalars(query))


def fewest_visitors(session: Session, request: AidRequest) -> int:
    """Return how many persons must sign a visit there today."""
    return parameters.value(session, VISITORS, on=clock.today(), region_code=request.region_code)


def _open(session: Session, request_id: uuid.UUID, actor: Actor, permission: Permission) -> AidRequest:
    request = steps.held(session, request_id, S.SUBMITTED)
    # Who works in the field serves a village; the office above may do the same.
    if permission is not Permission.ASSESS_REQUESTS and may_in(actor, permission, request.region_code):
        steps.ensure_no_conflict(session, request, actor)
    else:
        steps.ensure_office(session, request, actor, Permission.ASSESS_REQUESTS)
    return request


def _take_up(session: Session, request: AidRequest, actor: Actor) -> None:
    """Whoever of the office begins to assess has taken the request up."""
    if request.accepted_at is None and may_in(actor, Permission.ASSESS_REQUESTS, request.region_code):
        request.accepted_at, request.accepted_by_id = clock.now(), actor.person_id
        clocks.meet(session, request, clocks.ACCEPT, actor=actor)
        clocks.start(session, request, clocks.ASSESS, actor=actor)


def _visit(session: Session, request: AidRequest) -> RequestCheck:
    check = of_kind(session, request, K.VISIT)
    if check is None or check.result is not CheckResult.DONE:
        raise Conflict(_("还没有入户调查的记录，请先登记入户调查。"))
    return check


def _set(
    session: Session,
    request: AidRequest,
    kind: CheckKind,
    result: CheckResult,
    on: date,
    findings: str,
    actor: Actor,
    *,
    rule: str | None = None,
    rule_from: date | None = None,
) -> RequestCheck:
    check = of_kind(session, request, kind)
    if check is None:
        return _add(session, request, kind, result, on, findings, actor, rule=rule, rule_from=rule_from)
    check.result, check.done_on, check.findings = result, on, findings
    check.rule, check.rule_from = rule, rule_from
    check.recorded_at, check.recorded_by_id = clock.now(), actor.person_id
    session.flush()
    return check


def _add(
    session: Session,
    request: AidRequest,
    kind: CheckKind,
    result: CheckResult,
    on: date,
    findings: str,
    actor: Actor,
    *,
    rule: str | None = None,
    rule_from: date | None = None,
) -> RequestCheck:
    check = RequestCheck(
        request_id=request.id,
        round=request.round,
        kind=kind,
        result=result,
        done_on=on,
        findings=findings,
        rule=rule,
        rule_from=rule_from,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(check)
    session.flush()
    return check


def _sign(
    session: Session,
    check: RequestCheck,
    person_id: uuid.UUID | None,
    how: SignedHow,
    *,
    actor: Actor,
    file_id: uuid.UUID | None = None,
) -> None:
    if person_id is None:
        raise NotAllowed(_("请用本人的账号登录后签名。"))
    there = select(VisitSigner.id).where(VisitSigner.check_id == check.id, VisitSigner.person_id == person_id)
    if session.scalars(there).first() is not None:
        return
    session.add(
        VisitSigner(
            check_id=check.id,
            person_id=person_id,
            how=how,
            signed_at=clock.now(),
            recorded_by_id=actor.person_id,
            file_id=file_id,
        )
    )
    session.flush()


def _worded(findings: str) -> str:
    findings = findings.strip()
    if len(findings) < _FEWEST:
        raise InvalidInput(_("请写明了解到的情况，至少 %(count)s 个字。", count=_FEWEST), field="findings")
    return findings


def _ensure_day(request: AidRequest, day: date) -> None:
    if day > clock.today():
        raise InvalidInput(_("日期不能晚于今天。"), field="on")
    if day < clock.civil_date(request.created_at) - _EARLIEST:
        raise InvalidInput(_("这次调查太早，请按现在的情况重新调查。"), field="on")
