"""The nightly comparison of household files with the data of other departments."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import reading, transaction
from app.jobs.registry import DailyAt, Job
from projects.comparisons import comparing

_LOT = 200


def run() -> str | None:
    """Compare lot by lot, each in a transaction of its own; return how many alerts are new."""
    made = 0
    after: uuid.UUID | None = None
    while True:
        with reading(fresh=True) as session:
            household_ids = comparing.lot(session, after, _LOT)
        if not household_ids:
            return _("新增 %(count)s 条比对提示", count=made) if made else None
        with transaction() as session:
            made += comparing.compare(session, household_ids)
        after = household_ids[-1]


JOBS = (Job("comparisons_run", _l("比对其他部门的数据"), DailyAt(2, 30), run),)
