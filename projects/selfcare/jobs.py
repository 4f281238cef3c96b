"""The nightly job of care agreements: notice before they expire, and the end of those whose day is over."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.db import reading, transaction
from app.jobs.registry import DailyAt, Job
from app.parameters import queries as parameters
from projects.selfcare import agreements, clocks, queries


def look_after() -> str | None:
    """Each agreement in a transaction of its own; twice or after days off it comes to the same."""
    today = clock.today()
    with reading(fresh=True) as session:
        days = parameters.value(session, clocks.RENEWAL.parameter_key, on=today)
        over, soon = queries.expired(session, today), queries.expiring(session, today, days)
    done = 0
    for key in soon:
        with transaction() as session:
            done += agreements.remind(session, key, days=days)
    for key in over:
        with transaction() as session:
            done += agreements.expire(session, key)
    return _("提醒或到期 %(count)s 份照料协议", count=done) if done else None


JOBS = (Job("care_agreements", _l("照料协议到期提醒"), DailyAt(0, 8), look_after),)
