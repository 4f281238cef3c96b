"""The member door: an organisation proposes, amends, hands in, takes back, and reads where its projects stand."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading
from app.errors import Conflict, NotAllowed
from app.feature import Door, NavigationItem
from app.forms import revision_of
from app.ids import clean_code
from app.parties import queries as parties
from app.permissions import Permission
from app.regions import queries as regions
from projects.portfolio import listing, proposals, queries, rules, screens
from projects.portfolio.forms import ProposalForm, StepForm, values_of
from projects.portfolio.kinds import ProjectState
from projects.portfolio.queries import Row

bp = Blueprint("projects_member", __name__, url_prefix="/my/projects")
NAVIGATION = (
    NavigationItem(
        Door.MEMBER, _l("项目"), "projects_member.index", Permission.PROPOSE_PROJECTS, "kanban", order=30
    ),
)


@bp.get("")
@requires(Permission.PROPOSE_PROJECTS)
def index() -> ResponseReturnValue:
    """List the projects of the actor's organisations."""
    with reading() as session:
        filters = screens.read_filters(session, request.args)
        page = queries.own_page(session, current_actor(), filters, screens.read_place(request.args))
        rows = listing.rows(session, page, "projects_member.show", with_due=False)
    return render_template(
        "projects/mine.html",
        page=page,
        filters=filters,
        states=ProjectState.choices(),
        columns=listing.own_columns(),
        rows=rows,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROPOSE_PROJECTS)
def new() -> ResponseReturnValue:
    """Propose a project."""
    organisation_id = _organisation()

    def act(session: Session) -> str:
        made = proposals.propose(
            session, form.proposal(), organisation_id=organisation_id, actor=current_actor()
        )
        return _finish(session, made.id, made.revision, made.code)

    form = ProposalForm()
    return _carry_out(form, act, organisation_id, back=url_for(".index"))


@bp.route("/<code>/edit", methods=["GET", "POST"])
@requires(Permission.PROPOSE_PROJECTS)
def edit(code: str) -> ResponseReturnValue:
    """Change a proposal that was not handed in or was sent back."""
    with reading() as session:
        row = queries.own_get(session, clean_code(code), current_actor())
        one = row.project
        # A second press of the button may find it handed in: the form then leads to what the first did.
        if request.method == "GET" and one.state not in rules.EDITABLE:
            raise Conflict(_("已经提交审核，不能再修改；需要改动时请联系审核人员退回。"))
        form = ProposalForm(data=values_of(one, queries.places_of(session, one)))

    def act(session: Session) -> str:
        changed = proposals.amend(
            session, one.id, form.proposal(), revision=revision_of(form), actor=current_actor()
        )
        return _finish(session, changed.id, changed.revision, changed.code)

    return _carry_out(form, act, one.organisation_id, back=url_for(".show", code=one.code), row=row)


@bp.get("/<code>")
@requires(Permission.PROPOSE_PROJECTS)
def show(code: str) -> ResponseReturnValue:
    """Show one project of the actor's organisation with its history."""
    return _show(code, StepForm(formdata=None))


@bp.post("/<code>/submit")
@requires(Permission.PROPOSE_PROJECTS)
def submit(code: str) -> ResponseReturnValue:
    """Hand a proposal in."""
    return _step(code, proposals.submit, _("已提交，等待审核。结果会发到站内消息。"))


@bp.post("/<code>/withdraw")
@requires(Permission.PROPOSE_PROJECTS)
def withdraw(code: str) -> ResponseReturnValue:
    """Take a proposal back."""
    return _step(code, proposals.withdraw, _("已撤回。"), reason=True)


def _show(code: str, form: StepForm) -> ResponseReturnValue:
    with reading() as session:
        row = queries.own_get(session, clean_code(code), current_actor())
        one = row.project
        form.revision.data = str(one.revision)
        page = render_template(
            "projects/mine_show.html",
            thing=screens.thing(session, row, Door.MEMBER, current_actor()),
            one=one,
            form=form,
            may_edit=one.state in rules.EDITABLE,
            may_withdraw=one.state in rules.WITHDRAWABLE,
            is_public=one.state in rules.PUBLIC,
        )
    return page, 422 if request.method == "POST" else 200


def _step(code: str, verb: Callable[..., Any], said: str, *, reason: bool = False) -> ResponseReturnValue:
    with reading() as session:
        one = queries.own_get(session, clean_code(code), current_actor()).project
    form = StepForm()

    def act(session: Session) -> str:
        given = {"reason": form.reason.data or ""} if reason else {}
        verb(session, one.id, revision=revision_of(form), actor=current_actor(), **given)
        flash(said, "done")
        return url_for(".show", code=one.code)

    return form.carry_out(act) or _show(code, form)


def _finish(session: Session, project_id: uuid.UUID, revision: int, code: str) -> str:
    """Hand in when that button was pressed, and return the page to go to."""
    if request.form.get("action") == "submit":
        proposals.submit(session, project_id, revision=revision, actor=current_actor())
        flash(_("已提交，等待审核。结果会发到站内消息。"), "done")
    else:
        flash(_("草稿已保存，还没有提交。"), "working")
    return url_for(".show", code=code)


def _organisation() -> uuid.UUID:
    """Return the organisation for which the actor proposes: the one in the address, else the first."""
    mine = current_actor().organisations(Permission.PROPOSE_PROJECTS)
    wanted = request.args.get("organisation")
    if wanted:
        with reading() as session:
            party = parties.by_code(session, wanted)
        if party.id in mine:
            return party.id
    if not mine or wanted:
        raise NotAllowed(_("您不是这个参与单位的经办人。"))
    return mine[0]


def _carry_out(
    form: ProposalForm,
    act: Callable[[Session], str],
    organisation_id: uuid.UUID,
    *,
    back: str,
    row: Row | None = None,
) -> ResponseReturnValue:
    with reading() as session:
        form.offer(_campaigns(session, row))
    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        people = [party.name for _link, party in parties.affiliations_of(session, organisation_id)]
        organisation = parties.get(session, organisation_id)
        last = queries.history(session, row.project.id)[:1] if row else []
        place = regions.full_name(session, organisation.region_code)
    return form.page(
        "projects/form.html",
        organisation=organisation,
        place=place,
        people=people,
        back=back,
        row=row,
        wanted=last[0].note if last and row and row.project.state is ProjectState.SENT_BACK else None,
    )


def _campaigns(session: Session, row: Row | None) -> list[Any]:
    """Return the campaigns that can be chosen: those going on, and the one to which the project belongs."""
    chosen = row.project.campaign_id if row else None
    offered = {one.id for one in queries.campaigns(session, open_only=True)} | {chosen}
    return [one for one in queries.campaigns(session) if one.id in offered]
