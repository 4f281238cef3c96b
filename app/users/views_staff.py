"""The staff door of the administrators: users, their roles, locks and sessions."""

import uuid

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.config import Settings
from app.db import reading
from app.feature import Door, NavigationItem
from app.paging import Order, fetch
from app.parties import queries as parties
from app.parties.models import Party
from app.permissions import Permission, Role
from app.regions import queries as regions
from app.users import grants, queries, sessions, staff, users
from app.users.forms import GrantForm, ReasonForm, ResetPasswordForm, StaffUserForm
from app.users.models import User
from app.users.security import end_own_session, security_page

bp = Blueprint("users_staff", __name__, url_prefix="/staff")

_ADMINISTRATORS = (Permission.MANAGE_USERS, Permission.GRANT_ROLES, Permission.LOCK_USERS)

NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("登录用户"),
        "users_staff.index",
        Permission.MANAGE_USERS,
        icon="person-gear",
        order=800,
    ),
    NavigationItem(
        Door.STAFF,
        _l("角色和锁定"),
        "users_staff.index",
        Permission.GRANT_ROLES,
        icon="person-lock",
        order=801,
    ),
    NavigationItem(
        Door.STAFF,
        _l("登录安全"),
        "users_staff.security",
        Permission.OWN_SECURITY,
        icon="shield-lock",
        order=990,
    ),
)


@bp.route("/security", methods=["GET", "POST"])
@requires(Permission.OWN_SECURITY)
def security() -> ResponseReturnValue:
    """Change the own password; see where one is signed in."""
    return security_page()


@bp.post("/security/sessions/<uuid:session_id>/end")
@requires(Permission.OWN_SECURITY)
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """End one of one's own sessions."""
    return end_own_session(session_id)


@bp.get("/users")
@requires(*_ADMINISTRATORS)
def index() -> ResponseReturnValue:
    """List users by name."""
    with reading() as session:
        page = fetch(
            session,
            queries.staff_users(
                current_actor(),
                text=request.args.get("q", "")[:100],
                locked=request.args.get("state") == "locked",
            ),
            (Order(Party.sort_key), Order(User.id)),
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        rows = queries.with_grants(session, [(user, name) for user, name in page.rows])
    return render_template(
        "users/index.html", page=page, rows=rows, may_enter=current_actor().may(Permission.MANAGE_USERS)
    )


@bp.route("/users/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS)
def new() -> ResponseReturnValue:
    """Enter a member of staff."""
    actor = current_actor()
    form = StaffUserForm()
    settings: Settings = current_app.extensions["zhongli"]

    def act(session: Session) -> str:
        user = staff.enter(
            session,
            name=form.person_name.data or "",
            identity_number=form.identity_number.data or "",
            region_code=settings.city_region,
            new=form.new_user(),
            actor=actor,
        )
        flash(_("已录入。请安全管理员授予角色，并把初始密码当面告诉本人。"), "success")
        return url_for(".show", user_id=user.id)

    return form.carry_out(act) or form.page("users/new.html")


@bp.route("/users/<uuid:user_id>", methods=["GET", "POST"])
@requires(*_ADMINISTRATORS)
def show(user_id: uuid.UUID) -> ResponseReturnValue:
    """Show a user with roles and sessions; grant a role."""
    actor = current_actor()
    form = GrantForm()

    def act(session: Session) -> str:
        grants.grant_role(
            session,
            user_id,
            Role(form.role.data),
            actor=actor,
            region_code=form.chosen_region(),
            valid_to=form.valid_to.data,
        )
        flash(_("角色已授予，从下一次操作起生效。"), "success")
        return url_for(".show", user_id=user_id)

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        row = queries.staff_user(session, user_id, actor=actor)
        return form.page(
            "users/show.html",
            row=row,
            sessions=sessions.live(session, user_id),
            places=regions.full_names(session, [one.region_code for one in row.grants if one.region_code]),
            organisations=parties.names_of(
                session, [one.organisation_id for one in row.grants if one.organisation_id]
            ),
            may_reset=users.may_manage(session, actor, row.user),
            may={permission.value: actor.may(permission) for permission in _ADMINISTRATORS},
        )


@bp.post("/users/grants/<uuid:grant_id>/end")
@requires(Permission.GRANT_ROLES)
def end_grant(grant_id: uuid.UUID) -> ResponseReturnValue:
    """Take a role back."""

    def act(session: Session) -> str:
        grant = grants.end_grant(session, grant_id, actor=current_actor())
        flash(_("角色已收回，立即生效。"), "success")
        return url_for(".show", user_id=grant.user_id)

    return press(act, url_for(".index"))


@bp.route("/users/<uuid:user_id>/password", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS, Permission.LOCK_USERS)
def reset_password(user_id: uuid.UUID) -> ResponseReturnValue:
    """Set a first password for somebody who lost the own one."""
    actor = current_actor()
    with reading() as session:
        row = queries.staff_user(session, user_id, actor=actor)
        users.ensure_may_manage(session, actor, row.user)
    form = ResetPasswordForm()

    def act(session: Session) -> str:
        users.reset_password(session, user_id, form.password_hash, actor=actor)
        flash(_("初始密码已设置，首次登录必须更换。"), "success")
        return url_for(".show", user_id=user_id)

    return form.carry_out(act) or form.page(
        "users/reset_password.html", row=row, back=url_for(".show", user_id=user_id)
    )


@bp.route("/users/<uuid:user_id>/lock", methods=["GET", "POST"])
@requires(Permission.LOCK_USERS)
def lock(user_id: uuid.UUID) -> ResponseReturnValue:
    """Lock a user out, or let a locked one in, with a reason."""
    actor = current_actor()
    with reading() as session:
        row = queries.staff_user(session, user_id, actor=actor)
    form = ReasonForm()
    locking = row.user.locked_at is None and request.args.get("unlock") != "1"

    def act(session: Session) -> str:
        verb = users.lock_user if locking else users.unlock_user
        verb(session, user_id, reason=form.reason.data or "", actor=actor)
        flash(_("已锁定，所有登录立即退出。") if locking else _("已解锁，可以重新登录。"), "success")
        return url_for(".show", user_id=user_id)

    return form.carry_out(act) or form.page("users/lock.html", row=row, locking=locking)


@bp.post("/users/<uuid:user_id>/sessions/end")
@requires(Permission.LOCK_USERS)
def end_sessions(user_id: uuid.UUID) -> ResponseReturnValue:
    """End all sessions of a user."""
    back = url_for(".show", user_id=user_id)

    def act(session: Session) -> str:
        count = sessions.end_all(session, user_id, actor=current_actor())
        flash(_("已退出 %(count)s 处登录。", count=count), "success")
        return back

    return press(act, back)
