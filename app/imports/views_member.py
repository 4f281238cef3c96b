"""The member door of the wizard: an organisation's own registers."""

import uuid

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.feature import Door, NavigationItem
from app.imports import doors
from app.imports.pages import Entrance
from app.parties import queries as parties
from app.permissions import Actor, Permission


def _organisations(session: Session, actor: Actor) -> list[tuple[uuid.UUID, str, str]]:
    found = [parties.get(session, key) for key in actor.organisations(Permission.LOG_CONTRIBUTIONS)]
    return [(one.id, one.code, one.name) for one in found]


bp = doors.make(
    "imports_member",
    "/my/imports",
    Entrance(_organisations, "layouts/member.html", (_l("我的众力"), "/my")),
    Permission.LOG_CONTRIBUTIONS,
)

NAVIGATION = (
    NavigationItem(
        Door.MEMBER,
        _l("导入表格"),
        "imports_member.index",
        Permission.LOG_CONTRIBUTIONS,
        icon="file-earmark-spreadsheet",
        order=25,
    ),
)
