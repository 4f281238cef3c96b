"""The minute job of the ledger and the rankings: new transfers get their leaves, and the standings their points."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs.registry import DailyAt, EveryMinutes, Job
from points.rankings.rollup import roll_up
from points.seals.sealing import seal


def refresh() -> str:
    """Number what is new, then add it up."""
    sealed = seal()
    return _("新存证 %(leaves)s 条，汇总 %(added)s 条", leaves=sealed, added=roll_up())


def seal_all() -> str:
    """Seal what the minute job's window has missed."""
    return _("新存证 %(leaves)s 条", leaves=seal(everything=True))


JOBS = (
    Job("points_standings", _l("更新积分存证和排行榜"), EveryMinutes(), refresh),
    Job("points_seal", _l("夜间存证"), DailyAt(2, 10), seal_all),
)
