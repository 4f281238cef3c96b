"""What waits of publicity: objections that want an answer."""

import uuid
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.permissions import Actor, Permission
from app.tasks.registry import Task
from projects.publicity import objections
from projects.publicity.kinds import ObjectionState
from projects.publicity.models import Publicity, PublicityObjection
from projects.publicity.queries import staff_condition


def _waiting(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    return (
        select(
            PublicityObjection.id.label("id"),
            PublicityObjection.received_at.label("since"),
            Publicity.region_code,
        )
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .where(staff_condition(actor), PublicityObjection.state == ObjectionState.OPEN)
    )


TASKS = (
    Task(
        "objection",
        _l("待答复的公示异议"),
        (Permission.DECIDE_OBJECTIONS,),
        _waiting,
        "objections_staff.index",
        clock=objections.SUBJECT,
    ),
)
