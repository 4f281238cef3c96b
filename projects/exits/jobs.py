"""The nightly job of exits: who has thought it over leaves, and stages that are over are to be checked."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import reading, transaction
from app.errors import Refused
from app.jobs.registry import DailyAt, Job
from projects.exits import exits, queries


def go_on() -> str | None:
    """Each exit in a transaction of its own; twice or after days off it comes to the same."""
    with reading(fresh=True) as session:
        cooling, running = queries.cooling(session), queries.running(session)
    done = 0
    for verb, keys in ((exits.leave, cooling), (exits.open_check, running)):
        for key in keys:
            try:
                with transaction() as session:
                    done += verb(session, key)
            except Refused:  # its household has ended in the meantime
                continue
    return _("%(count)s 件退出事项有进展", count=done) if done else None


JOBS = (Job("exits", _l("退出冷静期和渐退"), DailyAt(0, 10), go_on),)
