"""The verbs of the office: send a need to who can help, send it on when it comes back, stop it, close it."""

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict, InvalidInput, NotFound
from app.ids import new_id
from app.parties import consents, household_queries, locks
from app.parties import queries as parties
from app.parties.kinds import ConsentPurpose, PartyKind
from app.parties.models import Party
from app.parties.rules import ensure_reason
from app.permissions import SYSTEM, Actor
from projects.assistance import aid_kinds, guard
from projects.referrals import documents, sides, steps, words
from projects.referrals.kinds import Department, ReferralKind, ReferralResult, ReferralState, StopCause
from projects.referrals.models import Referral
from projects.referrals.rules import OPEN, STOPPABLE
from projects.requests import outcomes
from projects.requests.kinds import RequestState
from projects.requests.models import AidRequest

S = ReferralState
_ELSEWHERE = (RequestState.REFERRED, RequestState.HANDED_OVER)


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom it goes: an organisation, or a department's liaison."""

    organisation_id: uuid.UUID | None = None
    department: Department | None = None
    liaison_id: uuid.UUID | None = None

    @property
    def kind(self) -> ReferralKind:
        """A referral to an organisation, a hand-over to a department."""
        return ReferralKind.REFERRAL if self.organisation_id else ReferralKind.HAND_OVER


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed, by whom; ``consent_signed``: the person signed on paper that it may be referred."""

    household_id: uuid.UUID
    person_id: uuid.UUID
    aid_kind_id: uuid.UUID
    words: str
    request_id: uuid.UUID | None = None
    consent_signed: bool = False
    override_reason: str = ""


def send(session: Session, need: Need, receiver: Receiver, *, actor: Actor) -> Referral:
    """Send a need of a household to who can help. Raises Conflict when the same is on its way already."""
    locks.hold(session, [need.household_id, need.person_id])
    household = session.get(Party, need.household_id, populate_existing=True)
    if household is None or household.kind is not PartyKind.HOUSEHOLD:
        raise NotFound(_("没有找到这户家庭。"))
    sides.ensure_office(session, actor, household.region_code, need.household_id)
    if household_queries.household_of(session, need.person_id) != need.household_id:
        raise InvalidInput(_("此人现在不是这户的家庭成员，请核对。"), field="person")
    statutory = False if receiver.kind is ReferralKind.REFERRAL else None
    aid_kinds.ensure_kind(session, need.aid_kind_id, statutory=statutory)
    needed = need.words.strip()
    if not needed:
        raise InvalidInput(_("请写明需要什么帮助。"), field="words")
    _ensure_receiver(session, receiver, household.region_code)
    _ensure_none_open(session, need, receiver.kind)
    key = new_id()
    if receiver.kind is ReferralKind.REFERRAL:
        _ensure_consent(session, need.person_id, signed=need.consent_signed, actor=actor)
        guard.ensure_told(
            session, need.household_id, need.aid_kind_id, on=clock.today(), subject_kind=steps.THING,
            subject_id=key, reason=need.override_reason, actor=actor,
        )  # fmt: skip
    referral = Referral(
        id=key,
        kind=receiver.kind,
        request_id=need.request_id,
        household_id=need.household_id,
        person_id=need.person_id,
        region_code=household.region_code,
        aid_kind_id=need.aid_kind_id,
        words=needed,
        organisation_id=receiver.organisation_id,
        department=receiver.department,
        liaison_id=receiver.liaison_id,
        state=S.SENT,
        state_since=clock.now(),
        created_at=clock.now(),
        sent_by_id=actor.person_id,
    )
    session.add(referral)
    session.flush()
    step_id = steps.begin(session, referral, actor=actor)
    if need.request_id is not None:
        _take_request(session, need, receiver.kind, actor)
    words.tell_receiver(session, referral, step_id=step_id)
    steps.trace(session, "referral.send", referral, actor=actor, after=_to(referral))
    if referral.kind is ReferralKind.HAND_OVER:
        documents.issue(session, referral, actor=actor)
    return referral


def send_on(
    session: Session,
    referral_id: uuid.UUID,
    receiver: Receiver,
    *,
    revision: int,
    note: str = "",
    actor: Actor,
) -> Referral:
    """Send what came back to somebody else of the same kind; the chain goes on."""
    referral = steps.held(session, referral_id, revision, S.RETURNED)
    sides.ensure_office(session, actor, referral.region_code, referral.household_id)
    if receiver.kind is not referral.kind:
        raise InvalidInput(_("转介只能再转给参与单位，转办只能再转给部门。"), field="organisation")
    _ensure_receiver(session, receiver, referral.region_code)
    if not sides.has_consent(session, referral):
        raise Conflict(_("当事人的同意已经撤回或到期，不能再转介。"))
    before = _to(referral)
    referral.organisation_id, referral.liaison_id = receiver.organisation_id, receiver.liaison_id
    referral.department = receiver.department
    referral.leg += 1
    step_id = steps.move(session, referral, S.SENT, actor=actor, note=note)
    words.tell_receiver(session, referral, step_id=step_id)
    steps.trace(session, "referral.send_on", referral, actor=actor, before=before, after=_to(referral))
    if referral.kind is ReferralKind.HAND_OVER:
        documents.issue(session, referral, actor=actor)
    return referral


def withdraw(
    session: Session, referral_id: uuid.UUID, *, revision: int, reason: str, actor: Actor
) -> Referral:
    """Take a referral back before anything was done; its request is assessed here again."""
    referral = steps.held(session, referral_id, revision, *STOPPABLE)
    sides.ensure_office(session, actor, referral.region_code, referral.household_id)
    reason = ensure_reason(reason)
    return stop(session, referral, StopCause.WITHDRAWN, note=reason, actor=actor)


def close(
    session: Session,
    referral_id: uuid.UUID,
    *,
    revision: int,
    note: str = "",
    look_again: bool = False,
    actor: Actor,
) -> Referral:
    """File what the recipient or the lead worker has confirmed.

    Its request is closed, or with ``look_again``, where nothing was given, assessed here again.
    """
    referral = steps.held(session, referral_id, revision, S.CONFIRMED)
    sides.ensure_office(session, actor, referral.region_code, referral.household_id)
    if look_again and referral.result is not ReferralResult.NOT_GIVEN:
        raise InvalidInput(_("对方已经给予帮助，不必退回重新评估。"), field="look_again")
    steps.move(session, referral, S.CLOSED, actor=actor, note=note)
    _end_request(session, referral, again=look_again, reason=note or _("转介转办已办结。"), actor=actor)
    steps.trace(session, "referral.close", referral, actor=actor, after={"look_again": look_again})
    return referral


def stop(
    session: Session, referral: Referral, cause: StopCause, *, note: str = "", actor: Actor = SYSTEM
) -> Referral:
    """Stop a locked referral that nobody goes on with; a part of verbs and of what the register tells."""
    step_id = steps.move(session, referral, S.STOPPED, actor=actor, note=note, cause=cause)
    again = cause in (StopCause.WITHDRAWN, StopCause.CONSENT)
    reason = note or str(cause.label)
    _end_request(session, referral, again=again, reason=reason, actor=actor)
    words.tell_stopped(session, referral, step_id=step_id)
    documents.revoke(session, referral, reason=reason, actor=actor)
    steps.trace(session, "referral.stop", referral, actor=actor, after={"cause": cause.value})
    return referral


def _ensure_receiver(session: Session, receiver: Receiver, region_code: str) -> None:
    if receiver.organisation_id is not None:
        sides.organisation(session, receiver.organisation_id)
        return
    if receiver.department is None or receiver.liaison_id is None:
        raise InvalidInput(_("请选择部门和联络员。"), field="liaison")
    sides.ensure_liaison(session, receiver.liaison_id, region_code)


def _ensure_none_open(session: Session, need: Need, kind: ReferralKind) -> None:
    there = session.scalar(
        select(Referral.code).where(
            Referral.household_id == need.household_id,
            Referral.person_id == need.person_id,
            Referral.aid_kind_id == need.aid_kind_id,
            Referral.kind == kind,
            Referral.state.in_(OPEN),
        )
    )
    if there is not None:
        raise Conflict(_("同一人的同类需求已经在转介转办中（%(code)s），不必再发。", code=there))


def _ensure_consent(session: Session, person_id: uuid.UUID, *, signed: bool, actor: Actor) -> None:
    if parties.has_consent(session, person_id, ConsentPurpose.REFERRAL):
        return
    if not signed:
        raise Conflict(_("转介给社会力量须经当事人（或监护人）同意。请先取得签字，再勾选。"), field="consent")
    consents.give(session, person_id, ConsentPurpose.REFERRAL, actor=actor)


def _take_request(session: Session, need: Need, kind: ReferralKind, actor: Actor) -> None:
    assert need.request_id is not None
    request = session.get(AidRequest, need.request_id)
    if request is None or request.household_id != need.household_id:
        raise NotFound(_("没有找到这户的这件申请。"))
    go = outcomes.refer if kind is ReferralKind.REFERRAL else outcomes.hand_over
    go(session, need.request_id, note="", actor=actor)


def _end_request(session: Session, referral: Referral, *, again: bool, reason: str, actor: Actor) -> None:
    if referral.request_id is None:
        return
    request = session.get(AidRequest, referral.request_id)
    if request is None or request.state not in _ELSEWHERE:
        return
    if again:
        outcomes.take_back(session, request.id, reason=reason, actor=actor)
    else:
        outcomes.close(session, request.id, reason=reason, actor=actor)


def _to(referral: Referral) -> dict[str, object]:
    return {
        "kind": referral.kind.value,
        "leg": referral.leg,
        "organisation": referral.organisation_id,
        "department": referral.department and referral.department.value,
        "liaison": referral.liaison_id,
    }
