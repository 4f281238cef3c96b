"""`/staff`: the work queue, everything that waits for me."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, figures
from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Actor, Permission
from app.regions import queries as regions
from points.covenants import queries as covenants
from points.covenants.models import Covenant
from portal import months, queries
from projects.contributions import summary
from projects.contributions.queries import Row

bp = Blueprint("home_staff", __name__, url_prefix="/staff")

NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("待办"), "home_staff.index", Permission.USE_STAFF_DOOR, icon="inbox", order=0
    ),
)
PROMISED_DAYS = 5
"""Working days within which a registration or a contribution is to be judged (our choice, a service promise)."""


@bp.get("")
@requires(Permission.USE_STAFF_DOOR)
def index() -> str:
    """Show the queue of what the actor may judge."""
    actor = current_actor()
    tasks: list[dict[str, Any]] = []
    rows: list[Row] = []
    with reading() as session:
        if actor.may(Permission.VERIFY_CONTRIBUTIONS):
            waiting, page = queries.contributions_waiting(session, actor)
            tasks.append(
                _task(
                    _("待核验的贡献"), url_for("contributions_staff.index"), waiting, _("没有等待核验的贡献")
                )
            )
            rows = list(page.rows[: queries.SHORT])
        if actor.may(Permission.REVIEW_REGISTRATIONS):
            waiting = queries.registrations_waiting(session, actor)
            who = _("单位 %(organisations)s 家，个人 %(persons)s 人",
                    organisations=waiting.organisations, persons=waiting.persons)  # fmt: skip
            tasks.append(
                _task(
                    _("待审核的入驻登记"),
                    url_for("registrations_staff.index"),
                    waiting,
                    _("没有等待审核的登记"),
                    who,
                )
            )
        region = queries.region(session, actor) if actor.may(Permission.READ_CONTRIBUTIONS) else None
        scopes = _scopes(actor)
        villages = covenants.to_log(session, actor) if actor.may(Permission.LOG_COVENANTS) else []
        names = regions.full_names(session, [*scopes, *(row.contribution.region_code for row in rows)])
    return render_template(
        "portal/staff.html",
        tasks=tasks,
        promised=PROMISED_DAYS,
        scope="、".join(names.get(code, code) for code in scopes),
        figures=_figures(region) if region else [],
        chart=months.points_chart(_("辖区近十二个月积分"), region.by_month, as_of=figures.moment(clock.now()))
        if region
        else None,
        log_url=_log_url(villages),
        oldest=[_line(row, names) for row in rows],
    )


def _log_url(villages: Sequence[Covenant]) -> str | None:
    """Return where a village worker logs what a household did: at once for one village, else by choosing it."""
    if not villages:
        return None
    if len(villages) == 1:
        return url_for("covenants_staff.log", code=villages[0].code)
    return url_for("covenants_staff.index")


def _task(title: str, url: str, waiting: queries.Waiting, none: str, who: str = "") -> dict[str, Any]:
    """Return a line of the queue, marked when the oldest has waited for longer than was promised."""
    late = waiting.days > PROMISED_DAYS
    oldest = _("最久的一件已等 %(days)s 个工作日", days=waiting.days)
    badge = None
    if waiting.count and late:
        badge = (_("超过承诺 %(days)s 个工作日", days=waiting.days - PROMISED_DAYS), "overdue")
    elif waiting.count:
        badge = (_("还剩 %(days)s 个工作日", days=PROMISED_DAYS - waiting.days), "waiting")
    return {
        "title": title,
        "url": url,
        "hint": "；".join(part for part in (who, oldest) if part) if waiting.count else none,
        "count": waiting.count,
        "badge": badge,
    }


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


def _line(row: Row, names: dict[str, str]) -> dict[str, Any]:
    one = row.contribution
    return {
        "title": summary.title_of(row),
        "url": url_for("contributions_staff.decide", code=one.code),
        "meta": [row.giver, names.get(one.region_code, ""), one.happened_on.isoformat()],
        "state": one.state,
    }
