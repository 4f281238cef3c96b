"""The nightly job that stops referrals whose consent has run out."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import transaction
from app.jobs.registry import DailyAt, Job
from projects.referrals import changes


def stop_expired() -> str | None:
    """Stop what nobody agrees to any more, in one transaction: there are few."""
    with transaction() as session:
        stopped = changes.stop_without_consent(session)
    return _("%(count)s 件转介因同意到期停止", count=stopped) if stopped else None


JOBS = (Job("referrals_consent", _l("停止同意到期的转介"), DailyAt(0, 20), stop_expired),)
