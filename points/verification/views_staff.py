"""`/staff/ledger/verification`: what the last verifications of the ledger found."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.access import requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.jobs.models import JobRun
from app.permissions import Permission
from points.seals import queries as seals
from points.verification.jobs import NAME

bp = Blueprint("verification_staff", __name__, url_prefix="/staff/ledger/verification")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("验账"),
        "verification_staff.index",
        Permission.READ_AUDIT,
        icon="shield-check",
        order=830,
    ),
)
_SHOWN = 30


@bp.get("")
@requires(Permission.READ_AUDIT)
def index() -> ResponseReturnValue:
    """Show the outcome of the last nights."""
    with reading() as session:
        runs = session.scalars(
            select(JobRun)
            .where(JobRun.job == NAME)
            .order_by(JobRun.day.desc(), JobRun.id.desc())
            .limit(_SHOWN)
        ).all()
        return render_template("seals/verification.html", runs=runs, last=seals.last_seal(session))
