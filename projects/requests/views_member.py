"""The member door: a family asks for help and sees how far it has come. Short words, made for a phone."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading, transaction
from app.errors import InvalidInput, NotAllowed
from app.feature import Door, NavigationItem
from app.forms import revision_of
from app.ids import clean_code
from app.parties import household_queries
from app.permissions import Permission
from credit.commitments import texts
from credit.commitments.models import How
from projects.requests import decisions, intake, outcomes, queries, rules, screens
from projects.requests.files import Attached
from projects.requests.forms import OnlineSignForm, StepForm, TellForm, values_of
from projects.requests.intake import Signature, Told
from projects.requests.kinds import RequestState
from projects.requests.models import AidRequest
from projects.requests.queries import Row

bp = Blueprint("requests_member", __name__, url_prefix="/my/requests")
NAVIGATION = (
    NavigationItem(
        Door.MEMBER,
        _l("求助"),
        "requests_member.index",
        Permission.OWN_REQUESTS,
        "life-preserver",
        order=12,
    ),
)
S = RequestState


@bp.get("")
@requires(Permission.OWN_REQUESTS)
def index() -> ResponseReturnValue:
    """List what the actor asked for, or what was asked for the actor."""
    actor = current_actor()
    with reading() as session:
        page = queries.own_page(session, actor, screens.read_place(request.args))
        rows = screens.rows(session, page, "requests_member.show", inside=False)
        may_ask = intake.household_of(session, actor) is not None
    return render_template(
        "requests/mine.html", page=page, rows=rows, columns=screens.own_columns(), may_ask=may_ask
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.OWN_REQUESTS)
def new() -> ResponseReturnValue:
    """Ask for help."""
    form = TellForm()
    _offer(form)
    files: list[Attached] = []

    def act(session: Session) -> str:
        one = intake.enter(session, _told(session, form, files), actor=current_actor())
        return url_for(".submit", code=one.code)

    done = form.carry_out(act) if _receive(form, files) else None
    return done or _page(form, None)


@bp.route("/<code>/edit", methods=["GET", "POST"])
@requires(Permission.OWN_REQUESTS)
def edit(code: str) -> ResponseReturnValue:
    """Change what was not handed in or was sent back."""
    one = _own(code).request
    if one.state is not S.DRAFT and request.method == "GET":
        return redirect(url_for(".show", code=one.code), 303)
    form = TellForm(data=values_of(one))
    _offer(form)
    files: list[Attached] = []

    def act(session: Session) -> str:
        intake.amend(
            session,
            one.id,
            _told(session, form, files),
            revision=revision_of(form),
            actor=current_actor(),
        )
        return url_for(".submit", code=one.code)

    done = form.carry_out(act) if _receive(form, files) else None
    return done or _page(form, one)


@bp.route("/<code>/submit", methods=["GET", "POST"])
@requires(Permission.OWN_REQUESTS)
def submit(code: str) -> ResponseReturnValue:
    """Look at what was told once more, promise that it is true, and hand it in."""
    row = _own(code)
    one = row.request
    if one.state is not S.DRAFT and request.method == "GET":
        return redirect(url_for(".show", code=one.code), 303)
    form = OnlineSignForm(data={"revision": str(one.revision)})
    with reading() as session:
        text = texts.in_force(session)
        thing = screens.thing(session, row, inside=False)
    form.offer(text)

    def act(session: Session) -> str:
        done = intake.submit(
            session,
            one.id,
            revision=revision_of(form),
            signature=Signature(How.ONLINE),
            actor=current_actor(),
        )
        flash(_("已提交，编号 %(number)s。有进展会发消息给您。", number=done.number), "done")
        return url_for(".show", code=one.code)

    done = form.carry_out(act) if form.validate_on_submit() and form.promised_all() else None
    return done or form.page("requests/sign.html", one=one, thing=thing, text=text)


@bp.get("/<code>")
@requires(Permission.OWN_REQUESTS)
def show(code: str) -> ResponseReturnValue:
    """Show one request to who asked; opening a decision serves it."""
    row = _own(code)
    if row.request.decided_at is not None:
        with transaction() as session:
            outcomes.seen_online(session, row.request.id, actor=current_actor())
    return _show(row, StepForm(formdata=None))


@bp.post("/<code>/withdraw")
@requires(Permission.OWN_REQUESTS)
def withdraw(code: str) -> ResponseReturnValue:
    """Take a request back."""
    row, form = _own(code), StepForm()

    def act(session: Session) -> str:
        decisions.withdraw(session, row.request.id, reason=form.reason.data or "", actor=current_actor())
        flash(_("已撤回。以后有需要，随时可以再申请。"), "done")
        return url_for(".show", code=row.request.code)

    return form.carry_out(act) or _show(_own(code), form)


def _show(row: Row, form: StepForm) -> ResponseReturnValue:
    with reading() as session:
        one = queries.by_id(session, row.request.id)
        page = render_template(
            "requests/mine_show.html",
            one=one,
            thing=screens.thing(session, Row(one, row.person), inside=False),
            form=form,
            may_edit=one.state is S.DRAFT,
            may_withdraw=one.state in rules.WITHDRAWABLE,
            service=queries.service_of(session, one.id),
        )
    return page, 422 if request.method == "POST" else 200


def _own(code: str) -> Row:
    with reading() as session:
        return queries.own_get(session, clean_code(code), current_actor())


def _offer(form: TellForm) -> None:
    with reading() as session:
        household_id = intake.household_of(session, current_actor())
        if household_id is None:
            raise NotAllowed(_("您还没有家庭档案，请联系村（居）委会或镇街社会救助窗口先建档。"))
        form.offer(household_queries.members(session, household_id), queries.kinds(session))


def _told(session: Session, form: TellForm, files: list[Attached]) -> Told:
    household_id, person_id = intake.household_of(session, current_actor()), current_actor().person_id
    if household_id is None or person_id is None:
        raise NotAllowed(_("您还没有家庭档案，请联系村（居）委会或镇街社会救助窗口先建档。"))
    return Told(household_id=household_id, applicant_id=person_id, files=files, **form.stated())


def _receive(form: TellForm, files: list[Attached]) -> bool:
    """Take in the uploads of a valid form before its transaction; False when one of them is refused."""
    if form.validate_on_submit():
        try:
            files += form.receive()
        except InvalidInput as refused:
            form.note_refusal(refused)
            return False
    return True


def _page(form: TellForm, one: AidRequest | None) -> ResponseReturnValue:
    with reading() as session:
        about: dict[str, Any] = {str(each.id): each.about for each in queries.kinds(session)}
        steps = queries.history(session, one.id)[:1] if one else []
    wanted = steps[0].note if steps and steps[0].step.verb == "request.send_back" else None
    return form.page("requests/form.html", one=one, about=about, wanted=wanted)
