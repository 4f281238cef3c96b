"""`/staff/tiers`: who approves up to which sum; what will change on which day; proposing and approving a row."""

from flask import Blueprint, Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Actor, Permission
from app.regions import queries as regions
from projects.tiers import proposals, queries, screens
from projects.tiers.forms import TierForm

READERS = (Permission.MANAGE_TIERS, Permission.PUBLISH_TIERS)
bp = Blueprint("tiers_staff", __name__, url_prefix="/staff/tiers")


def _waiting(session: Session, actor: Actor) -> int:
    """Return how much waits for who approves."""
    return queries.count_waiting(session) if actor.may(Permission.PUBLISH_TIERS) else 0


NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("审批权限"), "tiers_staff.index", READERS, icon="sliders", order=810, count=_waiting
    ),
)


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """Show the table of each thing, what waits for approval, what comes, what was."""
    actor = current_actor()
    with reading() as session:
        found = queries.tables(session, today=clock.today())
        every = [one for table in found for one in (*table.now, *table.coming, *table.waiting, *table.past)]
        places = regions.full_names(session, [one.region_code for one in every if one.region_code])
        names = queries.names(session, every)
        tables = [
            {
                "title": table.thing.label,
                "rows": screens.rows(table.now, places, names),
                "coming": [screens.change(one, queries.before(session, one), places) for one in table.coming],
                "past": screens.rows(table.past, places, names),
            }
            for table in found
        ]
        waiting = [
            {
                "code": one.code,
                "thing": one.thing.label,
                "change": screens.change(one, queries.before(session, one), places),
                "basis": one.basis,
                "who": names.get(one.proposed_by_id or one.id, ""),
                "proposed_at": one.proposed_at,
                "may_approve": actor.may(Permission.PUBLISH_TIERS) and one.proposed_by_id != actor.person_id,
            }
            for table in found
            for one in table.waiting
        ]
    return render_template(
        "tiers/index.html",
        tables=tables,
        waiting=waiting,
        columns=screens.COLUMNS,
        history_columns=screens.HISTORY_COLUMNS,
        may_propose=actor.may(Permission.MANAGE_TIERS),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_TIERS)
def new() -> ResponseReturnValue:
    """Propose a row."""
    form = TierForm()

    def act(session: Session) -> str:
        proposals.propose(session, form.proposed(), actor=current_actor())
        flash(_("已提交，由法制审核员审核后发布。"), "done")
        return url_for(".index")

    return form.carry_out(act) or form.page("tiers/new.html")


@bp.post("/<code>/approve")
@requires(Permission.PUBLISH_TIERS)
def approve(code: str) -> Response:
    """Publish a proposed row."""

    def act(session: Session) -> str:
        proposals.approve(session, queries.get(session, code).id, actor=current_actor())
        flash(_("已发布，从生效之日起适用。"), "done")
        return url_for(".index")

    return press(act, url_for(".index"))


@bp.post("/<code>/drop")
@requires(*READERS)
def drop(code: str) -> Response:
    """Put a proposed row aside."""

    def act(session: Session) -> str:
        proposals.drop(session, queries.get(session, code).id, actor=current_actor())
        flash(_("已标为未采用。"), "done")
        return url_for(".index")

    return press(act, url_for(".index"))
