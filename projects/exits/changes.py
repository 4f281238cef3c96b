"""What becomes of an exit when its household changes, and after the visit that it wanted."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from app.parties.household_kinds import HouseholdEventKind
from app.parties.models import Party
from app.permissions import SYSTEM
from projects.care import steps
from projects.exits import clocks, exits
from projects.exits.kinds import ExitState
from projects.exits.models import HouseholdExit
from projects.visits.models import Visit

K = HouseholdEventKind


def hear(session: Session, *, household_id: uuid.UUID, kind: HouseholdEventKind, **_more: Any) -> None:
    """Moved: it goes along. Split, death: it stays with the old household, marked, for whoever decides to weigh.

    Ended: it lapses.
    """
    leaving = exits.open_of(session, household_id)
    if leaving is None:
        return
    if kind is K.MOVED:
        leaving.region_code = session.get_one(Party, household_id).region_code
        session.flush()
        clocks.pass_on(session, leaving)
    elif kind is K.CLOSED:
        exits.lapse(session, leaving)
    elif kind in (K.SPLIT, K.DEATH, K.MEMBER_ENDED):
        steps.write(session, clocks.SUBJECT, leaving, leaving.state, actor=SYSTEM, to="household_changed")


def after_visit(session: Session, *, visit: Visit, **_more: Any) -> None:
    """Let an exit go on after two have visited the household."""
    if visit.subject_kind == clocks.SUBJECT:
        leaving = session.get_one(HouseholdExit, visit.subject_id)
        if leaving.state is ExitState.APPLIED:
            exits.visited(session, leaving, actor=SYSTEM)
