"""What waits of requests: their assessment, their review, their approval."""

import uuid
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.permissions import Actor, Permission
from app.tasks.registry import Task
from projects.requests.models import AidRequest
from projects.requests.queries import waiting_for
from projects.requests.steps import THING


def _waiting(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    columns = AidRequest.id.label("id"), AidRequest.state_since.label("since"), AidRequest.region_code
    return select(*columns).where(waiting_for(actor))


TASKS = (
    Task(
        "aid_request",
        _l("待办的求助申请"),
        (Permission.ASSESS_REQUESTS, Permission.APPROVE_REQUESTS),
        _waiting,
        "requests_staff.waiting",
        clock=THING,
    ),
)
