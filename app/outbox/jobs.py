"""Jobs of the outbox."""

from flask_babel import lazy_gettext as _l

from app.db import transaction
from app.jobs.registry import DailyAt, EveryMinutes, Job
from app.outbox import queue


def deliver() -> str:
    """Send what is due."""
    return f"{queue.deliver_due()} sent"


def forget_old() -> str:
    """Delete what was sent long ago."""
    with transaction() as session:
        return f"{queue.forget_old(session)} messages deleted"


JOBS = (
    Job("outbox_deliver", _l("发送外发消息"), EveryMinutes(1), deliver),
    Job("outbox_forget", _l("清理已发送的外发消息"), DailyAt(3, 50), forget_old),
)
