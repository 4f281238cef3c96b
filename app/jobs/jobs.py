"""The nightly jobs that keep the tables of runs and of sent forms short."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, once
from app.db import transaction
from app.jobs import runs
from app.jobs.registry import DailyAt, Job

FORMS_KEPT = timedelta(days=7)  # longer than any page with a form stays open


def forget_old_runs() -> str:
    """Delete finished runs past their keeping."""
    with transaction() as session:
        return _("清理 %(count)s 条运行记录", count=runs.forget_old(session))


def forget_old_forms() -> str:
    """Delete the receipts of forms sent long ago."""
    with transaction() as session:
        return _("清理 %(count)s 条表单回执", count=once.forget(session, clock.now() - FORMS_KEPT))


JOBS = (
    Job("job_runs_forget", _l("清理过期的运行记录"), DailyAt(3, 40), forget_old_runs),
    Job("forms_forget", _l("清理过期的表单回执"), DailyAt(3, 45), forget_old_forms),
)
