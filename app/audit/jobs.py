"""The minute job that gives audit events their place in the chain."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit import chain
from app.db import transaction
from app.jobs.registry import EveryMinutes, Job


def extend() -> str:
    """Chain everything that waits, in transactions of at most 1,000."""
    chained = 0
    while True:
        with transaction() as session:
            done = chain.extend(session)
        chained += done
        if done < chain.BATCH:
            return _("新入链 %(count)s 条", count=chained)


JOBS = (Job("audit_chain", _l("给审计日志编号成链"), EveryMinutes(), extend),)
