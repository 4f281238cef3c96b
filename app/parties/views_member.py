"""The member door: one's own registration, consents, and who looked at one's numbers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.forms import Form
from app.parties import consents, facts, guards, organisations, persons, queries, registrations
from app.parties.forms import OrganisationForm, ReasonForm, VolunteerForm
from app.parties.kinds import ConsentPurpose, PartyKind, RegistrationState
from app.parties.models import Party
from app.permissions import Permission

bp = Blueprint("parties_member", __name__, url_prefix="/my/registration")

NAVIGATION = (
    NavigationItem(
        Door.MEMBER,
        _l("入驻登记"),
        "parties_member.index",
        Permission.OWN_REGISTRATION,
        icon="person-vcard",
        order=700,
    ),
)


@bp.get("")
@requires(Permission.OWN_REGISTRATION)
def index() -> ResponseReturnValue:
    """Go to one's registration; with several, list them."""
    with reading() as session:
        own = queries.own_parties(session, current_actor())
    if len(own) == 1:
        return redirect(url_for(".show", code=own[0].code), 303)
    return render_template("parties/own.html", parties=own)


@bp.get("/<code>")
@requires(Permission.OWN_REGISTRATION)
def show(code: str) -> ResponseReturnValue:
    """Show where a registration stands, what was stated, and what happened."""
    with reading() as session:
        party = _own(session, code)
        return render_template(
            "parties/registration.html",
            party=party,
            facts=facts.of_party(session, party),
            steps=queries.timeline(session, party.id),
            consents=queries.open_consents(session, party.id),
            purposes=facts.purposes_of(party),
            looks=facts.looks_at(session, party),
            editable=party.state in registrations.EDITABLE,
            close_form=ReasonForm(formdata=None) if _may_close(party) else None,
        )


@bp.route("/<code>/edit", methods=["GET", "POST"])
@requires(Permission.OWN_REGISTRATION)
def edit(code: str) -> ResponseReturnValue:
    """Mend a draft or a registration that was sent back, and hand it in again."""
    actor = current_actor()
    with reading() as session:
        party = _own(session, code)
        stated = facts.stated(session, party)
    form: OrganisationForm | VolunteerForm
    form = (
        OrganisationForm(data=stated) if party.kind is PartyKind.ORGANISATION else VolunteerForm(data=stated)
    )
    typed = request.form.get("revision", "")
    revision = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else party.revision

    def act(session: Session) -> str:
        if isinstance(form, OrganisationForm):
            organisations.amend(session, party.id, form.data_of(), revision=revision, actor=actor)
        else:
            persons.amend_volunteer(session, party.id, form.data_of(), revision=revision, actor=actor)
        registrations.submit(session, party.id, actor=actor)
        flash(_("已重新提交，等待审核。"), "success")
        return url_for(".show", code=party.code)

    return form.carry_out(act) or form.page("parties/edit.html", party=party, revision=revision)


@bp.post("/<code>/begin-again")
@requires(Permission.OWN_REGISTRATION)
def begin_again(code: str) -> ResponseReturnValue:
    """Make a rejected registration a draft again."""
    back = url_for(".show", code=code)

    def act(session: Session) -> str:
        party = registrations.begin_again(session, _own(session, code).id, actor=current_actor())
        return url_for(".edit", code=party.code)

    return press(act, back)


@bp.post("/<code>/close")
@requires(Permission.OWN_REGISTRATION)
def close(code: str) -> ResponseReturnValue:
    """Withdraw a registration, or leave."""
    back = url_for(".show", code=code)
    form = ReasonForm()

    def act(session: Session) -> str:
        reason = form.reason.data or ""
        registrations.close(session, _own(session, code).id, reason=reason, actor=current_actor())
        flash(_("登记已注销。"), "success")
        return back

    done = form.carry_out(act)
    return done or _back_with_problems(form, back)


@bp.post("/<code>/consents/<purpose>/<any(give, withdraw):wanted>")
@requires(Permission.OWN_REGISTRATION)
def consent(code: str, purpose: str, wanted: str) -> ResponseReturnValue:
    """Give or withdraw one consent, as the button said when it was read: pressing it twice changes nothing more."""
    back = url_for(".show", code=code) + "#consents"

    def act(session: Session) -> str:
        if purpose not in set(ConsentPurpose):
            raise NotFound(_("没有这项同意。"))
        chosen = ConsentPurpose(purpose)
        party = _own(session, code)
        if wanted == "withdraw":
            if queries.has_consent(session, party.id, chosen):
                consents.withdraw(session, party.id, chosen, actor=current_actor())
            flash(_("已撤回，立即生效。"), "success")
        else:
            consents.give(session, party.id, chosen, actor=current_actor())
            flash(_("已同意，随时可以撤回。"), "success")
        return back

    return press(act, back)


def _may_close(party: Party) -> bool:
    """Whether the button is shown; an admitted organisation is closed by its manager alone."""
    if party.state not in registrations.EDITABLE | {RegistrationState.APPROVED}:
        return False
    managed = current_actor().organisations(Permission.MANAGE_ORGANISATION_USERS)
    admitted = party.kind is PartyKind.ORGANISATION and party.state is RegistrationState.APPROVED
    return not admitted or party.id in managed


def _own(session: Session, code: str) -> Party:
    party = queries.by_code(session, code)
    if not guards.is_own(current_actor(), party):
        raise NotFound(_("没有找到这个主体。"))
    return party


def _back_with_problems(form: Form, back: str) -> ResponseReturnValue:
    for problem in [*form.problems, *(str(one) for errors in form.errors.values() for one in errors)]:
        flash(problem, "error")
    return redirect(back, 303)
