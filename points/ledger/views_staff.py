"""`/staff/holds`: points that are set aside, and disputing the points of one contribution."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock, figures
from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.look.addresses import with_query
from app.permissions import Permission, may_in
from points import sources
from points.ledger import disputes, hold_queries
from points.ledger.forms import DisputeForm
from points.ledger.hold_models import Hold
from points.ledger.kinds import HoldPurpose

bp = Blueprint("holds_staff", __name__, url_prefix="/staff/holds")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("冻结的积分"),
        "holds_staff.index",
        Permission.HOLD_POINTS,
        icon="lock",
        order=320,
        count=hold_queries.disputed_count,
    ),
)


@bp.get("")
@requires(Permission.READ_POINTS)
def index() -> ResponseReturnValue:
    """List the active holds of the actor's regions, the oldest first."""
    actor, asked = current_actor(), request.args.get("purpose", "")
    purpose = HoldPurpose(asked) if asked in set(HoldPurpose) else None
    with reading() as session:
        page = hold_queries.active(
            session, actor, purpose, after=request.args.get("after"), before=request.args.get("before")
        )
        keys = {(hold.source_kind, hold.source_id) for hold, _party in page.rows}
        stories = sources.stories(session, keys, actor)
    rows = [
        {
            "title": _title(hold, stories),
            "url": _page_of(hold),
            "party": party.name,
            "party_url": url_for("points_staff.show", code=party.code),
            "purpose": hold.purpose.label,
            "purse": hold.purse.label,
            "points": hold.points,
            "held_on": clock.civil_date(hold.held_at),
            "age": (clock.today() - clock.civil_date(hold.held_at)).days,
            "until": hold.until,
        }
        for hold, party in page.rows
    ]
    return render_template(
        "points/holds.html",
        rows=rows,
        columns=_columns(),
        purpose=purpose,
        purposes=HoldPurpose.choices(),
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )


@bp.get("/<source_kind>/<uuid:source_id>")
@requires(Permission.READ_POINTS)
def show(source_kind: str, source_id: UUID) -> ResponseReturnValue:
    """Show what a contribution has earned and its disputes, with the form to dispute it or to settle that."""
    return _show(source_kind, source_id, DisputeForm(formdata=None))


@bp.post("/<source_kind>/<uuid:source_id>/dispute")
@requires(Permission.HOLD_POINTS)
def dispute(source_kind: str, source_id: UUID) -> ResponseReturnValue:
    """Set the points of a contribution aside."""
    return _carry_out(disputes.dispute, source_kind, source_id, _("已冻结，排行榜中列为“有争议”。"))


@bp.post("/<source_kind>/<uuid:source_id>/release")
@requires(Permission.HOLD_POINTS)
def release(source_kind: str, source_id: UUID) -> ResponseReturnValue:
    """Give disputed points back."""
    return _carry_out(disputes.release, source_kind, source_id, _("已解除冻结，积分退回原处。"))


def _carry_out(
    verb: Callable[..., object], source_kind: str, source_id: UUID, done: str
) -> ResponseReturnValue:
    """Let a verb of disputes do its work on a contribution, for the reason that was typed."""
    form, back = DisputeForm(), url_for(".show", source_kind=source_kind, source_id=source_id)

    def act(session: Session) -> str:
        verb(
            session,
            source_kind=source_kind,
            source_id=source_id,
            reason=form.reason.data or "",
            actor=current_actor(),
        )
        flash(done, "done")
        return back

    return form.carry_out(act) or _show(source_kind, source_id, form)


def _show(source_kind: str, source_id: UUID, form: DisputeForm) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        found = hold_queries.disputable(session, source_kind, source_id, actor)
        story = sources.stories(session, {(source_kind, source_id)}, actor).get(source_id)
    page = render_template(
        "points/dispute.html",
        form=form,
        found=found,
        story=story,
        source_kind=source_kind,
        source_id=source_id,
        may_hold=may_in(actor, Permission.HOLD_POINTS, found.party.region_code),
        entries=_entries(found.holds),
    )
    return page, 422 if request.method == "POST" else 200


def _entries(holds: Any) -> list[dict[str, Any]]:
    """Return the disputes as entries of a timeline, newest first."""
    entries = []
    for hold in holds:
        points = _("%(points)s 分%(purse)s", points=figures.points(hold.points), purse=hold.purse.label)
        if hold.ended_at is not None:
            entries.append({"what": f"{hold.state.label} · {points}", "when": hold.ended_at})
        entries.append(
            {"what": _("冻结 · %(points)s", points=points), "when": hold.held_at, "note": hold.reason}
        )
    return entries


def _title(hold: Hold, stories: dict[UUID, sources.SourceStory]) -> str:
    story = stories.get(hold.source_id)
    return story.title if story else str(hold.purpose.label)


def _page_of(hold: Hold) -> str | None:
    if hold.purpose is not HoldPurpose.DISPUTE:
        return None
    return url_for(".show", source_kind=hold.source_kind, source_id=hold.source_id)


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "title", "label": _("事项"), "card": "title", "url": "url"},
        {"key": "party", "label": _("主体"), "url": "party_url"},
        {"key": "purpose", "label": _("原因")},
        {"key": "purse", "label": _("积分钱包")},
        {"key": "points", "label": _("积分"), "kind": "points", "card": "side"},
        {"key": "held_on", "label": _("冻结日期"), "kind": "date"},
        {"key": "age", "label": _("已冻结天数"), "kind": "number"},
        {"key": "until", "label": _("到时退回"), "kind": "date"},
    ]
