"""What runs by itself: sign-in attempts are forgotten when they no longer brake anything."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.db import transaction
from app.jobs.registry import DailyAt, Job
from app.users import sign_ins

KEPT = timedelta(days=7)  # the audit log keeps what happened for years


def forget() -> str:
    """Delete sign-in attempts older than a week."""
    with transaction() as session:
        gone = sign_ins.forget_attempts(session, clock.now() - KEPT)
    return str(_("清理 %(count)s 条", count=gone))


JOBS = (Job("sign_in_attempts", _l("清理过期的登录尝试"), DailyAt(3, 40), forget),)
