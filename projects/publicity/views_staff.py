"""`/staff/objections`: objections that wait, and the page on which one is looked into and answered."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.audit import events
from app.db import reading, transaction
from app.deadlines import queries as deadlines
from app.feature import Door, NavigationItem
from app.look.addresses import with_query
from app.permissions import Permission
from app.regions import queries as regions
from projects.publicity import handlers, objections, queries, screens
from projects.publicity.forms import DecisionForm
from projects.publicity.kinds import ObjectionState

bp = Blueprint("objections_staff", __name__, url_prefix="/staff/objections")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("公示异议"),
        "objections_staff.index",
        Permission.DECIDE_OBJECTIONS,
        icon="megaphone",
        order=33,
        count=queries.count_waiting,
    ),
)


@bp.get("")
@requires(Permission.DECIDE_OBJECTIONS)
def index() -> ResponseReturnValue:
    """List the objections of the actor's regions: those that wait, the oldest first, or those answered."""
    is_open = request.args.get("state") != "closed"
    actor = current_actor()
    with reading() as session:
        page = queries.staff_objections(
            session,
            actor,
            is_open=is_open,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        places = regions.full_names(session, [found.region_code for _one, found in page.rows])
        clocks = deadlines.of(session, objections.SUBJECT, [one.id for one, _found in page.rows])
        waiting = queries.count_waiting(session, actor)
    return render_template(
        "publicity/objections.html",
        columns=screens.OBJECTION_COLUMNS,
        rows=[screens.objection_row(one, found, places, clocks.get(one.id, [])) for one, found in page.rows],
        is_open=is_open,
        waiting=waiting,
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.DECIDE_OBJECTIONS)
def show(code: str) -> ResponseReturnValue:
    """Show an objection to who may decide it, and take the decision; whose hands it went through reads no word."""
    actor, form = current_actor(), DecisionForm()
    with reading() as session:
        objection, found = queries.staff_get(session, code, actor)
        refused = objections.why_not(session, found, actor)

    def act(session: Session) -> str:
        upheld = form.decision.data == ObjectionState.UPHELD.value
        objections.decide(session, objection.id, upheld=upheld, answer=form.answer.data or "", actor=actor)
        flash(
            _("已答复，公示终止，事项退回重新审核。")
            if upheld
            else _("已答复。异议全部核查完毕后，公示继续计时。"),
            "done",
        )
        return url_for(".show", code=objection.code)

    done = form.carry_out(act)
    if done is not None:
        return done
    if refused is None:
        with transaction() as session:  # whoever reads words that may be about persons leaves a trace
            events.record(session, "publicity_objection.read", objections.SUBJECT, objection.id, actor=actor)
    with reading() as session:
        objection, found = queries.staff_get(session, code, actor)
        clocks = deadlines.of(session, objections.SUBJECT, [objection.id], closed=True)
        place = regions.full_name(session, found.region_code)
        steps = queries.steps_of(session, found.id)
        url = handlers.of(found.subject_kind).staff_url(session, found.subject_id)
    return form.page(
        "publicity/objection.html",
        objection=objection,
        publicity=found,
        kind=screens.label_of(found),
        tone_name=screens.TONES[objection.state],
        until=screens.until(found, clock.today()),
        clocks=clocks.get(objection.id, []),
        place=place,
        timeline=screens.timeline(steps),
        refused=refused,
        subject_url=url,
        is_open=objection.state is ObjectionState.OPEN,
    )
