"""What becomes of visits when a household splits, moves, loses somebody or ends."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.parties.household_kinds import HouseholdEventKind
from app.parties.models import Party
from app.permissions import SYSTEM
from projects.visits import clocks, rota
from projects.visits.kinds import FollowUpState, VisitState
from projects.visits.models import Visit, VisitFollowUp

K = HouseholdEventKind


def hear(
    session: Session, *, household_id: uuid.UUID, kind: HouseholdEventKind, on: date, **_more: Any
) -> None:
    """Moved: what is due goes along to the new place. Ended: nothing is due any more; findings stay to be closed.

    Split: the old household keeps its visit; the new one gets its own as soon as it stands in a category. Death: the
    others are visited as before, and by two where a child remains.
    """
    due = select(Visit).where(Visit.household_id == household_id, Visit.state == VisitState.DUE)
    if kind is K.MOVED:
        place = session.get_one(Party, household_id).region_code
        found = select(VisitFollowUp).where(
            VisitFollowUp.household_id == household_id, VisitFollowUp.state == FollowUpState.OPEN
        )
        for visit in session.scalars(due):
            visit.region_code = place
            clocks.pass_on(session, visit)
        for follow_up in session.scalars(found):
            follow_up.region_code = place
            clocks.pass_on(session, follow_up)
    elif kind is K.CLOSED:
        for visit in session.scalars(due):
            rota.cancel(session, visit, actor=SYSTEM)
    elif kind in (K.DEATH, K.SPLIT, K.MEMBER_ADDED, K.MEMBER_ENDED, K.TAG_BEGUN, K.TAG_ENDED):
        party = session.get_one(Party, household_id)
        for visit in session.scalars(due):
            visit.people_needed = rota.people_needed(session, party, visit.ground)
    session.flush()
