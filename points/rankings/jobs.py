"""The minute job of the ledger and the rankings: new transfers get their leaves, and the standings their points."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs.registry import EveryMinutes, Job
from points.ledger.leaves import number_leaves
from points.rankings.rollup import roll_up


def refresh() -> str:
    """Number what is new, then add it up."""
    numbered = number_leaves()
    return _("新编号 %(leaves)s 条，汇总 %(added)s 条", leaves=numbered, added=roll_up())


JOBS = (Job("points_standings", _l("更新积分存证和排行榜"), EveryMinutes(), refresh),)
