"""The member door: one's own security, and the users of one's own organisation."""

import uuid

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
from app.permissions import Permission, Role
from app.users import clerks, grants, queries, users
from app.users.forms import ClerkRoleForm, ResetPasswordForm
from app.users.security import end_own_session, security_page

bp = Blueprint("users_member", __name__, url_prefix="/my")

NAVIGATION = (
    NavigationItem(
        Door.MEMBER,
        _l("本单位人员"),
        "users_member.clerks_index",
        Permission.MANAGE_ORGANISATION_USERS,
        icon="people",
        order=800,
    ),
    NavigationItem(
        Door.MEMBER,
        _l("登录安全"),
        "users_member.security",
        Permission.OWN_SECURITY,
        icon="shield-lock",
        order=900,
    ),
)


@bp.route("/security", methods=["GET", "POST"])
@requires(Permission.OWN_SECURITY)
def security() -> ResponseReturnValue:
    """Change the password; see where one is signed in."""
    return security_page()


@bp.post("/security/sessions/<uuid:session_id>/end")
@requires(Permission.OWN_SECURITY)
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """End one of one's own sessions."""
    return end_own_session(session_id)


@bp.get("/organisation/users")
@requires(Permission.MANAGE_ORGANISATION_USERS)
def clerks_index() -> ResponseReturnValue:
    """List who may act for one's organisations."""
    with reading() as session:
        rows = queries.users_of_organisations(session, actor=current_actor())
        organisations = current_actor().organisations(Permission.MANAGE_ORGANISATION_USERS)
        names = parties.names_of(session, organisations)
        people = [(names[one], parties.affiliations_of(session, one)) for one in organisations]
    return render_template("users/clerks.html", rows=rows, people=people)


@bp.route("/organisation/users/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION_USERS)
def new_clerk() -> ResponseReturnValue:
    """Make a user for a clerk or a second manager of one's organisation."""
    actor = current_actor()
    form = ClerkRoleForm()
    organisation_id = _organisation(actor.organisations(Permission.MANAGE_ORGANISATION_USERS))

    def act(session: Session) -> str:
        clerks.invite(
            session,
            organisation_id,
            name=form.person_name.data or "",
            new=form.new_user(),
            role=Role(form.role.data),
            actor=actor,
        )
        flash(_("已添加。请把登录名和初始密码当面告诉本人，首次登录必须更换密码。"), "success")
        return url_for(".clerks_index")

    return form.carry_out(act) or form.page("users/new_clerk.html")


@bp.post("/organisation/users/grants/<uuid:grant_id>/end")
@requires(Permission.MANAGE_ORGANISATION_USERS)
def end_grant(grant_id: uuid.UUID) -> ResponseReturnValue:
    """Take a role back."""
    back = url_for(".clerks_index")

    def act(session: Session) -> str:
        grants.end_grant(session, grant_id, actor=current_actor())
        flash(_("角色已收回，立即生效。"), "success")
        return back

    return press(act, back)


@bp.post("/organisation/affiliations/<uuid:affiliation_id>/end")
@requires(Permission.MANAGE_ORGANISATION_USERS)
def end_affiliation(affiliation_id: uuid.UUID) -> ResponseReturnValue:
    """Note that somebody no longer belongs to the organisation."""
    back = url_for(".clerks_index")

    def act(session: Session) -> str:
        clerks.dismiss(session, affiliation_id, actor=current_actor())
        flash(_("所属关系已结束，此人不再代表本单位。"), "success")
        return back

    return press(act, back)


@bp.route("/organisation/users/<uuid:user_id>/password", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION_USERS)
def reset_clerk_password(user_id: uuid.UUID) -> ResponseReturnValue:
    """Set a first password for a clerk who lost the own one."""
    actor = current_actor()
    with reading() as session:
        rows = [row for row in queries.users_of_organisations(session, actor=actor) if row.user.id == user_id]
    if not rows:
        raise NotFound(_("本单位没有这个用户。"))
    form = ResetPasswordForm()

    def act(session: Session) -> str:
        users.reset_password(session, user_id, form.password_hash, actor=actor)
        flash(_("初始密码已设置，首次登录必须更换。"), "success")
        return url_for(".clerks_index")

    return form.carry_out(act) or form.page(
        "users/reset_password.html", row=rows[0], back=url_for(".clerks_index")
    )


def _organisation(organisations: tuple[uuid.UUID, ...]) -> uuid.UUID:
    """Return the organisation meant: the one in the address, or the actor's only one."""
    asked = request.args.get("organisation")
    for one in organisations:
        if asked is None or str(one) == asked:
            return one
    raise NotFound(_("这不是您所在的单位。"))
