"""The minute job that carries out what was too long for a request."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs.registry import EveryMinutes, Job
from points.simulation import simulations


def carry_out() -> str | None:
    """Carry out the simulations that wait."""
    done = simulations.carry_out_due()
    return _("试算 %(count)d 次", count=done) if done else None


JOBS = (Job("simulations", _l("试算积分规则"), EveryMinutes(), carry_out),)
