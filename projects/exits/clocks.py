"""The clocks of exits: confirming one, the time to think it over, the check of each stage."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deadlines import deadlines
from app.deadlines.models import Deadline
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from app.permissions import SYSTEM, Actor
from projects.care import homes
from projects.exits.models import HouseholdExit

SUBJECT = "household_exit"
LEAST, MOST = "exit.gradual_least_months", "exit.gradual_most_months"
REENTRY = "exit.reentry_months"
CONFIRM = DeadlineKind("exit.confirm", _l("确认退出申请"), "exit.confirm", HolderLevel.TOWN)
COOLING = DeadlineKind("exit.cooling_off", _l("退出冷静期"), "exit.cooling_off", HolderLevel.TOWN)
STAGE = DeadlineKind("exit.stage", _l("渐退核查"), "exit.stage", HolderLevel.TOWN)
KINDS = (CONFIRM, COOLING, STAGE)


def start(
    session: Session, leaving: HouseholdExit, kind: DeadlineKind, *, on: date, actor: Actor
) -> Deadline:
    """Start a clock of an exit."""
    return deadlines.start(
        session,
        kind,
        subject_kind=SUBJECT,
        subject_id=leaving.id,
        region_code=leaving.region_code,
        on=on,
        actor=actor,
    )


def pass_on(session: Session, leaving: HouseholdExit) -> None:
    """Let the clocks go along to the place where the household lives now."""
    deadlines.pass_on(
        session,
        SUBJECT,
        leaving.id,
        region_code=leaving.region_code,
        holder_level=HolderLevel.TOWN,
        actor=SYSTEM,
    )


def shown(session: Session, keys: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls exits: the file's number, never a name."""
    rows = session.scalars(select(HouseholdExit).where(HouseholdExit.id.in_(keys))).all()
    numbers = homes.number_of(session, {row.household_id for row in rows})
    return {
        row.id: Shown(
            _("%(kind)s %(number)s", kind=row.kind.label, number=numbers.get(row.household_id, "")),
            f"/staff/exits/{row.code}",
        )
        for row in rows
    }
