"""The job that keeps the table of runs short."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import transaction
from app.jobs import runs
from app.jobs.registry import DailyAt, Job


def forget_old_runs() -> str:
    """Delete finished runs past their keeping."""
    with transaction() as session:
        return _("清理 %(count)s 条运行记录", count=runs.forget_old(session))


JOBS = (Job("job_runs_forget", _l("清理过期的运行记录"), DailyAt(3, 40), forget_old_runs),)
