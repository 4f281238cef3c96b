"""What the verification of the ledger asks of adjustment decisions."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.db import Base
from app.stored import stored_rows
from points.adjustments.models import AdjustmentDecision, AdjustmentState
from points.rulesets.models import RulesetReach
from points.verification.breaks import Break, BreakKind, missing, shown

_DECISION, _REACH = (
    Base.metadata.tables[model.__tablename__] for model in (AdjustmentDecision, RulesetReach)
)
_ADOPTED = (AdjustmentState.ADOPTED.value, AdjustmentState.DONE.value)
_SAID = ("programme_id", "number", "ruleset_id", "first_day", "last_day", "document_number", "adopted_at")


def check(session: Session) -> Iterator[Break]:
    """Yield every decision that is not what was signed when it was adopted, that nobody adopted, or that is gone."""
    reaches = dict(_told(session, _REACH))
    for key, decision in _told(session, _DECISION):
        reach = reaches.pop(key, None)
        if reach is None and decision["state"] not in _ADOPTED:
            continue
        is_same = reach is not None and all(reach[name] == decision[name] for name in _SAID)
        if not is_same or decision["state"] not in _ADOPTED:
            sentence = _("第 %(number)s 号调整决定与通过时不同。", number=decision["number"])
            yield Break(BreakKind.SIGNATURE, "adjustment_decision", shown(key), sentence)
    for key in reaches:
        yield missing("adjustment_decision", key, _("它通过时签过名。"))


def _told(session: Session, table: Table) -> Iterator[tuple[Any, dict[str, Any]]]:
    for row in stored_rows(session, table, "ORDER BY id"):
        yield row[0], dict(zip(table.columns.keys(), row, strict=True))
