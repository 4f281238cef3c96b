"""The auditor's search page over the log."""

import uuid

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import current_actor, requires
from app.audit import queries
from app.audit.forms import read_search
from app.audit.words import VERBS
from app.config import Settings
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.permissions import Permission, Role

bp = Blueprint("audit_staff", __name__, url_prefix="/staff/audit")

NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("审计日志"),
        "audit_staff.index",
        Permission.READ_AUDIT,
        icon="journal-check",
        order=900,
    ),
)


@bp.get("")
@requires(Permission.READ_AUDIT)
def index() -> str:
    """List events, newest first."""
    search, problems = read_search(request.args)
    with reading() as session:
        page = queries.staff_events(
            session,
            search,
            city_region=_city(),
            actor=current_actor(),
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
    return render_template(
        "audit/index.html", page=page, search=search, problems=problems, role_names=_roles(), verbs=VERBS
    )


@bp.get("/<event>")
@requires(Permission.READ_AUDIT)
def show(event: str) -> str:
    """Show one event with what changed."""
    try:
        key = uuid.UUID(event)
    except ValueError:
        raise NotFound(_("没有这条日志。")) from None
    with reading() as session:
        found = queries.staff_event(session, key, city_region=_city(), actor=current_actor())
    if found is None:
        raise NotFound(_("没有这条日志。"))
    return render_template(
        "audit/event.html", event=found[0], detail=found[1], role_names=_roles(), verbs=VERBS
    )


def _city() -> str:
    settings: Settings = current_app.extensions["zhongli"]
    return settings.city_region


def _roles() -> dict[str, str]:
    return {role.value: str(role.label) for role in Role} | {"system": _("系统"), "public": _("公众")}
