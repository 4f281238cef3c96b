"""What becomes of a help plan when its household splits, moves, loses somebody or ends."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from app.deadlines import deadlines
from app.deadlines.rules import HolderLevel
from app.parties.household_kinds import HouseholdEventKind
from app.parties.models import Party
from app.permissions import SYSTEM
from projects.care import steps
from projects.plans import clocks, plans

K = HouseholdEventKind


def hear(session: Session, *, household_id: uuid.UUID, kind: HouseholdEventKind, **_more: Any) -> None:
    """Moved: the plan goes along. Split, death: it stays, marked to be looked at again. Ended: it ends, too.

    The new household of a split gets a plan of its own, when somebody drafts one.
    """
    plan = plans.open_of(session, household_id)
    if plan is None:
        return
    if kind is K.MOVED:
        plan.region_code = session.get_one(Party, household_id).region_code
        deadlines.pass_on(
            session,
            clocks.SUBJECT,
            plan.id,
            region_code=plan.region_code,
            holder_level=HolderLevel.TOWN,
            actor=SYSTEM,
        )
        session.flush()
    elif kind is K.CLOSED:
        plans.end(session, plan, note="", actor=SYSTEM)
    elif kind in (K.SPLIT, K.DEATH, K.MEMBER_ENDED):
        steps.write(session, clocks.SUBJECT, plan, plan.state, actor=SYSTEM, to="household_changed")
