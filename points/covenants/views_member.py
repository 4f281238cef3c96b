"""`/my/village`: the points of my household in my village's programme, line by line."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.access import current_actor, requires
from app.db import reading
from app.look.addresses import with_query
from app.paging import Page
from app.permissions import Permission
from points.covenants import lines, queries, screens
from points.ledger import queries as ledger
from points.ledger.kinds import AccountKind

bp = Blueprint("covenants_member", __name__, url_prefix="/my/village")


@bp.get("")
@requires(Permission.USE_MEMBER_DOOR)
def index() -> ResponseReturnValue:
    """Show the household of the signed-in person, or of whose family they are; where there are several, the newest."""
    actor = current_actor()
    with reading() as session:
        own = queries.own_households(session, actor.person_id) if actor.person_id else []
        if not own:
            return render_template("covenants/mine.html", own=None)
        household, covenant, party = own[0]
        page: Page[lines.Line] = lines.records(
            session,
            covenant.id,
            household_id=household.id,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        programme = queries.programme_code(session, covenant)
        balance = ledger.balances(session, party.id, programme=programme)[AccountKind.HONOUR]
    return render_template(
        "covenants/mine.html",
        own=(household, covenant, party),
        balance=balance,
        columns=screens.OWN_COLUMNS,
        rows=[screens.record_row(one) for one in page.rows],
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )
