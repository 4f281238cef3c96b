"""`/staff/points/<code>`: a party's statement for staff of its region."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.parties import queries as parties
from app.parties.models import Party
from app.permissions import Permission
from points.ledger.kinds import Purse
from points.rankings.screens import period_choices
from points.statements import doors, screens
from points.statements.choice import read_choice
from points.statements.doors import PaperForm
from points.statements.reader import Reader

bp = Blueprint("points_staff", __name__, url_prefix="/staff/points")


@bp.get("/<code>")
@requires(Permission.READ_POINTS)
def show(code: str) -> ResponseReturnValue:
    """Show one purse of a party of the actor's regions."""
    return _show(code, PaperForm())


@bp.post("/<code>")
@requires(Permission.READ_POINTS)
def paper(code: str) -> ResponseReturnValue:
    """Issue the statement that the address asks for as a paper."""
    form = PaperForm()
    with reading() as session:
        party, _reader_of_party = _reader(session, code)
    return doors.issue_paper(form, party, lambda one: url_for("papers_staff.show", code=one.code)) or _show(
        code, form
    )


def _show(code: str, form: PaperForm) -> ResponseReturnValue:
    today, choice = clock.today(), read_choice(request.args)
    with reading() as session:
        party, reader = _reader(session, code)
        if "export" in request.args:
            return doors.download(session, party, choice, request.args["export"])
        screen = screens.screen(session, party, choice, reader, today)
    page = render_template(
        "points/statement.html",
        form=form,
        paper_url=url_for(".show", code=party.code) + choice.address(),
        party=party,
        choice=choice,
        purses=Purse,
        periods=period_choices(today, choice.period),
        screen=screen,
    )
    return page, 422 if form.problems else 200


@bp.get("/<code>/why")
@requires(Permission.READ_POINTS)
def why(code: str) -> ResponseReturnValue:
    """Show where a party's points come from."""
    with reading() as session:
        party, reader = _reader(session, code)
        return doors.branch_or_root(session, party, reader)


@bp.get("/<code>/why/<int:number>")
@requires(Permission.READ_POINTS)
def source(code: str, number: int) -> ResponseReturnValue:
    """Show one source of a party's points with evidence and signers."""
    with reading() as session:
        party, reader = _reader(session, code)
        return doors.source(session, party, reader, number)


def _reader(session: Session, code: str) -> tuple[Party, Reader]:
    actor = current_actor()
    party = parties.staff_get(session, code, actor=actor, permission=Permission.READ_POINTS)
    return party, Reader(
        layout="layouts/staff.html",
        base=url_for(".why", code=party.code),
        crumbs=[
            (_("工作台"), "/staff"),
            (party.name, url_for("parties_staff.show", code=party.code)),
            (_("积分"), url_for(".show", code=party.code)),
        ],
        actor=actor,
        purses=tuple(Purse),
    )
