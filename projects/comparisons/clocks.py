"""The clock of an alert: until when somebody has looked at it."""

import uuid
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deadlines import queries as deadline_queries
from app.deadlines.clocks import Clock
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from projects.comparisons.models import ComparisonAlert

SUBJECT = "comparison_alert"
HANDLE = DeadlineKind("comparison.handle", _l("数据比对提示处理"), "comparison.handle", HolderLevel.TOWN)


def shown(session: Session, alert_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls alerts, and where staff handle them."""
    rows = session.execute(
        select(ComparisonAlert.id, ComparisonAlert.code, ComparisonAlert.kind).where(
            ComparisonAlert.id.in_(alert_ids)
        )
    )
    return {key: Shown(str(kind.label), f"/staff/comparisons/{code}") for key, code, kind in rows}


def running(session: Session, alert_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Clock]:
    """Return the clock of each alert that has one running."""
    found = deadline_queries.of(session, SUBJECT, alert_ids)
    return {key: clocks[0] for key, clocks in found.items() if clocks}
