"""What the frame around every page knows beyond app.context: doors, sign-in, the large-type switch, the site map."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _

from app.access import SIGN_IN, current_actor
from app.feature import Door, NavigationItem
from app.permissions import Permission

COOKIE = "accessible"
SIGN_OUT = "users_public.sign_out"


@dataclass(frozen=True)
class FrameLink:
    """A link of the frame."""

    label: str
    url: str
    active: bool = False


def frame_context() -> dict[str, Any]:
    """Return the frame's variables, see templates/layouts/base.html."""
    actor = current_actor()
    signed_in = actor.user_id is not None
    accessible = request.cookies.get(COOKIE) == "1"
    return {
        "viewer": actor.name if signed_in else None,
        "home_url": "/",
        "doors": _doors() if signed_in else [],
        "sign_in_url": None if request.endpoint == SIGN_IN else _url(SIGN_IN),
        "sign_out_url": _url(SIGN_OUT),
        "accessible_mode": accessible,
        "accessible_url": url_for("look.accessible", on="0" if accessible else "1", next=_here()),
        "site_map": _site_map(),
    }


def _doors() -> list[FrameLink]:
    actor = current_actor()
    here = Door.of_path(request.path)
    doors = [FrameLink(_("公众首页"), "/", here is Door.PUBLIC)]
    if actor.may(Permission.USE_MEMBER_DOOR):
        doors.append(FrameLink(_("我的众力"), "/my", here is Door.MEMBER))
    if actor.may(Permission.USE_STAFF_DOOR):
        doors.append(FrameLink(_("工作台"), "/staff", here is Door.STAFF))
    return doors


def _site_map() -> list[FrameLink]:
    items: list[NavigationItem] = []
    for feature in current_app.extensions.get("zhongli.features", ()):
        items += [one for one in feature.navigation if one.door is Door.PUBLIC and one.permission is None]
    return [
        FrameLink(str(one.label), url_for(one.endpoint)) for one in sorted(items, key=lambda one: one.order)
    ]


def _url(endpoint: str) -> str | None:
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def _here() -> str:
    if request.method != "GET":
        return "/"
    return request.full_path if request.query_string else request.path
