"""`/staff/visits`: what is due and overdue, what was made, what was found; the form is made for phones."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.db import reading, transaction
from app.errors import NotFound, Refused
from app.feature import Door, NavigationItem
from app.files.evidence import Received
from app.ids import clean_code
from app.masking import public_name
from app.parties import household_queries
from app.permissions import Permission, may_in
from app.regions import queries as regions
from app.regions.rules import is_code
from projects.care import steps
from projects.visits import clocks, queries, visits
from projects.visits.forms import ReasonForm, SettleForm, VisitForm, now_values
from projects.visits.kinds import VisitGround, VisitOutcome, VisitState
from projects.visits.models import Visit
from projects.visits.queries import Filters

bp = Blueprint("visits_staff", __name__, url_prefix="/staff/visits")
READ, GO, MANAGE = Permission.READ_HOUSEHOLDS, Permission.VISIT_HOUSEHOLDS, Permission.MANAGE_HOUSEHOLDS
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("走访探访"),
        "visits_staff.index",
        READ,
        icon="geo-alt",
        order=311,
        count=queries.staff_late_count,
    ),
)


@bp.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    """List the visits that are due in the actor's regions, the soonest first."""
    actor, filters = current_actor(), read_filters(request.args)
    with reading() as session:
        page = queries.staff_due(
            session, actor, filters, after=request.args.get("after"), before=request.args.get("before")
        )
        late = queries.staff_late_count(session, actor)
        places = regions.full_names(session, {row[0].region_code for row in page.rows})
        clocks_of = queries.clocks_of(session, [row[0].id for row in page.rows])
        below = _below(session)
    rows = [
        {
            "name": public_name(party.name),
            "number": number,
            "url": url_for(".show", code=visit.code),
            "ground": visit.ground,
            "place": places.get(visit.region_code, visit.region_code),
            "people": visit.people_needed,
            "due_on": deadline.due_on,
            "left": clocks_of[visit.id].sentence if visit.id in clocks_of else None,
            "tone": clocks_of[visit.id].tone if visit.id in clocks_of else None,
        }
        for visit, party, number, deadline in page.rows
    ]
    return render_template(
        "visits/index.html",
        tab="due",
        rows=rows,
        page=page,
        late=late,
        filters=filters,
        grounds=VisitGround.choices(),
        below=below,
        may_go=actor.may(GO),
    )


@bp.get("/made")
@requires(READ)
def made() -> ResponseReturnValue:
    """List the visits that were made, the newest first."""
    actor, filters = current_actor(), read_filters(request.args)
    with reading() as session:
        page = queries.staff_made(
            session, actor, filters, after=request.args.get("after"), before=request.args.get("before")
        )
        places = regions.full_names(session, {row[0].region_code for row in page.rows})
        below = _below(session)
    rows = [
        {
            "name": public_name(party.name),
            "number": number,
            "url": url_for(".show", code=visit.code),
            "ground": visit.ground,
            "place": places.get(visit.region_code, visit.region_code),
            "made_at": visit.made_at,
            "outcome": visit.outcome,
            "tone": {"well": "done", "concern": "waiting"}.get(visit.outcome or "", "quiet"),
        }
        for visit, party, number in page.rows
    ]
    return render_template(
        "visits/made.html",
        tab="made",
        rows=rows,
        page=page,
        filters=filters,
        outcomes=VisitOutcome.choices(),
        grounds=VisitGround.choices(),
        below=below,
    )


@bp.get("/findings")
@requires(READ)
def findings() -> ResponseReturnValue:
    """List what visits found and nobody has seen to yet, the oldest first."""
    actor = current_actor()
    with reading() as session:
        page = queries.staff_follow_ups(
            session, actor, after=request.args.get("after"), before=request.args.get("before")
        )
        due = queries.follow_up_clocks(session, [row[0].id for row in page.rows])
        places = regions.full_names(session, {row[0].region_code for row in page.rows})
    rows = [
        {
            "what": found.kind,
            "name": f"{public_name(party.name)} {number}",
            "url": url_for(".show", code=visit.code),
            "place": places.get(found.region_code, found.region_code),
            "opened_at": found.opened_at,
            "left": due[found.id].sentence if found.id in due else None,
            "tone": due[found.id].tone if found.id in due else None,
        }
        for found, visit, party, number in page.rows
    ]
    return render_template("visits/findings.html", tab="findings", rows=rows, page=page)


@bp.get("/new")
@requires(GO)
def new() -> ResponseReturnValue:
    """Find the household whom somebody visits without a date, as on patrol."""
    text = request.args.get("q", "").strip()[:100]
    rows: list[dict[str, Any]] = []
    if text:
        with reading() as session:
            found = session.scalars(
                household_queries.staff_households(current_actor(), text=text).limit(20)
            ).all()
            files = household_queries.households_of(session, [one.id for one in found])
            places = regions.full_names(session, {one.region_code for one in found})
        rows = [
            {
                "name": public_name(one.name),
                "meta": [files[one.id].file_number, places.get(one.region_code, one.region_code)],
                "url": url_for(".begin", file=one.code),
            }
            for one in found
        ]
    return render_template("visits/new.html", text=text, rows=rows)


