"""What waits of visits: those that are due, and findings that somebody has to see to."""

import uuid
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app import clock
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState
from app.permissions import Actor, Permission
from app.regions.rules import within_any
from app.tasks.registry import Task
from projects.visits import clocks
from projects.visits.kinds import FollowUpState, VisitState
from projects.visits.models import Visit, VisitFollowUp

_GO, _SETTLE = Permission.VISIT_HOUSEHOLDS, Permission.MANAGE_HOUSEHOLDS
NEAR = timedelta(days=7)
"""A visit stands in the queue from a week before its last day on; all that are due stand on the visits' own list."""


def _due(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    columns = Visit.id.label("id"), Visit.opened_at.label("since"), Visit.region_code
    near = exists().where(
        Deadline.subject_kind == clocks.SUBJECT,
        Deadline.subject_id == Visit.id,
        Deadline.state == DeadlineState.RUNNING,
        Deadline.due_on <= clock.today() + NEAR,
    )
    mine = within_any(Visit.region_code, actor.regions(_GO))
    return select(*columns).where(Visit.state == VisitState.DUE, mine, near)


def _found(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    columns = VisitFollowUp.id.label("id"), VisitFollowUp.opened_at.label("since"), VisitFollowUp.region_code
    return select(*columns).where(
        VisitFollowUp.state == FollowUpState.OPEN,
        within_any(VisitFollowUp.region_code, actor.regions(_SETTLE)),
    )


TASKS = (
    Task("visit", _l("待走访的家庭"), (_GO,), _due, "visits_staff.index", clock=clocks.SUBJECT),
    Task(
        "finding",
        _l("走访发现、待办理的问题"),
        (_GO,),
        _found,
        "visits_staff.findings",
        clock=clocks.FOLLOW_UP,
    ),
)
