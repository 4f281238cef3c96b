"""What waits of projects: their review and their approval."""

import uuid
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.permissions import Actor, Permission
from app.tasks.registry import Task
from projects.portfolio import clocks
from projects.portfolio.models import Project
from projects.portfolio.queries import waiting_for


def _waiting(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    columns = Project.id.label("id"), Project.state_since.label("since"), Project.region_code
    return select(*columns).where(waiting_for(actor))


TASKS = (
    Task(
        "project",
        _l("待审核的项目"),
        (Permission.REVIEW_PROJECTS, Permission.APPROVE_PROJECTS),
        _waiting,
        "projects_staff.waiting",
        clock=clocks.SUBJECT,
    ),
)
