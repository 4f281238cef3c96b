"""`/`: what this is in one line, what the city gives, and how to take part."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import figures
from app.access import public
from app.db import reading
from app.feature import Door, NavigationItem
from app.parties.kinds import PartyKind
from app.regions import queries as regions
from points.rankings.queries import Ranked
from portal import months, queries
from portal.minutely import minutely
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
        city, made_at = minutely("home", lambda: queries.city(session))
        found = queries.names(session)
        codes = {one.contribution.region_code for one in found.newest} | {
            one.region_code for one in found.leaders
        }
        places = regions.full_names(session, codes)
    as_of = figures.moment(made_at)
    return render_template(
        "portal/home.html",
        city=city,
        as_of=as_of,
        chart=months.points_chart(_("全市近十二个月积分"), city.by_month, as_of=as_of),
        ranking_columns=RANKING_COLUMNS,
        ranking=[_leader(one, places) for one in found.leaders],
        newest=[_line(one, one.giver.id in found.named, places) for one in found.newest],
    )


def _leader(one: Ranked, places: dict[str, str]) -> dict[str, Any]:
    """Return a line of the ranking; everybody in it may be named."""
    return {
        "rank": one.rank,
        "name": one.name,
        "place": places.get(one.region_code, ""),
        "points": one.points,
        "url": organisation_url(one.party_kind, one.code),
    }


def organisation_url(kind: PartyKind, code: str) -> str | None:
    """Return the public page of a party, which only organisations have."""
    return url_for("organisations_public.show", code=code) if kind is PartyKind.ORGANISATION else None


def _line(one: published.Published, may_name: bool, places: dict[str, str]) -> dict[str, Any]:
    """Return a line of the newest contributions; a person who did not agree is named by the role alone."""
    contribution = one.contribution
    row = Row(contribution, "", "", one.item)
    who: Any = one.giver.name if may_name else _("一位%(role)s", role=contribution.acting_role.label)
    return {
        "title": who,
        "url": organisation_url(one.giver.kind, one.giver.code),
        "meta": [
            _what(row),
            places.get(contribution.region_code, ""),
            contribution.happened_on.isoformat(),
        ],
        "side": _("%(points)s 分", points=figures.points(contribution.awarded_centipoints)),
    }


def _what(row: Row) -> str:
    """Return item and amount; a list of goods names its first item by itself."""
    amount = summary.verified_text(row) or ""
    return amount if len(row.contribution.lines) > 1 else f"{row.item.name} {amount}".strip()
