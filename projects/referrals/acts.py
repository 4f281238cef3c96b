"""The steps of a referral by their word in an address: the form of each, who may take it now, and taking it."""

import uuid
from collections.abc import Callable

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.forms import Form, revision_of
from app.ids import clean_code
from app.parties.kinds import PartyKind
from app.parties.models import Party
from app.permissions import Actor
from projects.referrals import answers, referrals, sides
from projects.referrals.answers import Outcome
from projects.referrals.forms import CloseForm, FinishForm, SendOnForm, StepForm
from projects.referrals.kinds import Department, ReferralResult, ReferralState
from projects.referrals.models import Referral
from projects.referrals.referrals import Receiver
from projects.referrals.rules import STOPPABLE

S = ReferralState
FORMS: dict[str, type[Form]] = {
    "accept": StepForm,
    "give_back": StepForm,
    "finish": FinishForm,
    "confirm": StepForm,
    "deny": StepForm,
    "send_on": SendOnForm,
    "withdraw": StepForm,
    "close": CloseForm,
}


def form_of(act: str, session: Session, referral: Referral) -> Form:
    """Return the form of a step as it was sent."""
    form = FORMS[act]()
    if isinstance(form, SendOnForm):
        form.offer_liaisons(sides.liaisons(session, referral.region_code))
    return form


def blank(act: str, session: Session, referral: Referral) -> Form:
    """Return the form of a step with nothing in it but what the page showed."""
    form = FORMS[act](formdata=None, revision=str(referral.revision))
    if isinstance(form, FinishForm):
        form.on.data = clock.today()
    if isinstance(form, SendOnForm):
        form.offer_liaisons(sides.liaisons(session, referral.region_code))
    return form


def offered(session: Session, referral: Referral, actor: Actor) -> list[str]:
    """Return which steps the actor may take now, in the order of the page."""
    found: list[str] = []
    if sides.is_receiver(actor, referral):
        found += {S.SENT: ["accept", "give_back"], S.ACCEPTED: ["finish", "give_back"]}.get(
            referral.state, []
        )
    if referral.state is S.DONE and sides.may_confirm(session, actor, referral):
        found += ["confirm", "deny"]
    if sides.is_office(actor, referral.region_code):
        found += {S.RETURNED: ["send_on"], S.CONFIRMED: ["close"]}.get(referral.state, [])
        found += ["withdraw"] if referral.state in STOPPABLE else []
    return found


def take(session: Session, act: str, key: uuid.UUID, form: Form, *, actor: Actor) -> str:
    """Take a step and return what to say."""
    revision, word = revision_of(form), str(form["reason"].data or "") if "reason" in form else ""
    simple: dict[str, tuple[Callable[..., Referral], str, str]] = {
        "give_back": (answers.give_back, "reason", _("已退回，转出单位会另行安排。")),
        "confirm": (answers.confirm, "note", _("已确认，谢谢。")),
        "deny": (answers.deny, "reason", _("已告诉对方继续办理。")),
        "withdraw": (referrals.withdraw, "reason", _("已停止，对方不再看到当事人的信息。")),
    }
    if act in simple:
        verb, field, said = simple[act]
        verb(session, key, revision=revision, actor=actor, **{field: word})
        return said
    if isinstance(form, FinishForm):
        outcome = Outcome(
            ReferralResult(form.result.data), form.words.data, form.on.data or clock.today(), form.amount.data
        )
        answers.finish(session, key, outcome, revision=revision, actor=actor)
        return _("已办结，等救助对象或主责人确认。")
    if isinstance(form, SendOnForm):
        receiver = receiver_of(session, form.organisation.data, form.department.data, form.liaison.data)
        referrals.send_on(session, key, receiver, revision=revision, note=word, actor=actor)
        return _("已另行转出。")
    if isinstance(form, CloseForm):
        referrals.close(
            session, key, revision=revision, note=word, look_again=form.look_again.data, actor=actor
        )
        return _("已归档。")
    answers.accept(session, key, revision=revision, actor=actor)
    return _("已接收。请与对方联系，办完后填写结果。")


def receiver_of(
    session: Session, organisation: str | None, department: str | None, liaison: str | None
) -> Receiver:
    """Return to whom it goes as it was typed: an organisation's name or code, or a department and its liaison."""
    if not organisation:
        return Receiver(
            department=Department(department) if department else None,
            liaison_id=uuid.UUID(liaison) if liaison else None,
        )
    return organisation_of(session, organisation)


def organisation_of(session: Session, text: str | None) -> Receiver:
    """Return the organisation of a name or code as it was typed. Raises InvalidInput for "organisation"."""
    wanted = select(Party.id).where(
        Party.kind == PartyKind.ORGANISATION, (Party.name == text) | (Party.code == clean_code(text or ""))
    )
    found = session.scalars(wanted.limit(2)).all()
    if not text or len(found) != 1:
        raise InvalidInput(_("没有找到这家参与单位，请写全称或编号。"), field="organisation")
    return Receiver(organisation_id=found[0])
