"""The minute job that carries adopted decisions out."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs.registry import EveryMinutes, Job
from points.adjustments import execution


def carry_out() -> str | None:
    """Carry on with each adopted decision."""
    done = execution.carry_out_due()
    return _("调整 %(count)d 条贡献的积分", count=done) if done else None


JOBS = (Job("adjustments", _l("执行积分调整决定"), EveryMinutes(), carry_out),)
