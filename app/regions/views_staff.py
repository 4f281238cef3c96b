"""The divisions as staff look them up: one division with what lies right below it."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from app import clock
from app.access import requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Permission
from app.regions import queries
from app.regions.forms import city_region

bp = Blueprint("regions_staff", __name__, url_prefix="/staff/regions")

NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("行政区划"),
        "regions_staff.show",
        Permission.USE_STAFF_DOOR,
        icon="geo-alt",
        order=810,
    ),
)


@bp.get("")
@requires(Permission.USE_STAFF_DOOR)
def show() -> str:
    """Show one division, the city unless the address names another, and its children in force."""
    code = request.args.get("code") or city_region()
    today = clock.today()
    with reading() as session:
        region = queries.get(session, code)
        path = queries.path(session, code)
        children = queries.children(session, code, on=today)
        counts = queries.child_counts(session, [child.code for child in children], on=today)
        after = queries.successors(session, code)
    rows = [
        {
            "name": child.name,
            "code": child.code,
            "level": child.level,
            "count": counts.get(child.code, 0),
            "url": url_for(".show", code=child.code) if child.code in counts else None,
        }
        for child in children
    ]
    return render_template("regions/show.html", region=region, path=path, rows=rows, successors=after)
