"""The nightly look over the whole ledger."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import reading
from app.jobs.registry import DailyAt, Job
from points.ledger.reconciliation import reconcile


def check() -> str:
    """Rebuild every balance; a difference fails the run and is named."""
    with reading() as session:
        differences = [one.sentence for one in reconcile(session)]
    if differences:
        raise RuntimeError(f"{len(differences)} balances differ: {differences[0]}")
    return _("余额全部一致")


JOBS = (Job("points_reconcile", _l("夜间核对积分余额"), DailyAt(2, 20), check),)
