"""What waits of contributions: their verification."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.deadlines.registry import Shown
from app.permissions import Actor, Permission
from app.tasks.registry import Task
from projects.contributions import queries, summary
from projects.contributions.models import Contribution
from projects.contributions.rules import WAITING

PROMISE = "contribution.verify"


def _waiting(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    columns = Contribution.id.label("id"), Contribution.state_since.label("since"), Contribution.region_code
    mine = queries.in_regions(actor, Permission.VERIFY_CONTRIBUTIONS)
    return select(*columns).where(mine, Contribution.state.in_(WAITING))


def _tell(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    return {
        row.contribution.id: Shown(
            summary.title_of(row), f"/staff/contributions/desk/{row.contribution.code}"
        )
        for row in queries.rows_of(session, ids)
    }


TASKS = (
    Task(
        "contribution",
        _l("待核验的贡献"),
        (Permission.VERIFY_CONTRIBUTIONS,),
        _waiting,
        "contributions_staff.index",
        promise=PROMISE,
        tell=_tell,
    ),
)
