"""`/my`: what I must do, and what is new."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import figures
from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Permission
from portal import queries
from projects.contributions import summary
from projects.contributions.queries import Row

bp = Blueprint("home_member", __name__, url_prefix="/my")

NAVIGATION = (
    NavigationItem(
        Door.MEMBER, _l("我的首页"), "home_member.index", Permission.USE_MEMBER_DOOR, icon="house", order=0
    ),
)


@bp.get("")
@requires(Permission.USE_MEMBER_DOOR)
def index() -> str:
    """Show the member's door page."""
    actor = current_actor()
    with reading() as session:
        desk = queries.desk(session, actor)
    return render_template(
        "portal/my.html",
        desk=desk,
        tasks=_tasks(desk),
        newest=[_line(row) for row in desk.newest.rows[: queries.SHORT]],
        may_log=actor.may(Permission.LOG_CONTRIBUTIONS),
    )


def _tasks(desk: queries.Desk) -> list[dict[str, Any]]:
    """Return what the member must do, the most urgent first."""
    listing = "contributions_member.index"
    tasks: list[dict[str, Any]] = [
        {
            "title": _("补正“%(name)s”的入驻登记", name=party.name),
            "url": url_for("parties_member.show", code=party.code),
            "hint": _("补正后重新提交，民政部门会再次审核。"),
            "badge": (party.state.label, "waiting"),
        }
        for party in desk.to_mend
    ]
    if desk.sent_back.sums.count:
        tasks.append(
            {
                "title": _("被退回的贡献"),
                "url": url_for(listing, state="sent_back"),
                "hint": _("按退回意见修改后再提交。"),
                "count": desk.sent_back.sums.count,
                "badge": (_("等您修改"), "waiting"),
            }
        )
    if desk.unsent.sums.count:
        tasks.append(
            {
                "title": _("还没提交的贡献"),
                "url": url_for(listing, state="logged"),
                "hint": _("检查无误后提交核验。"),
                "count": desk.unsent.sums.count,
            }
        )
    if desk.unread:
        tasks.append(
            {
                "title": _("未读消息"),
                "url": url_for("messages_member.index", show="unread"),
                "count": desk.unread,
                "unit": _("条"),
            }
        )
    return tasks


def _line(row: Row) -> dict[str, Any]:
    one = row.contribution
    awarded = one.awarded_centipoints
    return {
        "title": summary.title_of(row),
        "url": url_for("contributions_member.show", code=one.code),
        "meta": [row.giver, one.happened_on.isoformat()],
        "side": _("%(points)s 分", points=figures.points(awarded)) if awarded is not None else None,
        "state": one.state,
    }
