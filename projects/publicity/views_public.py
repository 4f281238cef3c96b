"""`/publicity`: what is shown before it is decided; `/objections`: an objector asks what became of it."""

from dataclasses import replace

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import public
from app.db import reading
from app.deadlines import queries as deadlines
from app.errors import Conflict
from app.feature import Door, NavigationItem
from app.ids import clean_code
from app.look.addresses import with_query
from app.permissions import ANYONE, Actor
from app.regions import queries as regions
from projects.publicity import handlers, objections, publicity, queries, screens
from projects.publicity.forms import ObjectionForm

bp = Blueprint("publicity_public", __name__, url_prefix="/publicity")
receipts = Blueprint("objections_public", __name__, url_prefix="/objections")
NAVIGATION = (NavigationItem(Door.PUBLIC, _l("公示"), "publicity_public.index", icon="megaphone", order=30),)


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List what is shown now, and what ended a short time ago."""
    kind = request.args.get("kind") or None
    today = clock.today()
    with reading() as session:
        page = queries.public_list(
            session, kind=kind, after=request.args.get("after"), before=request.args.get("before")
        )
        places = regions.full_names(session, [one.region_code for one in page.rows])
    return _unlisted(
        render_template(
            "publicity/index.html",
            columns=screens.COLUMNS,
            rows=[screens.row(one, places, today) for one in page.rows],
            kinds=[(one.kind, one.label) for one in handlers.known()],
            kind=kind,
            before=with_query(before=page.before, after=None) if page.before else None,
            after=with_query(after=page.after, before=None) if page.after else None,
        )
    )


@bp.route("/<code>", methods=["GET", "POST"])
@public
def show(code: str) -> ResponseReturnValue:
    """Show one publicity; take an objection, without an account, and lead to its receipt."""
    form = ObjectionForm()
    with reading() as session:
        found = queries.public_get(session, code)

    def act(session: Session) -> str:
        objection = objections.object_to(
            session, found.id, words=form.words.data or "", contact=form.contact.data, actor=_objector()
        )
        return url_for("objections_public.show", code=objection.code, new=1)

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        found = queries.public_get(session, code)
        steps = queries.steps_of(session, found.id)
        place = regions.full_name(session, found.region_code)
    try:
        publicity.ensure_takes_objections(found, clock.today())
        closed = None
    except Conflict as refused:
        closed = refused.sentence
    body, status = form.page(
        "publicity/show.html",
        publicity=found,
        kind=screens.label_of(found),
        tone_name=screens.TONES[found.state],
        until=screens.until(found, clock.today()),
        place=place,
        timeline=screens.timeline(steps),
        closed=closed,
    )
    answer = make_response(body, status)
    if not any(one.kind == found.subject_kind and one.indexed for one in handlers.known()):
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@receipts.get("")
@public
def ask() -> ResponseReturnValue:
    """Ask for a receipt number, and lead to its page."""
    code = clean_code(request.args.get("code", ""))
    if code:
        return redirect(url_for(".show", code=code), 303)
    return render_template("publicity/ask.html")


@receipts.get("/<code>", endpoint="show")
@public
def show_receipt(code: str) -> ResponseReturnValue:
    """Show what became of an objection; its words are not repeated, whoever may look over the shoulder."""
    with reading() as session:
        objection, found = queries.objection_by_receipt(session, code)
        clocks = deadlines.of(session, objections.SUBJECT, [objection.id], closed=True)
    return _unlisted(
        render_template(
            "publicity/receipt.html",
            objection=objection,
            publicity=found,
            tone_name=screens.TONES[objection.state],
            clocks=clocks.get(objection.id, []),
            is_new="new" in request.args,
        )
    )


def _objector() -> Actor:
    """Return who objects: nobody by name, signed in or not."""
    return replace(ANYONE, address=request.remote_addr)


def _unlisted(page: str) -> Response:
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "no-store"
    return answer
