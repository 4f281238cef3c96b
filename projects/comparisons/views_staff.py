"""`/staff/comparisons`: the desk at which somebody looks at what comparisons found."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock, figures
from app.access import current_actor, requires
from app.db import reading, transaction
from app.feature import Door, NavigationItem
from app.look.addresses import with_query
from app.masking import public_name
from app.parties import household_queries
from app.parties import queries as parties
from app.permissions import Permission
from app.regions import queries as regions
from app.tasks.registry import Task
from projects.comparisons import alerts, clocks, queries
from projects.comparisons.forms import HandleForm
from projects.comparisons.kinds import AlertKind, AlertState
from projects.comparisons.models import ComparisonAlert

bp = Blueprint("comparisons_staff", __name__, url_prefix="/staff/comparisons")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("数据比对"),
        "comparisons_staff.waiting",
        Permission.RUN_COMPARISONS,
        "intersect",
        order=319,
        count=queries.staff_waiting_count,
    ),
)
TASKS = (
    Task(
        "comparison",
        _l("数据比对提示"),
        (Permission.RUN_COMPARISONS,),
        queries.waiting,
        "comparisons_staff.waiting",
        clock=clocks.SUBJECT,
    ),
)


@bp.get("")
@requires(Permission.RUN_COMPARISONS)
def waiting() -> ResponseReturnValue:
    """List what comparisons found in the actor's regions: what waits, or what became of it."""
    actor = current_actor()
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    chosen = AlertKind(kind) if kind in set(AlertKind) else None
    where = AlertState(state) if state in set(AlertState) else AlertState.OPEN
    with reading() as session:
        page = queries.staff_page(
            session,
            actor,
            kind=chosen,
            state=where,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        rows = _rows(session, page.rows)
    return render_template(
        "comparisons/index.html",
        rows=rows,
        columns=_columns(),
        kind=chosen,
        state=where,
        kinds=AlertKind.choices(),
        states=AlertState.choices(),
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.RUN_COMPARISONS)
def show(code: str) -> ResponseReturnValue:
    """Show one alert with its reason, and carry out what is done about it."""
    actor, form = current_actor(), HandleForm()
    with reading() as session:
        alert = queries.staff_get(session, code, actor)
    with transaction() as session:
        household_queries.note_read(session, alert.household_id, actor=actor, purpose="comparison")

    def act(session: Session) -> str:
        outcome = AlertState(form.outcome.data)
        done = alerts.handle(
            session,
            alert.id,
            outcome,
            note=form.note.data or "",
            passed_to=form.passed_to.data or "",
            actor=actor,
        )
        flash(_("已记下处理结果：%(outcome)s。", outcome=done.state.label), "done")
        if outcome in (AlertState.REQUEST, AlertState.VISIT):
            return url_for(".show", code=alert.code)
        following = queries.staff_next_code(session, actor, alert.id)
        return url_for(".show", code=following) if following else url_for(".waiting")

    answer = form.carry_out(act)
    if answer is not None:
        return answer
    with reading() as session:
        alert = queries.staff_get(session, code, actor)
        home = queries.homes(session, [alert.household_id])[alert.household_id]
        due = clocks.running(session, [alert.id]).get(alert.id)
        facts = _facts(session, alert, home)
    return form.page("comparisons/show.html", one=alert, home=home, due=due, facts=facts)


def _facts(session: Session, alert: ComparisonAlert, home: queries.Home) -> list[tuple[Any, ...]]:
    key = alert.handled_by_id
    who = parties.names_of(session, [key]).get(key) if key else None
    return [
        (_("家庭"), public_name(home.party.name)),
        (_("家庭编号"), home.file_number),
        (_("所在地"), regions.full_name(session, alert.region_code)),
        (_("发现日期"), figures.day_text(clock.civil_date(alert.found_at))),
        (_("发现的情况"), alert.reason, "wide"),
        (_("处理人"), who),
        (_("处理日期"), figures.day_text(clock.civil_date(alert.handled_at)) if alert.handled_at else None),
        (_("移交给"), alert.passed_to),
        (_("核实情况"), alert.note, "wide"),
    ]


def _rows(session: Session, found: Any) -> list[dict[str, Any]]:
    homes = queries.homes(session, [one.household_id for one in found])
    places = regions.full_names(session, {one.region_code for one in found})
    due = clocks.running(session, [one.id for one in found])
    return [
        {
            "kind": str(one.kind.label),
            "reason": one.reason,
            "url": url_for(".show", code=one.code),
            "name": public_name(homes[one.household_id].party.name),
            "number": homes[one.household_id].file_number,
            "place": places.get(one.region_code, one.region_code),
            "found_on": clock.civil_date(one.found_at),
            "due_on": due[one.id].deadline.due_on if one.id in due else one.due_on,
            "state": one.state,
            "tone": "overdue" if one.id in due and due[one.id].is_late else None,
        }
        for one in found
    ]


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "kind", "label": _("提示"), "card": "title", "url": "url", "sub": "reason"},
        {"key": "name", "label": _("家庭"), "sub": "number"},
        {"key": "place", "label": _("所在地")},
        {"key": "found_on", "label": _("发现"), "kind": "date"},
        {"key": "due_on", "label": _("应于"), "kind": "date"},
        {"key": "state", "label": _("状态"), "kind": "state", "tone": "tone", "card": "side"},
    ]
