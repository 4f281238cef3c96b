"""The staff door of the wizard: registers of the actor's regions."""

from flask_babel import lazy_gettext as _l

from app.feature import Door, NavigationItem
from app.imports import doors
from app.imports.pages import Entrance
from app.permissions import Permission

PERMISSIONS = (
    Permission.ENTER_PARTIES,
    Permission.ENTER_RECORDS,
    Permission.ENTER_TIPS,
    Permission.REVIEW_REGISTRATIONS,
    Permission.VERIFY_CONTRIBUTIONS,
)

bp = doors.make(
    "imports_staff",
    "/staff/imports",
    Entrance(None, "layouts/staff.html", (_l("工作台"), "/staff")),
    *PERMISSIONS,
)

NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("导入表格"),
        "imports_staff.index",
        PERMISSIONS,
        icon="file-earmark-spreadsheet",
        order=310,
    ),
)