@bp.post("/begin/<file>")
@requires(GO)
def begin(file: str) -> ResponseReturnValue:
    """Open the form of the visit that is due for a household, or of one that is made in passing."""
    with reading() as session:
        party, _file = household_queries.staff_get(session, file, actor=current_actor())

    def act(session: Session) -> str:
        return url_for(".record", code=visits.begin(session, party.id, actor=current_actor()).code)

    return press(act, url_for(".new"))


@bp.get("/<code>")
@requires(READ)
def show(code: str) -> ResponseReturnValue:
    """Show a visit; the look is written down, for its words are about a household."""
    return _show(_visit(code), ReasonForm(formdata=None), SettleForm(formdata=None))


@bp.route("/<code>/record", methods=["GET", "POST"])
@requires(GO)
def record(code: str) -> ResponseReturnValue:
    """Write down a visit."""
    actor, visit = current_actor(), _visit(code)
    if visit.state is not VisitState.DUE and request.method == "GET":
        return redirect(url_for(".show", code=visit.code), 303)
    form = VisitForm(data=now_values())
    files: list[Received] = []
    received = True
    if form.validate_on_submit():
        try:
            files = form.receive()
        except Refused as refused:
            form.note_refusal(refused)
            received = False

    def act(session: Session) -> str:
        done = visits.record(session, visit.id, form.findings(session), actor=actor, files=files)
        flash(
            _("已登记：家中无人，这次走访仍然待办。")
            if done.state is VisitState.ABSENT
            else _("走访已登记。"),
            "done",
        )
        return url_for(".show", code=done.code)

    done = form.carry_out(act) if received else None
    if done is not None:
        return done
    with transaction() as session:
        household_queries.note_read(session, visit.household_id, actor=actor, purpose="visit")
    with reading() as session:
        told = queries.told(session, visit)
        place = regions.full_name(session, visit.region_code)
    return form.page("visits/record.html", told=told, visit=visit, place=place)


@bp.post("/<code>/excuse")
@requires(MANAGE)
def excuse(code: str) -> ResponseReturnValue:
    """Call a due visit off."""
    visit, form = _visit(code), ReasonForm()

    def act(session: Session) -> str:
        visits.excuse(session, visit.id, reason=form.reason.data or "", actor=current_actor())
        flash(_("这次走访已取消，下一次从今天起算。"), "done")
        return url_for(".index")

    return form.carry_out(act) or _show(visit, form, SettleForm(formdata=None))


@bp.post("/<code>/findings/<finding>")
@requires(MANAGE)
def settle(code: str, finding: str) -> ResponseReturnValue:
    """Close a finding."""
    visit, form = _visit(code), SettleForm()
    with reading() as session:
        told = queries.told(session, visit)
    found = next((one for one, _clock in told.follow_ups if one.code == clean_code(finding)), None)
    if found is None:
        raise NotFound(_("没有这件事。"))

    def act(session: Session) -> str:
        visits.settle(
            session, found.id, dropped=form.dropped.data, words=form.words.data or "", actor=current_actor()
        )
        flash(_("已办结：%(what)s。", what=found.kind.label), "done")
        return url_for(".show", code=visit.code)

    return form.carry_out(act) or _show(visit, ReasonForm(formdata=None), form)


def _show(visit: Visit, reason: ReasonForm, settling: SettleForm) -> ResponseReturnValue:
    actor = current_actor()
    with transaction() as session:
        household_queries.note_read(session, visit.household_id, actor=actor, purpose="visit")
    with reading() as session:
        told = queries.told(session, session.get_one(Visit, visit.id))
        place = regions.full_name(session, visit.region_code)
        history = steps.timeline(
            steps.of(session, clocks.SUBJECT, visit.id), VisitState, {"replanned": _("按类别重新安排")}
        )
    answer = render_template(
        "visits/show.html",
        told=told,
        visit=told.visit,
        place=place,
        history=history,
        reason=reason,
        settling=settling,
        may_go=may_in(actor, GO, visit.region_code),
        may_manage=may_in(actor, MANAGE, visit.region_code),
    )
    return answer, 422 if reason.errors or settling.errors or reason.problems or settling.problems else 200


def _visit(code: str) -> Visit:
    with reading() as session:
        return queries.staff_get(session, code, actor=current_actor())


def _below(session: Session) -> list[tuple[str, str]]:
    mine = current_actor().regions(READ)
    return [(one.code, one.name) for code in mine for one in regions.children(session, code)]


def read_filters(args: Mapping[str, str]) -> Filters:
    """Return what the address narrows a list to; what it cannot mean is left out."""
    ground, region, outcome = args.get("ground", ""), args.get("region", ""), args.get("outcome", "")
    return Filters(
        ground=VisitGround(ground) if ground in set(VisitGround) else None,
        region=region if is_code(region) else None,
        mine=bool(args.get("mine")),
        late=bool(args.get("late")),
        outcome=VisitOutcome(outcome) if outcome in set(VisitOutcome) else None,
    )
