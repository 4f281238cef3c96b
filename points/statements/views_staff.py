"""`/staff/points/<code>`: a party's statement for staff of its region."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.parties import queries as parties
from app.permissions import Permission
from points.ledger.kinds import Purse
from points.rankings.screens import period_choices
from points.statements import screens

bp = Blueprint("points_staff", __name__, url_prefix="/staff/points")


@bp.get("/<code>")
@requires(Permission.READ_POINTS)
def show(code: str) -> ResponseReturnValue:
    """Show one purse of a party of the actor's regions."""
    actor, today = current_actor(), clock.today()
    choice = screens.read_choice(request.args)
    with reading() as session:
        party = parties.staff_get(session, code, actor=actor, permission=Permission.READ_POINTS)
        screen = screens.screen(session, party, choice, actor, today)
    return render_template(
        "points/statement.html",
        party=party,
        choice=choice,
        purses=Purse,
        periods=period_choices(today, choice.period),
        screen=screen,
    )
