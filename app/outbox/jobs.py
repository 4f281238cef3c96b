"""Jobs of the outbox."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import transaction
from app.jobs.registry import DailyAt, EveryMinutes, Job
from app.outbox import queue


def deliver() -> str:
    """Send what is due."""
    return _("发送 %(count)s 条", count=queue.deliver_due())


def forget_old() -> str:
    """Delete what was sent long ago."""
    with transaction() as session:
        return _("清理 %(count)s 条", count=queue.forget_old(session))


JOBS = (
    Job("outbox_deliver", _l("发送外发消息"), EveryMinutes(1), deliver),
    Job("outbox_forget", _l("清理已发送的外发消息"), DailyAt(3, 50), forget_old),
)
