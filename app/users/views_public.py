"""The public door: signing in and out, and registering oneself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Session

from app.access import current_actor, public, safe_next
from app.config import Settings
from app.db import reading, transaction
from app.errors import Conflict, Refused
from app.feature import Door, NavigationItem
from app.forms import Act, Form
from app.identity import check_phone
from app.parties import organisations, persons
from app.parties.duplicates import IdentityTaken
from app.parties.forms import OrganisationForm, VolunteerForm
from app.permissions import Actor, Permission
from app.users import demo, login, passwords, registering, sessions, sign_ins
from app.users.forms import AgreeingUserForm, ManagerUserForm, NewUserForm, SignInForm

bp = Blueprint("users_public", __name__)

NAVIGATION = (NavigationItem(Door.PUBLIC, _l("登记参与"), "users_public.register", order=70),)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in; who is signed in already goes on. The demo city lists its sign-ins here."""
    form = SignInForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
        if current_user.is_authenticated:
            return redirect(_onwards(form, current_actor()), 303)
    elif form.validate_on_submit():
        outcome = _try(form)
        if outcome.token:
            _end_present()
            login.begin(outcome.token)
            if outcome.must_change_password:
                flash(_("这是别人为您设置的初始密码，请先换成自己的密码。"), "warning")
                return redirect(url_for("users_member.security"), 303)
            return redirect(_onwards(form, current_actor()), 303)
        form.problems.append(str(outcome.sentence))
    settings: Settings = current_app.extensions["zhongli"]
    return form.page("users/sign_in.html", sign_ins=demo.read(settings))


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session on the server and empty the cookie."""
    _end_present()
    login.end()
    flash(_("您已退出。"), "success")
    return redirect(url_for(".sign_in"), 303)


@bp.get("/register")
@public
def register() -> ResponseReturnValue:
    """Ask whether an organisation or a volunteer registers."""
    if current_user.is_authenticated:
        return _already_here()
    return render_template("users/register.html")


@bp.route("/register/volunteer", methods=["GET", "POST"])
@public
def register_volunteer() -> ResponseReturnValue:
    """Register a volunteer: fill in, check the answers and choose a sign-in name."""
    details, sign = VolunteerForm(), AgreeingUserForm()
    sign.own_names = (details.name.data or "", details.phone.data or "")
    taken: list[IdentityTaken] = []

    def act(session: Session) -> str:
        agreed = {purpose for purpose, wanted in sign.consents().items() if wanted}
        with told_beside(details, taken):
            registering.register_volunteer(
                session,
                details.data_of(),
                sign.new_user(check_phone(details.phone.data or "").code),
                agreed=frozenset(agreed),
                actor=current_actor(),
            )
        return url_for(".registered")

    def check(session: Session) -> None:
        persons.ensure_registrable(session, details.data_of())

    answer = _in_two_steps(details, sign, check, act, "users/register_volunteer.html")
    for refused in taken:
        # Registering was undone as a whole; that it was tried stays.
        with transaction() as session:
            registering.trace_taken(session, refused.party_id, actor=current_actor())
    return answer


@bp.route("/register/organisation", methods=["GET", "POST"])
@public
def register_organisation() -> ResponseReturnValue:
    """Register an organisation: fill in, check the answers and choose the manager's sign-in name."""
    details, sign = OrganisationForm(), ManagerUserForm()
    sign.own_names = (details.name.data or "", details.contact_phone.data or "")

    def act(session: Session) -> str:
        data = details.data_of()
        manager = sign.manager(data.region_code)
        with told_beside(details):
            registering.register_organisation(
                session, data, manager, sign.new_user(check_phone(manager.phone).code), actor=current_actor()
            )
        return url_for(".registered")

    def check(session: Session) -> None:
        organisations.ensure_registrable(session, details.data_of())

    return _in_two_steps(details, sign, check, act, "users/register_organisation.html")


@bp.get("/registered")
@public
def registered() -> ResponseReturnValue:
    """Say what happens next."""
    return render_template("users/registered.html")


def _in_two_steps(
    details: Form, sign: NewUserForm, check: Callable[[Session], None], act: Act, template: str
) -> ResponseReturnValue:
    """Show the form, then the answers with the sign-in name; only the last step writes."""
    if current_user.is_authenticated:
        return _already_here()
    step = request.form.get("step", "fill")
    if request.method == "POST" and step in {"check", "done"} and details.validate():
        if step == "done":
            done = sign.carry_out(act)
            if done is not None:
                return done
        elif not _refused(details, check):
            return render_template(template, form=sign, details=details, checking=True)
        if not details.errors and not details.problems:
            return sign.page(template, details=details, checking=True)
    status = 422 if details.errors or details.problems else 200
    return render_template(template, form=details, details=details, checking=False), status


def _already_here() -> ResponseReturnValue:
    """Lead a signed-in person to the own registration; whoever registers somebody else signs out first."""
    own = current_actor().may(Permission.OWN_REGISTRATION)
    page = render_template("users/register_signed_in.html", own=own)
    return page, 200 if request.method == "GET" else Conflict.status


def _refused(details: Form, check: Callable[[Session], None]) -> bool:
    """Ask beforehand what the register would refuse, so that nobody chooses a password in vain."""
    try:
        with reading() as session:
            check(session)
    except Refused as refused:
        details.note_refusal(refused)
        return True
    return False


@contextmanager
def told_beside(details: Form, taken: list[IdentityTaken] | None = None) -> Iterator[None]:
    """Put a refusal that names a field of the first step beside it; the transaction still ends.

    ``taken`` gets what a visitor learned about somebody's number, for the trace.
    """
    try:
        yield
    except Refused as refused:
        if taken is not None and isinstance(refused, IdentityTaken):
            taken.append(refused)
        if refused.field in details:
            details.note_refusal(refused)
        raise


def _try(form: SignInForm) -> sign_ins.SignIn:
    """Compare the password first, outside any transaction; then let the brake decide."""
    typed = form.name.data or ""
    with reading() as session:
        user = sign_ins.find_user(session, typed)
    right = passwords.is_right(user.password_hash if user else None, form.password.data or "")
    with transaction() as session:
        return sign_ins.sign_in(
            session,
            typed,
            user,
            right=right,
            address=request.remote_addr,
            browser=sign_ins.browser_name(request.user_agent.string),
        )


def _end_present() -> None:
    """End the session of this browser, if it has one, before another takes its place."""
    if current_user.is_authenticated:
        with transaction() as session:
            sessions.sign_out(session, current_user.signed.session_id, actor=current_actor())


def _onwards(form: SignInForm, actor: Actor) -> str:
    """Return the page asked for before, if it is one of ours, else the door of the actor's roles."""
    if actor.may(Permission.USE_STAFF_DOOR):
        fallback = "/staff"
    elif actor.may(Permission.USE_MEMBER_DOOR):
        fallback = "/my"
    else:
        fallback = url_for("users_member.security")
    return safe_next(form.next.data, fallback)
