"""`/my/points`: what I, or an organisation that I work for, have earned, line by line."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.parties import queries as parties
from app.parties.models import Party
from app.permissions import Actor, Permission
from points.ledger.kinds import Purse
from points.rankings.screens import period_choices
from points.statements import doors, screens
from points.statements.choice import read_choice
from points.statements.doors import PaperForm
from points.statements.reader import Reader

bp = Blueprint("points_member", __name__, url_prefix="/my/points")
NAVIGATION = (
    NavigationItem(
        Door.MEMBER, _l("积分"), "points_member.index", Permission.OWN_STATEMENT, icon="star", order=300
    ),
)


@bp.get("")
@requires(Permission.OWN_STATEMENT)
def index() -> ResponseReturnValue:
    """Show one purse of one of the actor's parties; party, purse and period stay in the address."""
    return _show(PaperForm())


@bp.post("")
@requires(Permission.OWN_STATEMENT)
def paper() -> ResponseReturnValue:
    """Issue the statement that the address asks for as a paper."""
    form = PaperForm()
    with reading() as session:
        party, _reader_of_party = _reader(session)
    return doors.issue_paper(
        form, party, lambda one: url_for("papers_member.download", code=one.code)
    ) or _show(form)


def _show(form: PaperForm) -> ResponseReturnValue:
    today, choice = clock.today(), read_choice(request.args)
    with reading() as session:
        own = _own(session, current_actor())
        if not own:
            return render_template("points/no_party.html")
        party, reader = _reader(session)
        if "export" in request.args:
            return doors.download(session, party, choice, request.args["export"])
        screen = screens.screen(session, party, choice, reader, today)
    page = render_template(
        "points/my_points.html",
        form=form,
        paper_url=url_for(".index") + choice.address(party=party.code if len(own) > 1 else None),
        party=party,
        own=[(one.code, one.name) for one in own],
        choice=choice,
        purses=Purse,
        periods=period_choices(today, choice.period),
        screen=screen,
    )
    return page, 422 if form.problems else 200


def _own(session: Session, actor: Actor) -> Sequence[Party]:
    """Return the parties whose statements are the actor's to read: organisations first, then the person."""
    keys = [*dict.fromkeys(actor.organisations(Permission.OWN_STATEMENT))]
    if actor.person_id is not None:
        keys.append(actor.person_id)
    return [parties.get(session, key) for key in keys]


@bp.get("/why")
@requires(Permission.OWN_STATEMENT)
def why() -> ResponseReturnValue:
    """Show where the points of one of the actor's parties come from."""
    with reading() as session:
        party, reader = _reader(session)
        return doors.branch_or_root(session, party, reader)


@bp.get("/why/<int:number>")
@requires(Permission.OWN_STATEMENT)
def source(number: int) -> ResponseReturnValue:
    """Show one source of the points with evidence and signers."""
    with reading() as session:
        party, reader = _reader(session)
        return doors.source(session, party, reader, number)


def _reader(session: Session) -> tuple[Party, Reader]:
    actor = current_actor()
    own = _own(session, actor)
    party = _chosen(own)
    kept = {"party": party.code} if len(own) > 1 else {}
    return party, Reader(
        layout="layouts/member.html",
        base=url_for(".why"),
        crumbs=[
            (_("我的众力"), "/my"),
            (_("积分"), url_for(".index") + (f"?{urlencode(kept)}" if kept else "")),
        ],
        actor=actor,
        purses=tuple(Purse),
        kept=kept,
        is_own=True,
    )


def _chosen(own: Sequence[Party]) -> Party:
    """Return the party that the address names, else the first. Raises NotFound for a party that is not the actor's."""
    wanted = request.args.get("party", own[0].code if own else "")
    party = next((one for one in own if one.code == wanted), None)
    if party is None:
        raise NotFound(_("没有找到这个主体。"))
    return party
