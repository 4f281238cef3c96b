"""The papers of a party and of the organisations it acts for."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import current_actor, requires
from app.db import reading
from app.downloads import as_download
from app.errors import Conflict
from app.feature import Door, NavigationItem
from app.files import queries as files
from app.files import storage
from app.papers import kinds, queries, rendering
from app.papers.models import Paper, PaperState
from app.permissions import Permission

bp = Blueprint("papers_member", __name__, url_prefix="/my/papers")

LOOKS = 8  # times that a page of a paper being drawn looks again by itself
LOOK_SECONDS = 10

NAVIGATION = (
    NavigationItem(
        Door.MEMBER, _l("证书和文书"), "papers_member.index", Permission.OWN_PAPERS, icon="award", order=500
    ),
)


@bp.get("")
@requires(Permission.OWN_PAPERS)
def index() -> ResponseReturnValue:
    """List the papers, newest first."""
    with reading() as session:
        page = queries.own(
            session, current_actor(), after=request.args.get("after"), before=request.args.get("before")
        )
    return render_template("papers/mine.html", page=page, title_of=title_of)


@bp.get("/<code>.pdf")
@requires(Permission.OWN_PAPERS)
def download(code: str) -> ResponseReturnValue:
    """Send the kept PDF, or, while it is being drawn, a page that looks again by itself."""
    with reading() as session:
        paper = queries.own_by_code(session, code, current_actor())
    if paper.ended_on is not None:
        raise Conflict(_("%(number)s 已不再有效，不能下载。", number=paper.number_text))
    return send(paper, "layouts/member.html")


def send(paper: Paper, layout: str) -> ResponseReturnValue:
    """Return the kept bytes of a paper unchanged; drawing is a job's work and never done here."""
    if paper.file_id is None:
        return _being_drawn(paper, layout)
    with reading() as session:
        file = files.get(session, paper.file_id)
    return as_download(storage.get(file.sha256), rendering.file_name(paper), file.media_type.value)


def _being_drawn(paper: Paper, layout: str) -> ResponseReturnValue:
    """Return the page that says so and looks again a few times; then only when asked, so that nobody is disturbed."""
    look = min(request.args.get("look", 0, type=int), LOOKS)
    page = render_template(
        "papers/being_drawn.html", paper=paper, layout=layout, title=title_of(paper), look=look
    )
    if paper.state is PaperState.FAILED:
        return page, 503
    again = {"Refresh": f"{LOOK_SECONDS}; url={request.path}?look={look + 1}"} if 0 <= look < LOOKS else {}
    return page, 202, again


def title_of(paper: Paper) -> str:
    """Return the title of a paper's kind."""
    return str(kinds.by_key(paper.kind).title)
