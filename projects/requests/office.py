"""The steps of the office, one page each: what it is called, what it brings, its form, and the verb that it calls."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound
from app.files.evidence import Received
from app.forms import Form
from app.parties import household_queries
from app.permissions import Actor, Permission, may_in
from projects.requests import assessments, checks, decisions, outcomes
from projects.requests import step_forms as forms
from projects.requests.files import Attached
from projects.requests.kinds import CheckKind, FileKind, Protection, Recommendation, RequestState, ServedHow
from projects.requests.models import AidRequest
from projects.requests.rules import WAITING, WITHDRAWABLE

P = Permission
S = RequestState
Act = Callable[[Session, uuid.UUID, Any, "Uploads", Actor], None]


@dataclass(frozen=True)
class Uploads:
    """What was uploaded with a step: files with what they are, and the one scan that it needs."""

    files: Sequence[Attached] = ()
    scan: Received | None = None


@dataclass(frozen=True)
class OfficeStep:
    """One step. ``states``: in which it may be taken; ``permissions``: one of them is wanted there."""

    title: Any
    effect: Any
    form: type[Form]
    act: Act
    states: frozenset[RequestState]
    permissions: tuple[Permission, ...] = (P.ASSESS_REQUESTS,)
    scan: str | None = None
    is_grave: bool = False
    only: Callable[[AidRequest], bool] = field(default=lambda _request: True)


def _accept(session: Session, key: uuid.UUID, _form: Any, _up: Uploads, actor: Actor) -> None:
    assessments.accept(session, key, actor=actor)


def _send_back(session: Session, key: uuid.UUID, form: Any, _up: Uploads, actor: Actor) -> None:
    assessments.send_back(session, key, reason=form.reason.data or "", actor=actor)


def _visit(session: Session, key: uuid.UUID, form: forms.VisitForm, up: Uploads, actor: Actor) -> None:
    photos = [replace(one, place=form.place.data) for one in up.files]
    if photos and not form.place.data:
        raise InvalidInput(_("请填写照片是在哪里拍的。"), field="place")
    checks.record_visit(
        session,
        key,
        visited_on=form.on.data or clock.today(),
        findings=form.findings.data or "",
        photos=photos,
        actor=actor,
    )


def _sign(session: Session, key: uuid.UUID, _form: Any, _up: Uploads, actor: Actor) -> None:
    checks.sign_visit(session, key, actor=actor)


def _paper(session: Session, key: uuid.UUID, form: forms.PaperVisitorForm, up: Uploads, actor: Actor) -> None:
    who = named(session, form.signer.data or "", "signer")
    checks.sign_visit_on_paper(session, key, person_id=who, scan=_wanted(up), actor=actor)


def _authorise(
    session: Session, key: uuid.UUID, form: forms.AuthoriseForm, up: Uploads, actor: Actor
) -> None:
    checks.authorise(session, key, on=form.on.data or clock.today(), scan=_wanted(up), actor=actor)


def _check(kind: CheckKind, file_kind: FileKind) -> Act:
    def act(session: Session, key: uuid.UUID, form: forms.CheckForm, up: Uploads, actor: Actor) -> None:
        checks.record(
            session,
            key,
            kind,
            done_on=form.on.data or clock.today(),
            findings=form.findings.data or "",
            papers=[replace(one, kind=file_kind) for one in up.files],
            actor=actor,
        )

    return act


def _excuse(session: Session, key: uuid.UUID, form: forms.ExcuseForm, _up: Uploads, actor: Actor) -> None:
    checks.excuse(
        session,
        key,
        CheckKind(form.kind.data),
        reason=form.reason.data or "",
        rule=form.rule.data or "",
        rule_from=form.rule_from.data or clock.today(),
        actor=actor,
    )


def _conclude(session: Session, key: uuid.UUID, form: Any, _up: Uploads, actor: Actor) -> None:
    assessments.conclude(session, key, note=form.note.data or "", actor=actor)


def _propose(session: Session, key: uuid.UUID, form: forms.ProposeForm, _up: Uploads, actor: Actor) -> None:
    assessments.propose(
        session,
        key,
        recommendation=Recommendation(form.recommendation.data),
        proposal=form.proposal.data or "",
        amount_fen=form.amount.data or 0,
        protection=Protection(form.protection.data) if form.protection.data else None,
        actor=actor,
    )


def _review(session: Session, key: uuid.UUID, form: Any, _up: Uploads, actor: Actor) -> None:
    assessments.review(session, key, note=form.note.data or "", actor=actor)


def _look_again(session: Session, key: uuid.UUID, form: Any, _up: Uploads, actor: Actor) -> None:
    assessments.look_again(session, key, reason=form.reason.data or "", actor=actor)


def _pass_up(session: Session, key: uuid.UUID, form: Any, _up: Uploads, actor: Actor) -> None:
    assessments.pass_up(session, key, reason=form.reason.data or "", actor=actor)


def _approve(session: Session, key: uuid.UUID, form: forms.ApproveForm, _up: Uploads, actor: Actor) -> None:
    decisions.approve(session, key, amount_fen=form.amount.data, note=form.note.data or "", actor=actor)


def _refuse(session: Session, key: uuid.UUID, form: Any, _up: Uploads, actor: Actor) -> None:
    decisions.refuse(session, key, reason=form.reason.data or "", actor=actor)


def _withdraw(session: Session, key: uuid.UUID, form: Any, _up: Uploads, actor: Actor) -> None:
    decisions.withdraw(session, key, reason=form.reason.data or "", actor=actor)


def _serve(session: Session, key: uuid.UUID, form: forms.ServeForm, up: Uploads, actor: Actor) -> None:
    outcomes.serve(
        session,
        key,
        on=form.on.data or clock.today(),
        how=ServedHow(form.how.data),
        receiver=form.receiver.data or "",
        proof=up.scan,
        actor=actor,
    )


_SUBMITTED, _ASSESSED, _PROPOSED = frozenset({S.SUBMITTED}), frozenset({S.ASSESSED}), frozenset({S.PROPOSED})
_VISITORS = (P.VISIT_HOUSEHOLDS, P.ASSESS_REQUESTS)
_JUDGES = (P.ASSESS_REQUESTS, P.APPROVE_REQUESTS)


def _unproposed(request: AidRequest) -> bool:
    return request.proposed_at is None


def _unreviewed(request: AidRequest) -> bool:
    return request.proposed_at is not None


STEPS: Mapping[str, OfficeStep] = {
    "accept": OfficeStep(
        _l("受理"), _l("受理后开始计算评估期限，并通知申请人。"), forms.PlainForm, _accept, _SUBMITTED,
        only=lambda one: one.accepted_at is None,
    ),
    "visit": OfficeStep(
        _l("登记入户调查"), _l("您的签名随登记一起生效；同去的人各自登录签名，或者上传纸上签名。"),
        forms.VisitForm, _visit, _SUBMITTED, _VISITORS,
    ),
    "sign": OfficeStep(
        _l("我也在场，签名确认"), _l("确认您本人到场，情况和记录一致。"), forms.PlainForm, _sign, _SUBMITTED,
        _VISITORS,
    ),
    "paper": OfficeStep(
        _l("登记纸上签名"), _l("同去的人没有账号或不便登录的，上传他签字的调查表。"), forms.PaperVisitorForm,
        _paper, _SUBMITTED, _VISITORS, scan="file",
    ),
    "authorise": OfficeStep(
        _l("登记核对授权"), _l("没有授权不能核对家庭经济状况。"), forms.AuthoriseForm, _authorise, _SUBMITTED,
        (P.ENTER_REQUESTS,), scan="file", only=lambda one: one.economic_authorised_on is None,
    ),
    "economic": OfficeStep(
        _l("登记核对结果"), _l("照核对报告填写。"), forms.CheckForm,
        _check(CheckKind.ECONOMIC, FileKind.ECONOMIC), _SUBMITTED,
        only=lambda one: one.economic_authorised_on is not None,
    ),
    "meeting": OfficeStep(
        _l("登记民主评议"), _l("有争议的必须评议；参加人和票数写进结果。"), forms.CheckForm,
        _check(CheckKind.MEETING, FileKind.MEETING), _SUBMITTED,
    ),
    "excuse": OfficeStep(
        _l("免予一项调查"), _l("写明理由、依据的文件和它的施行日期。"), forms.ExcuseForm, _excuse, _SUBMITTED
    ),
    "assess": OfficeStep(
        _l("完成评估"), _l("各项调查都已完成或按规定免予，入户调查签名够数，才能完成。"), forms.NoteForm,
        _conclude, _SUBMITTED,
    ),
    "send-back": OfficeStep(
        _l("退回补充"), _l("申请回到申请人手里，编号不变。"), forms.ReasonForm, _send_back, _SUBMITTED
    ),
    "propose": OfficeStep(
        _l("提出审批建议"), _l("建议批准的先公示，受保护的人不公示，由另一位工作人员复核。"), forms.ProposeForm,
        _propose, _ASSESSED, only=_unproposed,
    ),
    "review": OfficeStep(
        _l("复核通过，报审批"), _l("这件不公示，由您代替公示复核：情况属实、建议妥当。"), forms.NoteForm, _review,
        _ASSESSED, _JUDGES, only=_unreviewed,
    ),
    "approve": OfficeStep(
        _l("批准"), _l("批准后立即生成决定书，通知申请人。"), forms.ApproveForm, _approve, _PROPOSED,
        (P.APPROVE_REQUESTS,), only=lambda one: one.recommendation is Recommendation.GRANT,
    ),
    "refuse": OfficeStep(
        _l("不予批准"), _l("理由写进通知书；通知书须在三个工作日内送达。"), forms.ReasonForm, _refuse, _PROPOSED,
        (P.APPROVE_REQUESTS,), is_grave=True,
    ),
    "look-again": OfficeStep(
        _l("退回重新评估"), _l("各项调查从头再做一轮，以前的记录保留。"), forms.ReasonForm, _look_again,
        _ASSESSED | _PROPOSED, _JUDGES, only=_unreviewed,
    ),
    "pass-up": OfficeStep(
        _l("报上一级办理"), _l("没有第二个人经手，或者需要回避时，报上一级；期限接着算。"), forms.ReasonForm,
        _pass_up, WAITING, _JUDGES,
    ),
    "serve": OfficeStep(
        _l("登记送达"), _l("申请人登录看过决定的，系统已自动登记。"), forms.ServeForm, _serve,
        frozenset({S.APPROVED, S.REFUSED}), (P.ENTER_REQUESTS, P.ASSESS_REQUESTS, P.APPROVE_REQUESTS),
        scan="proof",
    ),
    "withdraw": OfficeStep(
        _l("按本人的意思撤回"), _l("撤回后不再办理，公示随之终止。"), forms.ReasonForm, _withdraw, WITHDRAWABLE,
        (P.ENTER_REQUESTS,), is_grave=True,
    ),
}  # fmt: skip


def step(name: str) -> OfficeStep:
    """Return a step by its name in addresses. Raises NotFound."""
    found = STEPS.get(name)
    if found is None:
        raise NotFound(_("没有这一步。"))
    return found


def steps_for(request: AidRequest, actor: Actor) -> list[tuple[str, OfficeStep]]:
    """Return the steps that stand open for a request and that the actor's roles allow there."""
    return [
        (name, one)
        for name, one in STEPS.items()
        if request.state in one.states
        and one.only(request)
        and any(may_in(actor, permission, request.region_code) for permission in one.permissions)
    ]


def named(session: Session, text: str, field_name: str) -> uuid.UUID:
    """Return the person whom staff name by full name or telephone number. Raises InvalidInput for the field."""
    try:
        return household_queries.worker_named(session, text).id
    except InvalidInput as refused:
        raise InvalidInput(refused.sentence, field=field_name) from refused


def _wanted(up: Uploads) -> Received:
    if up.scan is None:
        raise InvalidInput(_("请上传文件。"), field="file")
    return up.scan
