"""`/gaps`: what the city's projects still need, for everybody who could give it."""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from app.access import public
from app.db import reading
from app.feature import Door, NavigationItem
from portal.gaps import screens

bp = Blueprint("gaps_public", __name__, url_prefix="/gaps")
NAVIGATION = (
    NavigationItem(Door.PUBLIC, _l("需求地图"), "gaps_public.index", icon="grid-3x3-gap", order=35),
)


@bp.get("")
@public
def index() -> str:
    """Show the map of the city, or of one of its counties."""
    with reading() as session:
        shown = screens.page(session, "gaps_public.index")
    return render_template("gaps/public.html", **shown)
