"""`/staff/commitment-texts`: the versions of the commitment text; `/staff/effects`: what a credit entry may touch."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.parties import queries as parties
from app.permissions import Permission
from credit import effects
from credit.commitments import commitments as signing
from credit.commitments import texts
from credit.commitments.forms import TextForm
from credit.commitments.models import CommitmentText, TextState

bp = Blueprint("commitments_staff", __name__, url_prefix="/staff")
READERS = (Permission.MANAGE_COMMITMENT_TEXTS, Permission.PUBLISH_COMMITMENT_TEXTS, Permission.ENTER_REQUESTS)
NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("信用承诺书"), "commitments_staff.index", READERS, icon="file-earmark-text", order=720
    ),
)
_COLUMNS = (
    {"key": "version", "label": _l("版本")},
    {"key": "title", "label": _l("标题"), "card": "title", "url": "url"},
    {"key": "valid_from", "label": _l("启用日期"), "kind": "date"},
    {"key": "state", "label": _l("状态"), "kind": "state", "card": "side"},
)
_EFFECT_COLUMNS = (
    {"key": "thing", "label": _l("事项"), "card": "title"},
    {"key": "whose", "label": _l("谁的事")},
    *({"key": mark.value, "label": mark.label} for mark in effects.Mark),
    {"key": "basis", "label": _l("依据")},
)


@bp.get("/commitment-texts")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """List the versions, the newest first, with the one in force."""
    actor = current_actor()
    with reading() as session:
        found = texts.versions(session)
        present = texts.in_force(session)
    rows = [
        {
            "version": _("第 %(version)s 版", version=one.version),
            "title": one.title,
            "url": url_for(".show", version=one.version),
            "valid_from": one.valid_from,
            "state": one.state,
        }
        for one in found
    ]
    may_draft = actor.may(Permission.MANAGE_COMMITMENT_TEXTS) and not any(
        one.state is TextState.DRAFT for one in found
    )
    return render_template(
        "commitments/index.html", columns=_COLUMNS, rows=rows, present=present, may_draft=may_draft
    )


@bp.route("/commitment-texts/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_COMMITMENT_TEXTS)
def new() -> ResponseReturnValue:
    """Write the draft of the next version; begins with the words in force."""
    form = TextForm()
    if request.method == "GET":
        with reading() as session:
            form.begin_with(texts.in_force(session))

    def act(session: Session) -> str:
        text = texts.draft(session, form.stated(), actor=current_actor())
        flash(_("草案已保存，由法制审核员核对后发布。"), "done")
        return url_for(".show", version=text.version)

    return form.carry_out(act) or form.page("commitments/new.html")


@bp.get("/commitment-texts/<int:version>")
@requires(*READERS)
def show(version: int) -> ResponseReturnValue:
    """Show a version as it is signed."""
    actor = current_actor()
    with reading() as session:
        text = texts.get(session, version)
        people = [one for one in (text.drafted_by_id, text.decided_by_id) if one is not None]
        names = parties.names_of(session, people)
        signed = signing.count_of(session, text.id)
    is_draft = text.state is TextState.DRAFT
    may_publish = is_draft and actor.may(Permission.PUBLISH_COMMITMENT_TEXTS)
    return render_template(
        "commitments/show.html",
        text=text,
        names=names,
        signed=signed,
        may_publish=may_publish and actor.person_id != text.drafted_by_id,
        may_drop=may_publish or (is_draft and actor.may(Permission.MANAGE_COMMITMENT_TEXTS)),
    )


@bp.post("/commitment-texts/<int:version>/publish")
@requires(Permission.PUBLISH_COMMITMENT_TEXTS)
def publish(version: int) -> ResponseReturnValue:
    """Publish a draft."""
    text = _draft(version)

    def act(session: Session) -> str:
        texts.publish(session, text.id, actor=current_actor())
        flash(_("第 %(version)s 版已发布，从启用日期起签署这一版。", version=version), "done")
        return url_for(".show", version=version)

    return press(act, url_for(".show", version=version))


@bp.post("/commitment-texts/<int:version>/drop")
@requires(Permission.MANAGE_COMMITMENT_TEXTS, Permission.PUBLISH_COMMITMENT_TEXTS)
def drop(version: int) -> ResponseReturnValue:
    """Give a draft up."""
    text = _draft(version)

    def act(session: Session) -> str:
        texts.drop(session, text.id, actor=current_actor())
        flash(_("已放弃这份草案。"), "done")
        return url_for(".index")

    return press(act, url_for(".show", version=version))


@bp.get("/effects")
@requires(Permission.USE_STAFF_DOOR)
def matrix() -> ResponseReturnValue:
    """Show what an entry of the credit lists may touch, and what it never may."""
    rows: dict[tuple[effects.Thing, effects.Whose], dict[str, object]] = {}
    for cell in effects.matrix():
        row = rows.setdefault(
            (cell.thing, cell.whose),
            {"thing": cell.thing.label, "whose": cell.whose.label, "basis": cell.basis},
        )
        row[cell.mark.value] = _("禁止") if cell.is_forbidden else cell.effect.label
        if cell.effect is not effects.Effect.NONE:
            row["basis"] = cell.basis
    return render_template("commitments/effects.html", columns=_EFFECT_COLUMNS, rows=list(rows.values()))


def _draft(version: int) -> CommitmentText:
    with reading() as session:
        text = texts.get(session, version)
    if text.state is TextState.DROPPED:
        raise NotFound(_("这份草案已经放弃。"))
    return text
