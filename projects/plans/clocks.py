"""The yearly clock of a help plan."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deadlines import deadlines
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from app.permissions import Actor
from projects.care import homes
from projects.plans.models import HelpPlan

SUBJECT = "help_plan"
EVALUATION = DeadlineKind("plan.evaluate", _l("评估帮扶方案"), "plan.evaluate", HolderLevel.TOWN)
KINDS = (EVALUATION,)


def start(session: Session, plan: HelpPlan, *, on: date, actor: Actor) -> None:
    """Start the year until the next evaluation."""
    deadlines.start(
        session,
        EVALUATION,
        subject_kind=SUBJECT,
        subject_id=plan.id,
        region_code=plan.region_code,
        on=on,
        actor=actor,
    )


def shown(session: Session, plan_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls plans: the file's number, never a name."""
    rows = session.scalars(select(HelpPlan).where(HelpPlan.id.in_(plan_ids))).all()
    numbers = homes.number_of(session, {row.household_id for row in rows})
    return {
        row.id: Shown(
            _("帮扶方案 %(number)s", number=numbers.get(row.household_id, "")), f"/staff/plans/{row.code}"
        )
        for row in rows
    }
