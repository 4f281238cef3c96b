"""`/staff/supervision`: what is late in the actor's regions, and what falls due soon."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, exports
from app.access import current_actor, requires
from app.db import reading
from app.deadlines import queries, registry
from app.deadlines.queries import Filters, Listed
from app.deadlines.rules import HolderLevel, SupervisedLevel
from app.feature import Door, NavigationItem
from app.permissions import Permission
from app.regions import queries as regions
from app.regions.forms import city_region
from app.regions.models import RegionLevel
from app.regions.rules import is_code
from app.tables import Column, ColumnKind

bp = Blueprint("supervision_staff", __name__, url_prefix="/staff/supervision")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("督办清单"),
        "supervision_staff.index",
        Permission.SEE_SUPERVISION,
        "alarm",
        order=12,
        count=queries.staff_late_count,
    ),
)
MOST_EXPORTED = 50_000
"""Rows of one export; narrower filters give the rest."""


@bp.get("")
@requires(Permission.SEE_SUPERVISION)
def index() -> ResponseReturnValue:
    """List what is late, the longest first, as a page or as a table to take away."""
    actor, filters = current_actor(), read_filters(request.args)
    export = request.args.get("export")
    with reading() as session:
        if export:
            rows = queries.staff_late_rows(session, actor, filters, limit=MOST_EXPORTED)
            return exports.download([_row(one) for one in rows], _export_columns(), _("督办清单"), export)
        page = queries.staff_late(
            session, actor, filters, after=request.args.get("after"), before=request.args.get("before")
        )
        count = queries.staff_late_count(session, actor, filters)
        soon = [] if filters != Filters() else queries.staff_due_soon(session, actor)
        counties = [
            (one.code, one.full_name)
            for one in regions.options(
                session, within=city_region(), deepest=RegionLevel.TOWN, on=clock.today()
            )
        ]
    return render_template(
        "deadlines/supervision.html",
        page=page,
        count=count,
        filters=filters,
        rows=[_row(one) for one in page.rows],
        columns=_columns(),
        soon=soon,
        kinds=[(kind.name, kind.label) for kind in registry.known()],
        regions=counties,
        levels=SupervisedLevel.choices(),
        holders=HolderLevel.choices(),
    )


def read_filters(args: Mapping[str, str]) -> Filters:
    """Return what the address narrows the list to; what it cannot mean is left out."""
    kind, region = args.get("kind", ""), args.get("region", "")
    level, holder = args.get("level", ""), args.get("holder", "")
    return Filters(
        kind=kind if kind in {one.name for one in registry.known()} else None,
        region=region if is_code(region) else None,
        level=SupervisedLevel(level) if level in set(SupervisedLevel) else None,
        holder=HolderLevel(holder) if holder in set(HolderLevel) else None,
    )


def _row(one: Listed) -> dict[str, Any]:
    deadline = one.clock.deadline
    return {
        "title": one.shown.title if one.shown else _("（未命名事项）"),
        "url": one.shown.url if one.shown else None,
        "what": str(one.clock.label),
        "place": one.place,
        "holder": str(deadline.holder_level.label),
        "due_on": deadline.due_on,
        "started_on": deadline.started_on,
        "late": one.clock.days_late,
        "level": str(deadline.supervised_level.label) if deadline.supervised_level else _("今晚列入"),
        "tone": "overdue" if deadline.supervised_level else "waiting",
    }


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "title", "label": _("事项"), "card": "title", "url": "url", "sub": "what"},
        {"key": "place", "label": _("地区")},
        {"key": "holder", "label": _("办理方")},
        {"key": "due_on", "label": _("到期日"), "kind": "date"},
        {"key": "late", "label": _("超期天数"), "kind": "number"},
        {"key": "level", "label": _("督办"), "kind": "state", "tone": "tone", "card": "side"},
    ]


def _export_columns() -> list[Column]:
    return [
        Column("title", _("事项")),
        Column("what", _("环节")),
        Column("place", _("地区")),
        Column("holder", _("办理方")),
        Column("started_on", _("起算日"), ColumnKind.DAY),
        Column("due_on", _("到期日"), ColumnKind.DAY),
        Column("late", _("超期天数"), ColumnKind.INTEGER),
        Column("level", _("督办")),
    ]
