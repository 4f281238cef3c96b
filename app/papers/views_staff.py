"""The register of papers, for staff of their regions: look, draw again, revoke."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.feature import Door, NavigationItem
from app.papers import kinds, papers, queries
from app.papers.forms import RevokeForm
from app.papers.models import PaperState
from app.papers.views_member import send, title_of
from app.parties import queries as parties
from app.permissions import Permission

bp = Blueprint("papers_staff", __name__, url_prefix="/staff/papers")

NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("文书登记"), "papers_staff.index", Permission.READ_PAPERS, icon="award", order=500
    ),
)


@bp.get("")
@requires(Permission.READ_PAPERS)
def index() -> ResponseReturnValue:
    """List the papers of the regions, newest first, by state and number."""
    state = request.args.get("state", "")
    chosen = PaperState(state) if state in set(PaperState) else None
    with reading() as session:
        page = queries.staff_list(
            session,
            current_actor(),
            state=chosen,
            number=request.args.get("q", "")[:60],
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        names = {paper.party_id: parties.get(session, paper.party_id).name for paper in page.rows}
    return render_template(
        "papers/register.html", page=page, names=names, state=chosen, states=PaperState, title_of=title_of
    )


@bp.get("/<code>.pdf")
@requires(Permission.READ_PAPERS)
def download(code: str) -> ResponseReturnValue:
    """Send the kept PDF, also of a revoked paper."""
    with reading() as session:
        paper = queries.staff_by_code(session, code, current_actor())
    return send(paper, "layouts/staff.html")


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.READ_PAPERS)
def show(code: str) -> ResponseReturnValue:
    """Show one paper with its history, and take it out of force."""
    actor = current_actor()
    with reading() as session:
        paper = queries.staff_by_code(session, code, actor)
        history = queries.history(session, paper)
        party = parties.get(session, paper.party_id)
        replacement = queries.replacement(session, paper)
    form = RevokeForm()

    def act(session: Session) -> str:
        papers.revoke(session, paper, reason=form.reason.data, actor=actor)
        return url_for(".show", code=paper.code)

    return form.carry_out(act) or form.page(
        "papers/show.html",
        paper=paper,
        history=history,
        party=party,
        replacement=replacement,
        kind=kinds.by_key(paper.kind),
        may_revoke=actor.may(Permission.REVOKE_PAPERS) and paper.ended_on is None,
    )


@bp.post("/<code>/draw")
@requires(Permission.REVOKE_PAPERS)
def draw(code: str) -> ResponseReturnValue:
    """Let a failed paper be drawn again."""
    actor = current_actor()
    back = url_for(".show", code=code)

    def act(session: Session) -> str:
        papers.draw_again(session, queries.staff_by_code(session, code, actor), actor=actor)
        return back

    return press(act, back)
