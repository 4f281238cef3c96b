"""The page of messages that could not be delivered."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.feature import Door, NavigationItem
from app.outbox import queries, queue
from app.permissions import Permission

bp = Blueprint("outbox_staff", __name__, url_prefix="/staff/outbox")

NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("外发消息"), "outbox_staff.index", Permission.MANAGE_OUTBOX, icon="send", order=920
    ),
)


@bp.get("")
@requires(Permission.MANAGE_OUTBOX)
def index() -> ResponseReturnValue:
    """Show how many messages stand where, the dead ones, and those that are tried again. Never their content."""
    with reading() as session:
        return render_template(
            "outbox/index.html",
            counts=queries.counts(session),
            dead=queries.dead(session),
            retrying=queries.retrying(session),
        )


@bp.post("/<code>/revive")
@requires(Permission.MANAGE_OUTBOX)
def revive(code: str) -> ResponseReturnValue:
    """Try a dead message again."""

    def act(session: Session) -> str:
        queue.revive(session, queries.by_code(session, code), actor=current_actor())
        flash(_("已重新排队，一分钟内再次发送。"), "done")
        return url_for(".index")

    return press(act, url_for(".index"))


@bp.post("/<code>/drop")
@requires(Permission.MANAGE_OUTBOX)
def drop(code: str) -> ResponseReturnValue:
    """Give a dead message up."""

    def act(session: Session) -> str:
        queue.drop(session, queries.by_code(session, code), actor=current_actor())
        flash(_("已放弃发送这条消息。"), "done")
        return url_for(".index")

    return press(act, url_for(".index"))
