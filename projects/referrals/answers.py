"""The verbs of the other side: accept, return, say what was done; and the recipient's word that closes the chain."""

import uuid
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.parties import queries as parties
from app.parties.rules import ensure_reason
from app.permissions import Actor
from projects.assistance import assistance
from projects.assistance.assistance import AssistanceData
from projects.assistance.kinds import AssistanceSource
from projects.referrals import sides, steps, words
from projects.referrals.kinds import ReferralKind, ReferralResult, ReferralState
from projects.referrals.models import Referral

S = ReferralState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: what was given or why not, its value in fen where it is known, and on which day."""

    result: ReferralResult
    words: str
    on: date
    amount_fen: int | None = None


def accept(session: Session, referral_id: uuid.UUID, *, revision: int, actor: Actor) -> Referral:
    """Take the matter up. The name and telephone of the household are shown from now on."""
    referral = steps.held(session, referral_id, revision, S.SENT)
    sides.ensure_receiver(session, actor, referral)
    steps.move(session, referral, S.ACCEPTED, actor=actor)
    steps.trace(session, "referral.accept", referral, actor=actor)
    return referral


def give_back(
    session: Session, referral_id: uuid.UUID, *, revision: int, reason: str, actor: Actor
) -> Referral:
    """Return the matter to the office with the reason; the baton is the office's again."""
    referral = steps.held(session, referral_id, revision, S.SENT, S.ACCEPTED)
    sides.ensure_receiver(session, actor, referral)
    reason = ensure_reason(reason)
    step_id = steps.move(session, referral, S.RETURNED, actor=actor, note=reason)
    words.tell_office(session, referral, words.RETURNED, step_id=step_id)
    steps.trace(session, "referral.give_back", referral, actor=actor)
    return referral


def finish(
    session: Session, referral_id: uuid.UUID, outcome: Outcome, *, revision: int, actor: Actor
) -> Referral:
    """Say what was done, or what the department decided; the recipient or the lead worker confirms it."""
    referral = steps.held(session, referral_id, revision, S.ACCEPTED)
    sides.ensure_receiver(session, actor, referral)
    said = outcome.words.strip()
    if not said:
        raise InvalidInput(_("请写明给了什么，或者为什么没有给予。"), field="words")
    if not clock.civil_date(referral.created_at) <= outcome.on <= clock.today():
        raise InvalidInput(_("日期应在转出以后、今天以前。"), field="on")
    if outcome.result is ReferralResult.NOT_GIVEN and outcome.amount_fen:
        raise InvalidInput(_("没有给予的，不填金额。"), field="amount")
    referral.result, referral.result_words = outcome.result, said
    referral.result_fen, referral.result_on = outcome.amount_fen or None, outcome.on
    referral.done_by_id = actor.person_id
    step_id = steps.move(session, referral, S.DONE, actor=actor, note=said)
    words.tell_to_confirm(session, referral, step_id=step_id)
    steps.trace(session, "referral.finish", referral, actor=actor, after={"result": outcome.result.value})
    return referral


def confirm(
    session: Session, referral_id: uuid.UUID, *, revision: int, note: str = "", actor: Actor
) -> Referral:
    """Say as the recipient or the lead worker that it is so; what was given is written down for the household."""
    referral = steps.held(session, referral_id, revision, S.DONE)
    sides.ensure_may_confirm(session, actor, referral)
    step_id = steps.move(session, referral, S.CONFIRMED, actor=actor, note=note)
    if referral.result is not ReferralResult.NOT_GIVEN:
        _write_down(session, referral, actor)
    words.tell_office(session, referral, words.CONFIRMED, step_id=step_id)
    steps.trace(session, "referral.confirm", referral, actor=actor)
    return referral


def deny(session: Session, referral_id: uuid.UUID, *, revision: int, reason: str, actor: Actor) -> Referral:
    """Say as the recipient or the lead worker that it is not so; the other side has it again."""
    referral = steps.held(session, referral_id, revision, S.DONE)
    sides.ensure_may_confirm(session, actor, referral)
    reason = ensure_reason(reason)
    step_id = steps.move(session, referral, S.ACCEPTED, actor=actor, note=reason)
    referral.result = referral.result_words = referral.result_fen = referral.result_on = None
    words.tell_receiver(session, referral, step_id=step_id, wording=words.DENIED)
    steps.trace(session, "referral.deny", referral, actor=actor)
    return referral


def _write_down(session: Session, referral: Referral, actor: Actor) -> None:
    assert referral.result_on is not None and referral.result_words is not None  # a CHECK of the table
    if referral.organisation_id is not None:
        giver = parties.get(session, referral.organisation_id).name
    else:
        assert referral.department is not None  # a CHECK of the table
        giver = str(referral.department.label)
    handed = referral.kind is ReferralKind.HAND_OVER
    data = AssistanceData(
        household_id=referral.household_id,
        person_id=referral.person_id,
        kind_id=referral.aid_kind_id,
        what=referral.result_words,
        given_on=referral.result_on,
        giver=giver,
        amount_fen=referral.result_fen,
        organisation_id=referral.organisation_id,
    )
    source = AssistanceSource.HANDED_OVER if handed else AssistanceSource.REFERRAL
    assistance.record(session, data, source=source, number=referral.id.hex, actor=actor)
