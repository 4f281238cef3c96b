"""`/rankings`: who gave most."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, figures
from app.access import public
from app.db import reading
from app.feature import Door, NavigationItem
from app.look.addresses import with_query
from app.regions import queries as regions
from app.regions.forms import city_region
from points.rankings import queries, screens
from points.rulesets.kinds import ContributionKind

bp = Blueprint("rankings_public", __name__, url_prefix="/rankings")
NAVIGATION = (NavigationItem(Door.PUBLIC, _l("积分排行"), "rankings_public.index", icon="trophy", order=200),)

COLUMNS = [
    {"key": "rank", "label": _l("名次"), "kind": "rank", "card": "lead"},
    {"key": "name", "label": _l("名称"), "card": "title", "url": "url", "sub": "kind", "clamp": True},
    {"key": "place", "label": _l("所在地"), "bare": True},
    {"key": "points", "label": _l("荣誉积分"), "kind": "points", "card": "side"},
]


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Show one ranking: period, kind, party kind and place stay in the address."""
    today = clock.today()
    choice = screens.read_choice(request.args, today)
    with reading() as session:
        page = queries.page(
            session, choice.cut, after=request.args.get("after"), before=request.args.get("before")
        )
        top = queries.top(session, choice.cut) if page.before else page.rows
        total = queries.count(session, choice.cut)
        as_of = queries.as_of(session)
        places = regions.full_names(session, {one.region_code for one in page.rows})
        counties = regions.children(session, city_region(), on=today)
        towns = regions.children(session, choice.county, on=today) if choice.county else []
    shown_as_of = figures.moment(as_of) if as_of else ""
    return render_template(
        "points/rankings.html",
        choice=choice,
        title=_("%(period)s积分排行", period=screens.period_words(choice.period)),
        columns=COLUMNS,
        rows=screens.rows(page.rows, places),
        total=total,
        chart=screens.chart(_("前十名"), top, shown_as_of),
        as_of=shown_as_of,
        periods=screens.period_choices(today, choice.period),
        kinds=ContributionKind.choices(),
        party_kinds=[(one.value, one.label) for one in screens.RANKED_KINDS],
        counties=[(one.code, one.name) for one in counties],
        towns=[(one.code, one.name) for one in towns],
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )
