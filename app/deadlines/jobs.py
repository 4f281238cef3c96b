"""What runs by itself: late things come under supervision at night, and offices are told in the morning."""

import uuid
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.calendar import queries as calendar
from app.db import reading, transaction
from app.deadlines import queries
from app.deadlines.deadlines import supervise
from app.deadlines.rules import SupervisedLevel
from app.jobs.registry import DailyAt, Job
from app.messages import inbox
from app.permissions import SYSTEM, Role
from app.users.queries import office_holders

_LOT = 100
_WAKING_HOURS = range(8, 20)  # nobody is written to at night
_OFFICES = {
    SupervisedLevel.COUNTY: (Role.COUNTY_HANDLER, Role.COUNTY_REVIEWER, Role.COUNTY_APPROVER),
    SupervisedLevel.CITY: (Role.CITY_STAFF,),
}
REMINDER = inbox.Wording(
    "supervision.reminder",
    1,
    _l("督办提醒：%(count)s 件事项已超期"),
    _l("本级正在督办的超期事项有 %(count)s 件，其中昨天以来新列入 %(new)s 件。请到督办清单查看。"),
)


def supervise_late(day: date) -> str | None:
    """Put under supervision what is late on a day, and what has waited there too long one level higher."""
    done, last = 0, None
    while True:
        with transaction() as session:
            lot: list[uuid.UUID] = queries.to_supervise(session, day, after=last, limit=_LOT)
            done += sum(supervise(session, key, on=day, actor=SYSTEM) is not None for key in lot)
        if len(lot) < _LOT:
            break
        last = lot[-1]
    return _("%(count)s 件事项列入或升级督办", count=done) if done else None


def remind(day: date) -> str | None:
    """Tell those who hold the supervising offices what lies with them: on working days, by day, once a day."""
    now = clock.now().astimezone(clock.CITY_ZONE)
    if now.date() != day or now.hour not in _WAKING_HOURS:
        return None
    told = 0
    with reading() as session:
        if not calendar.load_calendar(session, since=day).is_working(day):
            return None
        counts = queries.supervised_counts(session, day)
    for (level, region), (count, new) in sorted(counts.items()):
        with transaction() as session:
            for person_id in office_holders(session, _OFFICES[level], region):
                told += inbox.send(
                    session,
                    person_id,
                    REMINDER,
                    {"count": count, "new": new},
                    key=f"supervision:{day.isoformat()}",
                    link="/staff/supervision",
                )
    return _("提醒 %(count)s 人", count=told) if told else None


JOBS = (
    Job("deadlines_supervise", _l("超期事项列入督办"), DailyAt(0, 20), run_for=supervise_late),
    Job("deadlines_remind", _l("督办提醒"), DailyAt(8, 30), run_for=remind),
)
