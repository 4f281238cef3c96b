"""The nightly job that ends the publicities whose last day is over."""

import logging

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.db import reading, transaction
from app.faults import describe
from app.jobs.registry import DailyAt, Job
from projects.publicity import publicity

log = logging.getLogger("zhongli.publicity")


class SomeNotEnded(RuntimeError):
    """Features could not take up some of the subjects; the others are done, and the next try takes the rest."""


def end_due() -> str | None:
    """End each round in a transaction of its own, so that one that cannot be ended holds up no other."""
    with reading(fresh=True) as session:
        waiting = publicity.due(session, clock.today())
    ended, failed = 0, []
    for publicity_id in waiting:
        try:
            with transaction() as session:
                ended += publicity.end(session, publicity_id)
        except Exception as problem:  # a feature's fault; told below, once every other is done
            log.warning("publicity %s: %s", publicity_id, describe(problem))
            failed.append(str(publicity_id))
    if failed:
        raise SomeNotEnded(f"{ended} ended, not ended: {', '.join(failed)}")
    return _("%(count)s 件公示期满", count=ended) if ended else None


JOBS = (Job("publicity_end", _l("结束期满的公示"), DailyAt(0, 5), end_due),)
