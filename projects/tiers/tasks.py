"""What waits of approval tiers: rows that somebody else proposed."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.deadlines.registry import Shown
from app.permissions import Actor, Permission
from app.tasks.registry import Task
from projects.tiers.kinds import TierState
from projects.tiers.models import ApprovalTier


def _waiting(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    return select(
        ApprovalTier.id.label("id"),
        ApprovalTier.proposed_at.label("since"),
        ApprovalTier.region_key.label("region_code"),
    ).where(
        ApprovalTier.state == TierState.PROPOSED,
        ApprovalTier.proposed_by_id.is_distinct_from(actor.person_id),
    )


def _tell(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    rows = session.scalars(select(ApprovalTier).where(ApprovalTier.id.in_(ids)))
    return {one.id: Shown(f"{one.thing.label} · {one.level.label}", "/staff/tiers") for one in rows}


TASKS = (
    Task(
        "tier",
        _l("待批准的审批权限"),
        (Permission.PUBLISH_TIERS,),
        _waiting,
        "tiers_staff.index",
        tell=_tell,
    ),
)
