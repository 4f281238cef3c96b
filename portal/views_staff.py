"""`/staff`: the work queue, everything that waits for me over all features."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, exports, figures
from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Actor, Permission
from app.regions import queries as regions
from app.regions.rules import is_code
from app.tables import Column, ColumnKind
from app.tasks import queue, registry
from app.tasks.queue import Due, Filters, Heap, Line
from points.covenants import queries as covenants
from points.covenants.models import Covenant
from portal import months, queries

bp = Blueprint("home_staff", __name__, url_prefix="/staff")

NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("待办"), "home_staff.index", Permission.USE_STAFF_DOOR, icon="inbox", order=0
    ),
)
MOST_EXPORTED = 5_000
"""Lines of one export; narrower filters give the rest."""


@bp.get("")
@requires(Permission.USE_STAFF_DOOR)
def index() -> str:
    """Show how much of each kind of work waits, what of it is due first, and the figures of the region."""
    actor = current_actor()
    with reading() as session:
        desk = queue.desk(session, actor)
        heaps = queue.heaps(session, actor, at=desk)
        first = queue.page(session, actor, at=desk, size=queries.SHORT).rows
        region = queries.region(session, actor) if actor.may(Permission.READ_CONTRIBUTIONS) else None
        scopes = _scopes(actor)
        villages = covenants.to_log(session, actor) if actor.may(Permission.LOG_COVENANTS) else []
        names = regions.full_names(session, scopes)
    count = sum(heap.count for heap in heaps)
    return render_template(
        "portal/staff.html",
        tasks=[_task(heap) for heap in heaps if heap.count],
        count=count,
        late=sum(heap.late for heap in heaps),
        scope="、".join(names.get(code, code) for code in scopes),
        figures=_figures(region) if region else [],
        chart=months.points_chart(_("辖区近十二个月积分"), region.by_month, as_of=figures.moment(clock.now()))
        if region
        else None,
        log_url=_log_url(villages),
        first=[_item(line) for line in first],
    )


@bp.get("/queue")
@requires(Permission.USE_STAFF_DOOR)
def work() -> ResponseReturnValue:
    """List what waits over all kinds of work, late first, as a page or as a table to take away."""
    actor, filters, export = current_actor(), read_filters(request.args), request.args.get("export")
    with reading() as session:
        if export:
            lines = queue.page(session, actor, filters, size=MOST_EXPORTED).rows
            return exports.download([_row(one) for one in lines], _export_columns(), _("待办清单"), export)
        desk = queue.desk(session, actor, filters)
        after, before = request.args.get("after"), request.args.get("before")
        page = queue.page(session, actor, filters, at=desk, after=after, before=before)
        heaps = queue.heaps(session, actor, filters, at=desk)
        scopes = _scopes(actor)
        places = [(one.code, one.name) for code in scopes for one in regions.children(session, code)]
    return render_template(
        "portal/queue.html",
        page=page,
        rows=[_row(one) for one in page.rows],
        columns=_columns(),
        count=sum(heap.count for heap in heaps),
        filters=filters,
        kinds=[(task.name, task.label) for task in registry.of(actor)],
        dues=Due.choices(),
        places=places,
    )


def read_filters(args: Mapping[str, str]) -> Filters:
    """Return what the address narrows the queue to; what it cannot mean is left out."""
    name, region, due = args.get("kind", ""), args.get("region", ""), args.get("due", "")
    return Filters(
        name=name if name in {one.name for one in registry.known()} else None,
        region=region if is_code(region) else None,
        due=Due(due) if due in set(Due) else None,
    )


def _log_url(villages: Sequence[Covenant]) -> str | None:
    """Return where a village worker logs what a household did: at once for one village, else by choosing it."""
    if not villages:
        return None
    if len(villages) == 1:
        return url_for("covenants_staff.log", code=villages[0].code)
    return url_for("covenants_staff.index")


def _task(heap: Heap) -> dict[str, Any]:
    """Return a line of the door page: how much waits of one kind, and how it stands with its last days."""
    badge = None
    if heap.late:
        badge = (_("%(count)s 件已超期", count=heap.late), "overdue")
    elif heap.count and heap.due_on is not None:
        soon = heap.left <= 1
        left = _("今天到期") if heap.due_on == clock.today() else _("还剩 %(days)s 个工作日", days=heap.left)
        badge = (left, "waiting" if soon else "working")
    return {
        "title": heap.task.label,
        "url": url_for(heap.task.endpoint),
        "hint": _("最久的一件已等 %(days)s 个工作日", days=heap.waited),
        "count": heap.count,
        "badge": badge,
    }


def _sentence(line: Line) -> tuple[str, str]:
    """Return how a line stands with its last day, and the tone of that."""
    if line.due_on is None:
        return _("没有办理期限"), "quiet"
    if line.is_late:
        return _("已超期 %(days)s 天", days=(clock.today() - line.due_on).days), "overdue"
    if line.due_on == clock.today():
        return _("今天到期"), "waiting"
    return _("还剩 %(days)s 个工作日", days=line.left), "waiting" if line.left <= 1 else "working"


def _row(line: Line) -> dict[str, Any]:
    stands, tone = _sentence(line)
    return {
        "title": line.shown.title if line.shown else _("（未命名事项）"),
        "url": line.shown.url if line.shown else None,
        "kind": str(line.task.label),
        "place": line.place or _("全市"),
        "since": clock.civil_date(line.since),
        "waited": line.waited,
        "due_on": line.due_on,
        "stands": stands,
        "tone": tone,
    }


def _item(line: Line) -> dict[str, Any]:
    """Return a line of the short list on the door page."""
    row = _row(line)
    return {
        "title": row["title"],
        "url": row["url"],
        "meta": [row["kind"], row["place"], _("等了 %(days)s 个工作日", days=line.waited)],
        "badge": (row["stands"], row["tone"]),
    }


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "title", "label": _("事项"), "card": "title", "url": "url", "sub": "kind"},
        {"key": "place", "label": _("地区")},
        {"key": "since", "label": _("等候起"), "kind": "date"},
        {"key": "waited", "label": _("已等（工作日）"), "kind": "number"},
        {"key": "due_on", "label": _("应办结"), "kind": "date"},
        {"key": "stands", "label": _("期限"), "kind": "state", "tone": "tone", "card": "side"},
    ]


def _export_columns() -> list[Column]:
    return [
        Column("title", _("事项")),
        Column("kind", _("类别")),
        Column("place", _("地区")),
        Column("since", _("等候起"), ColumnKind.DAY),
        Column("waited", _("已等（工作日）"), ColumnKind.INTEGER),
        Column("due_on", _("应办结"), ColumnKind.DAY),
        Column("stands", _("期限")),
    ]


def _figures(region: queries.Region) -> list[dict[str, Any]]:
    """Return this month's figures, each leading to its rows, with the whole month before beside it."""
    now, before = region.this_month, region.last_month
    register = url_for("contributions_staff.register", state="awarded", first=region.month.isoformat())
    boxes = (
        (_("计入的贡献"), f"{now.count:,}", _("件"), f"{before.count:,}"),
        (_("服务时长"), figures.hours(now.minutes), None, figures.hours(before.minutes)),
        (_("捐赠款物"), figures.money_short(now.amount_fen), None, figures.money_short(before.amount_fen)),
        (_("积分"), figures.points(now.centipoints), _("分"), figures.points(before.centipoints)),
    )
    return [
        {
            "label": label,
            "value": value,
            "unit": unit,
            "url": register,
            "note": _("上月全月 %(figure)s", figure=last),
        }
        for label, value, unit, last in boxes
    ]


def _scopes(actor: Actor) -> list[str]:
    return list(dict.fromkeys(grant.region_code for grant in actor.grants if grant.region_code))
