"""A request is written down, changed, handed in: by who needs help, or by who takes it up for them.

Whoever changes a household locks it and its people first; so do these verbs, before they lock a request.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, counters
from app.errors import Conflict, InvalidInput, NotAllowed
from app.files.evidence import Received
from app.ids import new_id
from app.parties import household_queries, interest, locks
from app.parties import queries as parties
from app.parties.household_queries import Member
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import Actor, Permission, ensure_may, may_in
from credit.commitments import commitments
from credit.commitments.models import How
from projects.requests import clocks, files, rules, steps
from projects.requests.files import Attached
from projects.requests.kinds import Applicant, Channel, FileKind, Protection, RequestState, Urgency
from projects.requests.models import AidKind, AidRequest, AidRequestKind
from projects.requests.steps import THING
from projects.tiers.rules import level_of_region

S = RequestState
_ENDED = (RegistrationState.CLOSED, RegistrationState.REJECTED)


@dataclass(frozen=True, slots=True)
class Told:
    """What is written down of a request. ``applicant_id``: who asks; the person concerned, a guardian or an agent."""

    household_id: uuid.UUID
    person_id: uuid.UUID
    applicant_id: uuid.UUID
    words: str
    kinds: Sequence[uuid.UUID]
    channel: Channel = Channel.MEMBER
    slip_number: str | None = None
    whole_household: bool = True
    urgency: Urgency = Urgency.NORMAL
    asked_fen: int | None = None
    protection: Protection | None = None
    economic_authorised: bool = False
    files: Sequence[Attached] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Signature:
    """How the commitment is signed: online by oneself, or on paper with its scan, or a fingerprint with a witness."""

    how: How = How.ONLINE
    signed_on: date | None = None
    scan: Received | None = None
    witness_id: uuid.UUID | None = None


def enter(session: Session, told: Told, *, actor: Actor) -> AidRequest:
    """Write down the draft of a request. Raises InvalidInput beside the field that is wrong, NotAllowed for strangers.

    The same slip of a hot line is written down once.
    """
    locks.hold(session, [told.household_id])
    household = _household(session, told.household_id)
    _ensure_may_write(session, household, told.applicant_id, told.channel, actor)
    _ensure_new_slip(session, told)
    moment = clock.now()
    request = AidRequest(
        id=new_id(),
        household_id=told.household_id,
        region_code=household.region_code,
        channel=told.channel,
        state=S.DRAFT,
        state_since=moment,
        created_at=moment,
        entered_by_id=actor.person_id,
        revision=1,
        round=1,
        is_disputed=False,
    )
    _fill(session, request, told)
    session.add(request)
    session.flush()
    files.attach(session, request, told.files, actor=actor)
    steps.begin(session, request, "request.enter", actor=actor)
    clocks.start_hotline(session, request, actor=actor)
    steps.trace(session, "request.enter", request, actor=actor, after=shown(request))
    return request


def amend(session: Session, request_id: uuid.UUID, told: Told, *, revision: int, actor: Actor) -> AidRequest:
    """Change a request that was not handed in or was sent back. Raises Conflict when it moved on meanwhile."""
    locks.hold(session, [told.household_id])
    request = steps.held(session, request_id, S.DRAFT, revision=revision)
    if (told.household_id, told.channel) != (request.household_id, request.channel):
        raise Conflict(_("申请所属的家庭和来源不能改，请撤回后重新登记。"))
    _ensure_may_write(
        session, _household(session, request.household_id), told.applicant_id, request.channel, actor
    )
    before = shown(request)
    request.kinds = []
    session.flush()
    _fill(session, request, told)
    request.revision += 1
    session.flush()
    files.attach(session, request, told.files, actor=actor)
    steps.trace(session, "request.amend", request, actor=actor, before=before, after=shown(request))
    return request


def submit(
    session: Session,
    request_id: uuid.UUID,
    *,
    revision: int,
    actor: Actor,
    signature: Signature | None = None,
) -> AidRequest:
    """Hand a request to the office of its place, with the signed commitment; it gets its number.

    Raises InvalidInput for all that is missing at once.
    """
    first = session.get(AidRequest, request_id)
    locks.hold(session, [first.household_id] if first else [])
    request = steps.held(session, request_id, S.DRAFT, revision=revision)
    household = _household(session, request.household_id)
    _ensure_may_write(session, household, request.applicant_id, request.channel, actor)
    _member(session, request.household_id, request.person_id)
    _ensure_whole(session, request, signature or Signature())
    _sign(session, request, signature or Signature(), actor=actor)
    request.region_code = household.region_code
    request.holder_level = level_of_region(request.region_code)
    request.submitted_at, request.submitted_by_id = clock.now(), actor.person_id
    clocks.meet(session, request, clocks.CONTACT, actor=actor)
    at_office = may_in(actor, Permission.ASSESS_REQUESTS, request.region_code)
    if at_office:  # who works in the office takes it up by entering it
        request.accepted_at, request.accepted_by_id = clock.now(), actor.person_id
    clocks.start(session, request, clocks.ASSESS if at_office else clocks.ACCEPT, actor=actor)
    if request.number is None:
        request.number = _next_number(session)
    steps.move(session, request, S.SUBMITTED, "request.submit", actor=actor)
    steps.trace(session, "request.submit", request, actor=actor, after=shown(request))
    return request


def household_of(session: Session, actor: Actor) -> uuid.UUID | None:
    """Return the household for which the actor may ask at the member door, or None."""
    if actor.person_id is None or not actor.may(Permission.OWN_REQUESTS):
        return None
    return household_queries.household_of(session, actor.person_id)


def shown(request: AidRequest) -> dict[str, Any]:
    """Return what an audit event keeps of a request: no words."""
    return {
        "state": request.state.value,
        "region_code": request.region_code,
        "channel": request.channel.value,
        "urgency": request.urgency.value,
        "asked_fen": request.asked_fen,
        "revision": request.revision,
    }


def _fill(session: Session, request: AidRequest, told: Told) -> None:
    member = _member(session, told.household_id, told.person_id)
    request.applicant = rules.applicant_of(
        is_self=told.applicant_id == told.person_id,
        born_on=member.person.born_on,
        capacity=member.capacity,
        on=clock.today(),
    )
    if told.asked_fen is not None and not 0 < told.asked_fen <= rules.MOST_FEN:
        raise InvalidInput(_("请核对金额和单位；不要钱的，这里留空。"), field="asked")
    known = set(
        session.scalars(
            select(AidKind.id).where(AidKind.id.in_(list(told.kinds)), AidKind.is_active.is_(True))
        )
    )
    if known != set(told.kinds):
        raise InvalidInput(_("请从列表中选择需要哪方面的帮助。"), field="kinds")
    request.person_id, request.applicant_id = told.person_id, told.applicant_id
    request.whole_household = told.whole_household
    request.slip_number = rules.ensure_slip(told.channel, told.slip_number)
    request.urgency, request.words = told.urgency, told.words.strip()
    request.asked_fen = told.asked_fen
    request.protection = told.protection
    if told.economic_authorised:
        request.economic_authorised_on = request.economic_authorised_on or clock.today()
    else:
        request.economic_authorised_on = None
    request.kinds = [AidRequestKind(kind_id=one) for one in sorted(known)]


def _ensure_whole(session: Session, request: AidRequest, signature: Signature) -> None:
    there = files.kinds_of(session, request.id)
    problems = rules.lacking(
        words=request.words,
        kinds=len(request.kinds),
        needs_paper=request.applicant is Applicant.AGENT,
        has_paper=FileKind.AUTHORISATION in there,
    )
    if request.channel is not Channel.MEMBER and signature.how is How.ONLINE:
        problems.append(InvalidInput(_("请选择承诺书是怎样签的，并上传签字的承诺书。"), field="how"))
    if problems:
        raise InvalidInput(problems[0].sentence, field=problems[0].field, others=tuple(problems[1:]))


def _sign(session: Session, request: AidRequest, signature: Signature, *, actor: Actor) -> None:
    scan = (
        files.attach_one(session, request, Attached(FileKind.COMMITMENT, signature.scan), actor=actor)
        if signature.scan
        else None
    )
    commitments.sign(
        session,
        person_id=request.applicant_id,
        for_person_id=request.person_id,
        subject_kind=THING,
        subject_id=request.id,
        how=signature.how,
        signed_on=signature.signed_on,
        file_id=scan,
        witness_id=signature.witness_id,
        actor=actor,
    )


def _household(session: Session, household_id: uuid.UUID) -> Party:
    party = parties.get(session, household_id)
    if party.state in _ENDED:
        raise Conflict(_("这户的档案已经终止（%(state)s），不能再提出申请。", state=party.state.label))
    return party


def _member(session: Session, household_id: uuid.UUID, person_id: uuid.UUID) -> Member:
    there = household_queries.members(session, household_id)
    found = next((one for one in there if one.is_present and one.party.id == person_id), None)
    if found is None:
        raise InvalidInput(_("请选择这户现在的一名成员。"), field="person")
    return found


def _ensure_may_write(
    session: Session, household: Party, applicant_id: uuid.UUID, channel: Channel, actor: Actor
) -> None:
    """At the member door somebody asks for the own household; staff write down for others, never for their own."""
    if channel is Channel.MEMBER:
        ensure_may(actor, Permission.OWN_REQUESTS)
        if actor.person_id != applicant_id or household_of(session, actor) != household.id:
            raise NotAllowed(_("只能为自己家提出申请。"))
        return
    ensure_may(actor, Permission.ENTER_REQUESTS, region_code=household.region_code)
    interest.ensure_no_conflict(session, actor, household.id, applicant_id)


def _ensure_new_slip(session: Session, told: Told) -> None:
    number = rules.ensure_slip(told.channel, told.slip_number)
    if number is None:
        return
    same = select(AidRequest.number).where(
        AidRequest.channel == told.channel,
        AidRequest.slip_number == number,
        AidRequest.state != S.WITHDRAWN,
    )
    found = session.execute(same).first()
    if found is not None:
        raise Conflict(
            _("这张工单已经登记过（%(number)s），不用再登记。", number=found[0] or _("草稿")),
            field="slip_number",
        )


def _next_number(session: Session) -> str:
    year = clock.today().year
    return f"QZ{year}-{counters.take(session, f'aid-request-{year}'):06d}"
