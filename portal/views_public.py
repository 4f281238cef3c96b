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
from points.rankings.queries import Ranked
from portal import months, queries
from projects.contributions import published, summary
from projects.contributions.queries import Row

bp = Blueprint("home_public", __name__)

NAVIGATION = (
    NavigationItem(Door.PUBLIC, _l("首页"), "home_public.index", order=0),
    NavigationItem(Door.PUBLIC, _l("参与单位"), "organisations_public.index", order=100),
)

RANKING_COLUMNS = [
    {"key": "rank", "label": _l("名次"), "kind": "rank", "card": "lead"},
    {"key": "name", "label": _l("单位或个人"), "card": "title", "url": "url", "sub": "place"},
    {"key": "points", "label": _l("积分"), "kind": "points", "card": "side"},
]


@bp.get("/")
@public
def index() -> str:
    """Show the public home."""
    with reading() as session:
        city = queries.city(session)
        places = [one.contribution.region_code for one in city.newest]
        names = regions.full_names(session, [*places, *(one.region_code for one in city.leaders)])
    moment = figures.moment(clock.now())
    return render_template(
        "portal/home.html",
        city=city,
        as_of=moment,
        chart=months.points_chart(_("全市近十二个月积分"), city.by_month, as_of=moment),
        ranking_columns=RANKING_COLUMNS,
        ranking=[_leader(one, names) for one in city.leaders],
        newest=[_line(one, city, names) for one in city.newest],
    )


def _leader(one: Ranked, names: dict[str, str]) -> dict[str, Any]:
    """Return a line of the ranking; everybody in it may be named."""
    return {
        "rank": one.rank,
        "name": one.name,
        "place": names.get(one.region_code, ""),
        "points": one.points,
        "url": organisation_url(one.party_kind, one.code),
    }


def organisation_url(kind: PartyKind, code: str) -> str | None:
    """Return the public page of a party, which only organisations have."""
    return url_for("organisations_public.show", code=code) if kind is PartyKind.ORGANISATION else None


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
        "title": who,
        "url": organisation_url(one.giver.kind, one.giver.code),
        "meta": [
            _what(row),
            names.get(contribution.region_code, ""),
            contribution.happened_on.isoformat(),
        ],
        "side": _("%(points)s 分", points=figures.points(contribution.awarded_centipoints)),
    }


def _what(row: Row) -> str:
    """Return item and amount; a list of goods names its first item by itself."""
    amount = summary.verified_text(row) or ""
    return amount if len(row.contribution.lines) > 1 else f"{row.item.name} {amount}".strip()
