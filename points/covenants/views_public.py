"""`/villages`: each village's list of items, what was decided, who earned what, and what was verified of late."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app import clock
from app.access import public
from app.db import reading
from app.feature import Door, NavigationItem
from app.look.addresses import with_query
from app.regions import queries as regions
from points.covenants import lines, queries, screens

bp = Blueprint("villages_public", __name__, url_prefix="/villages")
NAVIGATION = (
    NavigationItem(Door.PUBLIC, _l("村规民约积分"), "villages_public.index", icon="houses", order=310),
)


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List the villages that have a programme."""
    with reading() as session:
        found = queries.all_covenants(session)
        places = regions.full_names(session, [one.region_code for one in found])
        rows = [screens.covenant_row(one, places, "villages_public.show") for one in found]
    return render_template("covenants/villages.html", rows=rows)


@bp.get("/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    """Show one village: the list in force, the decision, totals, and the ranking of a quarter or year."""
    today = clock.today()
    with reading() as session:
        covenant = queries.public_get(session, code)
        period = screens.read_period(request.args.get("period"), today)
        versions = queries.versions(session, covenant)
        places = lines.ranking(session, covenant, screens.span(period))
        return render_template(
            "covenants/village.html",
            covenant=covenant,
            place=regions.full_name(session, covenant.region_code),
            version=screens.version_screen(screens.present(versions, today)),
            item_columns=screens.ITEM_COLUMNS,
            totals=screens.totals(lines.totals(session, covenant)),
            period=period,
            periods=screens.periods(covenant.opened_at, today),
            ranking_columns=screens.RANKING_COLUMNS,
            ranking=[screens.ranking_row(one) for one in places],
            history=screens.history_rows(versions, today),
            history_columns=screens.HISTORY_COLUMNS,
        )


@bp.get("/<code>/publicity")
@public
def publicity(code: str) -> ResponseReturnValue:
    """Show what was verified or reversed in the last thirty days, and how to object."""
    with reading() as session:
        covenant = queries.public_get(session, code)
        page = lines.publicity(
            session, covenant, clock.now(), after=request.args.get("after"), before=request.args.get("before")
        )
        place = regions.full_name(session, covenant.region_code)
    return render_template(
        "covenants/publicity.html",
        covenant=covenant,
        place=place,
        columns=screens.PUBLICITY_COLUMNS,
        rows=[screens.publicity_row(one) for one in page.rows],
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )
