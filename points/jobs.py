"""What runs by itself: every minute what people wait for, every night what the calendar brings.

Each step is a verb of its own that opens its transactions, does nothing twice, may run at once with itself, and
makes up days off; a run that was killed begins again at its first step.
"""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.db import reading
from app.jobs.registry import DailyAt, EveryMinutes, Job
from points.closing import closing
from points.ledger import expiry, expiry_notices, holds
from points.ledger.reconciliation import reconcile
from points.rankings.naming import refresh_names
from points.rankings.rollup import roll_up
from points.seals.sealing import seal
from points.statements import keeping

_SHOWN = 3
"""How many differences a failed run names; the command tells all."""


def every_minute() -> str:
    """Seal what is new, add it up in standings and flows, give back what was held too long."""
    sealed, added = seal(), roll_up()
    keeping.keep()
    freed = holds.time_out_due()
    return _(
        "新存证 %(sealed)s 条，汇总 %(added)s 条，超时退回 %(freed)s 笔",
        sealed=sealed,
        added=added,
        freed=freed,
    )


def every_night() -> str:
    """Seal all, end what has ended, tell what will, compare the caches, see who may be named, close the months due.

    A difference fails the run and is named: no month closes over a ledger that does not add up.
    """
    sealed = seal(everything=True)
    ended = expiry.expire_due(clock.today() - timedelta(days=1))
    told = expiry_notices.notice_due()
    with reading(fresh=True) as session:
        differences = [one.sentence for one in reconcile(session)]
        differences += [sentence for _account, sentence in keeping.differences(session)]
    if differences:
        raise RuntimeError(f"{len(differences)} differences: {' '.join(differences[:_SHOWN])}")
    renamed = refresh_names()
    closed = closing.close_due()
    return _(
        "新存证 %(sealed)s 条，到期 %(ended)s 个账户，提醒 %(told)s 条，核对一致，上榜变动 %(renamed)s 名，"
        "结账 %(closed)s 个月",
        sealed=sealed,
        ended=ended,
        told=told,
        renamed=renamed,
        closed=closed,
    )


JOBS = (
    Job("points_minute", _l("积分存证、排行榜和冻结时限"), EveryMinutes(), every_minute),
    Job("points_nightly", _l("积分到期、核对和结账"), DailyAt(2, 20), every_night),
)
