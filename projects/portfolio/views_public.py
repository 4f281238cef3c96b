"""The public door: projects from their publicity on. What anybody may read names no person but who is responsible."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.access import current_actor, public
from app.db import reading
from app.feature import Door, NavigationItem
from app.ids import clean_code
from app.parties import queries as parties
from projects.portfolio import listing, queries, rules, screens
from projects.portfolio.kinds import ProjectState

bp = Blueprint("projects_public", __name__, url_prefix="/projects")
NAVIGATION = (NavigationItem(Door.PUBLIC, _l("帮扶项目"), "projects_public.index", order=25),)


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List the projects that anybody may read."""
    with reading() as session:
        filters = screens.read_filters(session, request.args)
        page = queries.public_page(session, filters, screens.read_place(request.args))
        rows = listing.rows(session, page, "projects_public.show", with_due=False)
        counties = listing.region_choices(session)
        campaigns = listing.campaign_choices(session)
    return render_template(
        "projects/public.html",
        page=page,
        filters=filters,
        states=[(one.value, one.label) for one in ProjectState if one in rules.PUBLIC],
        counties=counties,
        campaigns=campaigns,
        chosen_campaign=request.args.get("campaign"),
        columns=listing.public_columns(),
        rows=rows,
    )


@bp.get("/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    """Show one project to anybody."""
    with reading() as session:
        row = queries.public_get(session, clean_code(code))
        organisation = parties.get(session, row.project.organisation_id)
        return render_template(
            "projects/public_show.html",
            thing=screens.thing(session, row, Door.PUBLIC, current_actor()),
            one=row.project,
            organisation=organisation,
        )
