"""The inbox, behind the member door and behind the staff door: the same pages in two frames."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.feature import Door, NavigationItem
from app.ids import clean_code
from app.messages import inbox, queries
from app.permissions import Permission

member = Blueprint("messages_member", __name__, url_prefix="/my/messages")
staff = Blueprint("messages_staff", __name__, url_prefix="/staff/messages")

NAVIGATION = (
    NavigationItem(
        Door.MEMBER,
        _l("站内消息"),
        "messages_member.index",
        Permission.OWN_MESSAGES,
        icon="envelope",
        order=800,
        count=queries.unread_count,
    ),
    NavigationItem(
        Door.STAFF,
        _l("站内消息"),
        "messages_staff.index",
        Permission.OWN_MESSAGES,
        icon="envelope",
        order=800,
        count=queries.unread_count,
    ),
)


@member.get("")
@staff.get("")
@requires(Permission.OWN_MESSAGES)
def index() -> ResponseReturnValue:
    """List the messages, newest first, all or unread only."""
    unread_only = request.args.get("show") == "unread"
    actor = current_actor()
    with reading() as session:
        page = queries.inbox(
            session,
            actor,
            unread_only=unread_only,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        unread = queries.unread_count(session, actor)
    layout = "layouts/staff.html" if request.blueprint == staff.name else "layouts/member.html"
    return render_template(
        "messages/inbox.html", layout=layout, page=page, unread=unread, unread_only=unread_only
    )


@member.post("/<code>/open")
@staff.post("/<code>/open")
@requires(Permission.OWN_MESSAGES)
def open_message(code: str) -> ResponseReturnValue:
    """Mark a message read and go where it leads."""
    actor = current_actor()

    def act(session: Session) -> str:
        message = queries.by_code(session, clean_code(code), actor)
        inbox.mark_read(session, [message.code], actor=actor)
        return message.link or url_for(".index")

    return press(act, url_for(".index"))


@member.post("/read-all")
@staff.post("/read-all")
@requires(Permission.OWN_MESSAGES)
def read_all() -> ResponseReturnValue:
    """Mark everything read."""

    def act(session: Session) -> str:
        count = inbox.mark_read(session, None, actor=current_actor())
        flash(_("已把 %(count)s 条消息标为已读。", count=count), "done")
        return url_for(".index")

    return press(act, url_for(".index"))
