"""What waits of village covenants: records to verify, objections to answer."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.deadlines.registry import Shown
from app.permissions import Actor, Permission
from app.tasks.registry import Task
from points.covenants import lines
from points.covenants.models import Covenant, CovenantItem, CovenantRecord


def _logged(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    columns = CovenantRecord.id.label("id"), CovenantRecord.state_since.label("since"), Covenant.region_code
    return (
        select(*columns)
        .join(Covenant, Covenant.id == CovenantRecord.covenant_id)
        .where(*lines.waiting(actor))
    )


def _objected(session: Session, actor: Actor) -> Select[uuid.UUID, datetime | None, str]:
    columns = CovenantRecord.id.label("id"), CovenantRecord.objected_at.label("since"), Covenant.region_code
    return (
        select(*columns)
        .join(Covenant, Covenant.id == CovenantRecord.covenant_id)
        .where(*lines.objected(actor))
    )


def _tell(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    rows = session.execute(
        select(CovenantRecord.id, CovenantRecord.code, CovenantItem.name)
        .join(CovenantItem, CovenantItem.id == CovenantRecord.item_id)
        .where(CovenantRecord.id.in_(ids))
    )
    return {
        key: Shown(_("村规民约：%(item)s", item=name), f"/staff/covenant-records/{code}")
        for key, code, name in rows
    }


_MINE = (Permission.VERIFY_COVENANTS,)
_DESK = "covenant_records_staff.index"
TASKS = (
    Task("covenant_record", _l("待核验的村规民约事项"), _MINE, _logged, _DESK, tell=_tell),
    Task("covenant_objection", _l("待答复的村规民约异议"), _MINE, _objected, _DESK, tell=_tell),
)
