"""`/staff/gaps`: the same map at the staff door, beginning with the reader's own county."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Permission
from app.regions.rules import padded
from portal.gaps import screens

bp = Blueprint("gaps_staff", __name__, url_prefix="/staff/gaps")
NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("需求和资源"), "gaps_staff.index", Permission.READ_PROJECTS, "grid-3x3-gap", order=33
    ),
)


@bp.get("")
@requires(Permission.READ_PROJECTS)
def index() -> ResponseReturnValue:
    """Show the map; without a place in the address that of the reader's county, for the city's staff the whole city."""
    if not request.args:
        own = current_actor().regions(Permission.READ_PROJECTS)
        counties = {padded(code[:6]) for code in own}
        if len(counties) == 1 and not next(iter(counties)).endswith("00000000"):
            return redirect(url_for(".index", place=next(iter(counties))), 303)
    with reading() as session:
        shown = screens.page(session, "gaps_staff.index")
    return render_template("gaps/staff.html", **shown)
