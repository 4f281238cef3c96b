"""`/staff/covenant-records`: what waits for verification, one record with its steps, the judgement."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.parties import queries as parties
from app.permissions import Permission, may_in
from points.covenants import account_screens, lines, objections, queries, records, screens
from points.covenants.forms import BatchForm, ReasonForm
from points.covenants.kinds import RecordState
from points.covenants.lines import Line
from points.covenants.models import Covenant

bp = Blueprint("covenant_records_staff", __name__, url_prefix="/staff/covenant-records")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("核验村规积分"),
        "covenant_records_staff.index",
        Permission.VERIFY_COVENANTS,
        icon="check2-square",
        order=61,
        count=lines.staff_open_count,
    ),
)


@bp.route("", methods=["GET", "POST"])
@requires(Permission.VERIFY_COVENANTS)
def index() -> ResponseReturnValue:
    """List what waits, what has waited longest first, and verify what was ticked."""
    actor = current_actor()
    with reading() as session:
        waiting = lines.staff_waiting(session, actor, records.MOST_OF_A_BATCH)
        mine = [(one, records.why_not(session, one.record, actor)) for one in waiting]
        count = lines.staff_open_count(session, actor)
        objected = lines.objections(session, actor, records.MOST_OF_A_BATCH)
    form = BatchForm()
    form.offer([(str(one.record.id), _label(one)) for one, why in mine if why is None])

    def act(session: Session) -> str:
        done = records.verify_many(session, [UUID(key) for key in form.chosen.data or ()], actor=actor)
        flash(_("已核验通过 %(count)s 条，积分已记入。", count=len(done)), "done")
        return url_for(".index")

    return form.carry_out(act) or form.page(
        "covenants/waiting.html",
        count=count,
        rows=[{**screens.record_row(one, "covenant_records_staff.show"), "why": why} for one, why in mine],
        columns=screens.RECORD_COLUMNS,
        objected=[screens.record_row(one, "covenant_records_staff.show") for one in objected],
        has_own=any(why is None for _one, why in mine),
    )


@bp.get("/<code>")
@requires(*queries.STAFF)
def show(code: str) -> ResponseReturnValue:
    """Show one record to staff of its village."""
    return _show(code, ReasonForm(formdata=None))


@bp.post("/<code>/verify")
@requires(Permission.VERIFY_COVENANTS)
def verify(code: str) -> ResponseReturnValue:
    """Accept a record."""
    said = _("已核验，积分已记入。")
    return _step(
        code, lambda session, line, _reason, actor: records.verify(session, line.record.id, actor=actor), said
    )


@bp.post("/<code>/reject")
@requires(Permission.VERIFY_COVENANTS)
def reject(code: str) -> ResponseReturnValue:
    """Decide that a record does not count."""

    def judge(session: Session, line: Line, reason: str, actor: Any) -> object:
        return records.reject(session, line.record.id, reason=reason, actor=actor)

    return _step(code, judge, _("已标为不予计分。"))


@bp.post("/<code>/reverse")
@requires(Permission.VERIFY_COVENANTS)
def reverse(code: str) -> ResponseReturnValue:
    """Take a verified record back."""

    def judge(session: Session, line: Line, reason: str, actor: Any) -> object:
        return records.reverse(session, line.record.id, reason=reason, actor=actor)

    return _step(code, judge, _("已冲正，积分和排名随之更正。"))


@bp.post("/<code>/answer")
@requires(Permission.VERIFY_COVENANTS)
def answer(code: str) -> ResponseReturnValue:
    """Answer an objection: the record stays as it is."""

    def judge(session: Session, line: Line, reason: str, actor: Any) -> object:
        return objections.answer(session, line.record.id, text=reason, actor=actor)

    return _step(code, judge, _("已答复，本户会收到消息。"))


def _step(code: str, judge: Callable[[Session, Line, str, Any], object], said: str) -> ResponseReturnValue:
    actor, form = current_actor(), ReasonForm()
    with reading() as session:
        line = lines.staff_record(session, code, actor)

    def act(session: Session) -> str:
        judge(session, line, form.reason.data or "", actor)
        flash(said, "done")
        return url_for(".show", code=line.record.code)

    return form.carry_out(act) or _show(code, form)


def _show(code: str, form: ReasonForm) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        line = lines.staff_record(session, code, actor)
        record = line.record
        covenant = session.get_one(Covenant, record.covenant_id)
        may_judge = may_in(actor, Permission.VERIFY_COVENANTS, covenant.region_code)
        names = parties.names_of(session, account_screens.stamps(record))
        page = render_template(
            "covenants/record.html",
            covenant=covenant,
            line=line,
            row=screens.record_row(line),
            form=form,
            timeline=account_screens.timeline(line, names),
            photos=lines.photos(session, record.id),
            wording=lines.wording(session, record.id),
            may_judge=may_judge and record.state is RecordState.LOGGED,
            may_answer=may_judge and objections.is_open(record),
            may_reverse=may_judge and record.state is RecordState.VERIFIED,
            why_not=records.why_not(session, record, actor) if may_judge else None,
        )
    return page, 422 if request.method == "POST" else 200


def _label(line: Line) -> str:
    row = screens.record_row(line)
    parts = (
        f"{line.household.number} {line.name}",
        row["what"],
        row["points"],
        row["happened_on"].isoformat(),
    )
    return " · ".join(parts)
