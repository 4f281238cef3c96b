"""The page of one's own sign-in, the same behind the member and the staff door."""

import uuid

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from app.access import current_actor
from app.buttons import press
from app.db import reading
from app.users import sessions, users
from app.users.forms import ChangePasswordForm
from app.users.models import User


def security_page() -> ResponseReturnValue:
    """Answer the page on which the password is changed and the live sessions stand."""
    actor, signed = current_actor(), current_user.signed
    with reading() as session:
        user = session.get_one(User, actor.user_id)
        rows = sessions.live(session, user.id)
    form = ChangePasswordForm()
    form.present_hash = user.password_hash
    form.own_names = (actor.name, user.name)

    def act(session: Session) -> str:
        users.change_password(
            session, user.id, form.password_hash, actor=actor, keep_session=signed.session_id
        )
        flash(_("密码已更换，其他设备上的登录都已退出。"), "success")
        return url_for(".security")

    return form.carry_out(act) or form.page(
        "users/security.html", user=user, rows=rows, this_session=signed.session_id
    )


def end_own_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """Answer the button that ends one of one's own sessions."""
    back = url_for(".security")

    def act(session: Session) -> str:
        sessions.end_session(session, session_id, actor=current_actor())
        flash(_("那台设备上的登录已退出。"), "success")
        return back

    return press(act, back)
