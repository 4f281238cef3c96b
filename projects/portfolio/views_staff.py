"""The staff door: the desk where projects are reviewed and approved, the register, and the stops."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import exports
from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.forms import revision_of
from app.ids import clean_code
from app.permissions import Permission, may_in
from projects.portfolio import clocks, decisions, desk, listing, queries, rules, screens
from projects.portfolio.forms import BatchForm, DecisionForm, StepForm
from projects.portfolio.kinds import ProjectState
from projects.portfolio.queries import READERS, Row

bp = Blueprint("projects_staff", __name__, url_prefix="/staff/projects")
JUDGES = (Permission.REVIEW_PROJECTS, Permission.APPROVE_PROJECTS)
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("审核项目"),
        "projects_staff.waiting",
        JUDGES,
        "kanban",
        order=30,
        count=queries.staff_waiting_count,
    ),
    NavigationItem(Door.STAFF, _l("项目台账"), "projects_staff.index", READERS, "collection", order=31),
)
MOST_EXPORTED = 50_000
"""Rows of one export; narrower filters give the rest."""
_S = ProjectState


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """List the projects of the actor's regions, as a page or as a table to take away."""
    actor, export = current_actor(), request.args.get("export")
    with reading() as session:
        filters = screens.read_filters(session, request.args)
        if export:
            found = queries.staff_rows(session, actor, filters, limit=MOST_EXPORTED)
            return exports.download(
                listing.export_rows(session, found), listing.export_columns(), _("项目台账"), export
            )
        page = queries.staff_page(session, actor, filters, screens.read_place(request.args))
        rows = listing.rows(session, page, "projects_staff.show", with_due=True)
        counties = listing.region_choices(session)
        campaigns = listing.campaign_choices(session)
    return render_template(
        "projects/register.html",
        page=page,
        filters=filters,
        states=[(one.value, one.label) for one in ProjectState if one is not _S.DRAFT],
        counties=counties,
        campaigns=campaigns,
        chosen_campaign=request.args.get("campaign"),
        columns=listing.staff_columns(),
        rows=rows,
    )


@bp.get("/desk")
@requires(*JUDGES)
def waiting() -> ResponseReturnValue:
    """Open the desk at the project that has waited longest."""
    return _desk(None, DecisionForm(formdata=None))


@bp.route("/desk/<code>", methods=["GET", "POST"])
@requires(*JUDGES)
def decide(code: str) -> ResponseReturnValue:
    """Show one waiting project at the desk, and carry out what was decided about it."""
    actor = current_actor()
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)
    form = DecisionForm()
    if request.method == "GET":
        if row.project.state not in rules.WAITING:
            return redirect(url_for(".show", code=row.project.code), 303)
        return _desk(row, form)

    def act(session: Session) -> str:
        said = desk.decide(
            session,
            row.project.id,
            request.form.get("decision", ""),
            revision=revision_of(form),
            reason=form.reason.data or "",
            actor=actor,
        )
        flash(said, "done")
        following = queries.staff_next_code(session, actor, row.project)
        return url_for(".decide", code=following) if following else url_for(".waiting")

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        row = queries.staff_get(session, row.project.code, actor)
    # Somebody else was quicker: what is said belongs on the project's own page.
    return _desk(row, form) if row.project.state in rules.WAITING else _show(row.project.code, form)


@bp.route("/batch", methods=["GET", "POST"])
@requires(*JUDGES)
def batch() -> ResponseReturnValue:
    """Pass several projects at once, such as those of an uploaded list."""
    actor = current_actor()
    with reading() as session:
        offered = desk.passable(session, actor)
    form = BatchForm()
    form.offer([(f"{row.project.id}:{row.project.revision}", _batch_label(row)) for row in offered])

    def act(session: Session) -> str:
        done = desk.pass_many(session, form.picked(), actor=actor)
        flash(_("已通过 %(count)s 个项目。", count=len(done)), "done")
        return url_for(".waiting")

    return form.carry_out(act) or form.page("projects/batch.html", rows=offered)


@bp.get("/<code>")
@requires(*READERS)
def show(code: str) -> ResponseReturnValue:
    """Show one project to staff of its region."""
    return _show(code, StepForm(formdata=None))


@bp.post("/<code>/suspend")
@requires(Permission.APPROVE_PROJECTS)
def suspend(code: str) -> ResponseReturnValue:
    """Stop a project for a time."""
    return _step(code, decisions.suspend, _("已暂停，并已通知申报单位。"))


@bp.post("/<code>/cancel")
@requires(Permission.APPROVE_PROJECTS)
def cancel(code: str) -> ResponseReturnValue:
    """End a project before its time."""
    return _step(code, decisions.cancel, _("已取消，并已通知申报单位。"))


@bp.post("/<code>/resume")
@requires(Permission.APPROVE_PROJECTS)
def resume(code: str) -> ResponseReturnValue:
    """Let a suspended project go on."""
    return _step(code, decisions.resume, _("已恢复，并已通知申报单位。"), word="note")


def _desk(row: Row | None, form: DecisionForm) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        filters = screens.read_filters(session, request.args)
        page = queries.staff_waiting(session, actor, filters)
        count = queries.staff_waiting_count(session, actor)
        due = clocks.running(session, [one.project.id for one in page.rows])
        if row is None and page.rows:
            row = page.rows[0]
        shown: dict[str, Any] = {}
        if row is not None:
            one = queries.by_id(session, row.project.id)
            row = Row(one, row.organisation)
            form.revision.data = str(one.revision)
            thing = screens.thing(session, row, Door.STAFF, actor)
            shown = {
                "thing": thing,
                "one": one,
                "why_not": decisions.why_not(session, one, actor),
            }
        items = [
            screens.desk_item(
                each, row, url_for(".decide", code=each.project.code, **screens.kept(request.args)), due
            )
            for each in page.rows
        ]
        html = render_template(
            "projects/desk.html", form=form, items=items, count=count, filters=filters, **shown
        )
    return html, 422 if request.method == "POST" else 200


def _show(code: str, form: StepForm | DecisionForm) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)
        one = row.project
        form.revision.data = str(one.revision)
        judges = any(may_in(actor, one_of, one.region_code) for one_of in JUDGES)
        thing = screens.thing(session, row, Door.STAFF, actor, phone=judges)
        may_stop = may_in(actor, Permission.APPROVE_PROJECTS, one.region_code)
        page = render_template(
            "projects/staff_show.html",
            thing=thing,
            one=one,
            form=form,
            waits_for_me=one.state in rules.WAITING and decisions.why_not(session, one, actor) is None,
            may_suspend=may_stop and one.state in (_S.OPEN, _S.RUNNING),
            may_resume=may_stop and one.state is _S.SUSPENDED,
            may_cancel=may_stop and _S.CANCELLED in rules.MOVES[one.state],
            is_public=one.state in rules.PUBLIC,
        )
    return page, 422 if request.method == "POST" else 200


def _step(code: str, verb: Callable[..., Any], said: str, *, word: str = "reason") -> ResponseReturnValue:
    actor, form = current_actor(), StepForm()
    with reading() as session:
        one = queries.staff_get(session, clean_code(code), actor).project

    def act(session: Session) -> str:
        verb(session, one.id, revision=revision_of(form), actor=actor, **{word: form.reason.data or ""})
        flash(said, "done")
        return url_for(".show", code=one.code)

    return form.carry_out(act) or _show(code, form)


def _batch_label(row: Row) -> str:
    one = row.project
    step = _("初审") if one.state is _S.SUBMITTED else _("审批")
    return f"{step} · {one.number} {one.name} · {row.organisation} · {screens.period(one)}"
