"""The nightly job of the rota."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import transaction
from app.jobs.registry import DailyAt, Job
from projects.visits import rota

_LOT = 200


def plan_visits() -> str | None:
    """Make due what the categories of households ask for, a lot of households in each transaction."""
    changed, last = 0, None
    while True:
        with transaction() as session:
            keys = rota.lot(session, last, _LOT)
            changed += rota.plan_lot(session, keys)
        if len(keys) < _LOT:
            return _("安排或调整 %(count)s 次走访", count=changed) if changed else None
        last = keys[-1]


JOBS = (Job("visits_plan", _l("安排例行走访"), DailyAt(0, 12), plan_visits),)
