"""The nightly look over the whole ledger."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import reading
from app.jobs.registry import DailyAt, Job
from points.ledger.leaves import number_leaves
from points.ledger.reconciliation import reconcile


def check() -> str:
    """Number what the minute job missed, then rebuild every balance; a difference fails the run and is named."""
    numbered = number_leaves(everything=True)
    with reading() as session:
        differences = [one.sentence for one in reconcile(session)]
    if differences:
        raise RuntimeError(f"{len(differences)} balances differ: {differences[0]}")
    return _("新编号 %(leaves)s 条，余额全部一致", leaves=numbered)


JOBS = (Job("points_reconcile", _l("夜间核对积分余额"), DailyAt(2, 20), check),)
