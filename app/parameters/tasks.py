"""What waits of parameters: numbers that somebody else proposed."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.deadlines.registry import Shown
from app.parameters.defaults import DEFAULTS
from app.parameters.kinds import ProposalState
from app.parameters.models import ParameterValue
from app.permissions import Actor, Permission
from app.tasks.registry import Task


def _waiting(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    return select(
        ParameterValue.id.label("id"),
        ParameterValue.proposed_at.label("since"),
        func.coalesce(ParameterValue.region_code, "").label("region_code"),
    ).where(
        ParameterValue.state == ProposalState.PROPOSED,
        ParameterValue.proposed_by_id.is_distinct_from(actor.person_id),
    )


def _tell(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    rows = session.execute(select(ParameterValue.id, ParameterValue.key).where(ParameterValue.id.in_(ids)))
    return {
        key: Shown(DEFAULTS[name][0].title if name in DEFAULTS else name, "/staff/parameters")
        for key, name in rows
    }


TASKS = (
    Task(
        "parameter",
        _l("待批准的期限和标准"),
        (Permission.PUBLISH_PARAMETERS,),
        _waiting,
        "parameters_staff.index",
        tell=_tell,
    ),
)
