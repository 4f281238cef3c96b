"""The staff door: the desk, the list, one request, and writing one down for a family."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock, exports
from app.access import current_actor, requires
from app.db import reading, transaction
from app.errors import Refused
from app.feature import Door, NavigationItem
from app.files.evidence import Received
from app.forms import Form
from app.ids import clean_code
from app.parties import household_queries
from app.permissions import Permission, may_in
from app.regions import queries as regions
from app.regions.forms import city_region
from app.regions.models import RegionLevel
from projects.requests import assessments, clocks, decisions, office, queries, screens
from projects.requests.forms import UploadForm
from projects.requests.kinds import Channel, RequestState, Urgency
from projects.requests.models import AidRequest
from projects.requests.office import Uploads
from projects.requests.queries import READERS, Row
from projects.requests.rules import WAITING

bp = Blueprint("requests_staff", __name__, url_prefix="/staff/requests")
P = Permission
JUDGES = (P.ASSESS_REQUESTS, P.APPROVE_REQUESTS)
WORKERS = (P.ENTER_REQUESTS, P.VISIT_HOUSEHOLDS, P.ASSESS_REQUESTS, P.APPROVE_REQUESTS)
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("办理求助"),
        "requests_staff.waiting",
        JUDGES,
        "life-preserver",
        order=26,
        count=queries.staff_waiting_count,
    ),
    NavigationItem(Door.STAFF, _l("求助申请"), "requests_staff.index", READERS, "journal-text", order=27),
)
MOST_EXPORTED = 50_000
"""Rows of one export; narrower filters give the rest."""


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """List the requests of the actor's regions, as a page or as a table to take away."""
    actor, export = current_actor(), request.args.get("export")
    filters = screens.read_filters(request.args)
    with reading() as session:
        if export:
            found = queries.staff_rows(session, actor, filters, limit=MOST_EXPORTED)
            return exports.download(
                screens.export_rows(session, found), screens.export_columns(), _("求助申请"), export
            )
        page = queries.staff_page(session, actor, filters, screens.read_place(request.args))
        rows = screens.rows(session, page, "requests_staff.show", inside=True)
        places = regions.options(session, within=city_region(), deepest=RegionLevel.TOWN, on=clock.today())
        kinds = queries.kinds(session, active_only=False)
    return render_template(
        "requests/register.html",
        page=page,
        most=queries.MOST_COUNTED,
        filters=filters,
        states=RequestState.choices(),
        channels=Channel.choices(),
        urgencies=Urgency.choices(),
        kinds=[(str(one.id), one.name) for one in kinds],
        places=[(one.code, one.full_name) for one in places],
        columns=screens.staff_columns(),
        rows=rows,
        may_enter=actor.may(P.ENTER_REQUESTS),
        may_set_kinds=actor.may(P.MANAGE_CATALOGUE),
    )


@bp.get("/desk")
@requires(*JUDGES)
def waiting() -> ResponseReturnValue:
    """Open the desk at the request that has waited longest."""
    return _desk(None)


@bp.get("/desk/<code>")
@requires(*JUDGES)
def decide(code: str) -> ResponseReturnValue:
    """Show one waiting request at the desk."""
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), current_actor())
    if row.request.state not in WAITING:
        return redirect(url_for(".show", code=row.request.code), 303)
    return _desk(row)


@bp.get("/<code>")
@requires(*READERS)
def show(code: str) -> ResponseReturnValue:
    """Show one request to staff of its region; the look is written down."""
    actor = current_actor()
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)
    _note_read(row.request)
    with reading() as session:
        one = queries.by_id(session, row.request.id)
        return render_template(
            "requests/staff_show.html",
            one=one,
            steps=office.steps_for(one, actor),
            why_not=_why_not(session, one),
            may_edit=one.state is RequestState.DRAFT
            and one.channel is not Channel.MEMBER
            and may_in(actor, P.ENTER_REQUESTS, one.region_code),
            thing=screens.thing(session, Row(one, row.person), inside=True),
            service=queries.service_of(session, one.id),
        )


@bp.route("/<code>/<step>", methods=["GET", "POST"])
@requires(*WORKERS)
def take(code: str, step: str) -> ResponseReturnValue:
    """Show the form of one step, and take it."""
    actor, wanted = current_actor(), office.step(step)
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)
    one = row.request
    form = wanted.form(**_beginning(wanted.form, one))
    up: list[Uploads] = []

    def act(session: Session) -> str:
        wanted.act(session, one.id, form, up[0], actor)
        flash(_("已办理：%(what)s。", what=wanted.title), "done")
        changed = queries.by_id(session, one.id)
        if changed.state is one.state or not any(actor.may(each) for each in JUDGES):
            return url_for(".show", code=one.code)
        following = queries.staff_next_code(session, actor, changed)
        return url_for(".decide", code=following) if following else url_for(".show", code=one.code)

    if request.method == "POST" and _receive(form, wanted.scan, up):
        done = form.carry_out(act)
        if done is not None:
            return done
    with reading() as session:
        facts = screens.thing(session, row, inside=True).proposal
    return form.page("requests/step.html", one=one, person=row.person, step=wanted, name=step, facts=facts)


def _desk(row: Row | None) -> ResponseReturnValue:
    actor = current_actor()
    filters = screens.read_filters(request.args)
    with reading() as session:
        page = queries.staff_waiting(session, actor, filters)
        if row is None and page.rows:
            row = page.rows[0]
    if row is not None:
        _note_read(row.request)
    with reading() as session:
        due = clocks.running(session, [each.request.id for each in page.rows])
        shown: dict[str, Any] = {}
        if row is not None:
            one = queries.by_id(session, row.request.id)
            row = Row(one, row.person)
            shown = {
                "one": one,
                "steps": office.steps_for(one, actor),
                "why_not": _why_not(session, one),
                "thing": screens.thing(session, row, inside=True),
            }
        items = [
            screens.desk_item(each, row, url_for(".decide", code=each.request.code), due)
            for each in page.rows
        ]
        count = queries.staff_waiting_count(session, actor)
    return render_template("requests/desk.html", items=items, count=count, filters=filters, **shown)


def _why_not(session: Session, one: AidRequest) -> Any:
    """Return why the actor may not take the next step of a waiting request, or None."""
    if one.state is RequestState.PROPOSED:
        return decisions.why_not(session, one, current_actor())
    if one.state is RequestState.ASSESSED and one.proposed_at is not None:
        return assessments.why_no_review(session, one, current_actor())
    return None


def _note_read(one: AidRequest) -> None:
    with transaction() as session:
        household_queries.note_read(
            session, one.household_id, actor=current_actor(), purpose=f"aid_request {one.code}"
        )


def _beginning(form: type[Form], one: AidRequest) -> dict[str, Any]:
    """Return what a step's form begins with."""
    values: dict[str, Any] = {"on": clock.today(), "amount": one.proposed_fen or one.asked_fen}
    return {name: value for name, value in values.items() if hasattr(form, name)}


def _receive(form: Form, scan: str | None, up: list[Uploads]) -> bool:
    """Take in the uploads of a valid form before its transaction; False when one of them is refused."""
    if not form.validate_on_submit():
        return False
    try:
        files = form.receive() if isinstance(form, UploadForm) else []
        one: Received | None = form.scan(scan) if scan and isinstance(form, UploadForm) else None
    except Refused as refused:
        form.note_refusal(refused)
        return False
    up.append(Uploads(files, one))
    return True
