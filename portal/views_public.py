"""`/`: what this is in one line, what the city gives, and how to take part."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, figures
from app.access import public
from app.db import reading
from app.feature import Door, NavigationItem
from app.parties.kinds import PartyKind
from app.regions import queries as regions
from portal import months, queries
from projects.contributions import published, summary
from projects.contributions.queries import Row

bp = Blueprint("home_public", __name__)

NAVIGATION = (
    NavigationItem(Door.PUBLIC, _l("首页"), "home_public.index", order=0),
    NavigationItem(Door.PUBLIC, _l("参与单位"), "organisations_public.index", order=100),
)


@bp.get("/")
@public
def index() -> str:
    """Show the public home."""
    with reading() as session:
        city = queries.city(session)
        names = regions.full_names(session, [one.contribution.region_code for one in city.newest])
    moment = figures.moment(clock.now())
    return render_template(
        "portal/home.html",
        city=city,
        as_of=moment,
        chart=months.points_chart(_("全市近十二个月积分"), city.by_month, as_of=moment),
        newest=[_line(one, city, names) for one in city.newest],
    )


def _line(one: published.Published, city: queries.City, names: dict[str, str]) -> dict[str, Any]:
    """Return a line of the newest contributions; a person who did not agree is named by the role alone."""
    contribution = one.contribution
    row = Row(contribution, "", "", one.item)
    who: Any = (
        one.giver.name
        if one.giver.id in city.named
        else _("一位%(role)s", role=contribution.acting_role.label)
    )
    return {
        "title": _("%(item)s %(amount)s", item=one.item.name, amount=summary.verified_text(row) or ""),
        "meta": " · ".join(
            (str(who), names.get(contribution.region_code, ""), contribution.happened_on.isoformat())
        ),
        "url": url_for("organisations_public.show", code=one.giver.code)
        if one.giver.kind is PartyKind.ORGANISATION
        else None,
        "side": _("%(points)s 分", points=figures.points(contribution.awarded_centipoints)),
    }
