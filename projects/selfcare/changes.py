"""What becomes of assessments and agreements when a household changes, and after a visit of an agreement."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.parties.household_kinds import HouseholdEventKind
from app.parties.models import Party
from app.permissions import SYSTEM
from projects.care import homes, steps
from projects.selfcare import agreements, assessments, clocks
from projects.selfcare.kinds import AgreementState, AssessmentState
from projects.selfcare.models import CareAgreement, SelfCareAssessment
from projects.visits import rota
from projects.visits.models import Visit

K = HouseholdEventKind
_STANDS = (AssessmentState.AWAITING, AssessmentState.IN_FORCE)


def hear(
    session: Session,
    *,
    household_id: uuid.UUID,
    kind: HouseholdEventKind,
    members: Sequence[uuid.UUID],
    other_id: uuid.UUID | None = None,
    **_more: Any,
) -> None:
    """Both are a person's: whoever goes to the new household of a split takes them along. Death ends them.

    Moved: they go along. Ended household, or a member who leaves: they end, for nobody here can see to them.
    """
    if kind not in (K.SPLIT, K.MOVED, K.DEATH, K.CLOSED, K.MEMBER_ENDED):
        return
    judged = select(SelfCareAssessment).where(
        SelfCareAssessment.household_id == household_id, SelfCareAssessment.state.in_(_STANDS)
    )
    signed = select(CareAgreement).where(
        CareAgreement.household_id == household_id, CareAgreement.state == AgreementState.IN_FORCE
    )
    if kind not in (K.MOVED, K.CLOSED):
        judged = judged.where(SelfCareAssessment.person_id.in_(members))
        signed = signed.where(CareAgreement.person_id.in_(members))
    for found in session.scalars(judged).all():
        if kind is K.MOVED or kind is K.SPLIT:
            _take_along(session, clocks.ASSESSMENT, found, other_id)
        else:
            assessments.lapse(session, found, actor=SYSTEM)
    for made in session.scalars(signed).all():
        if kind is K.MOVED or kind is K.SPLIT:
            _take_along(session, clocks.AGREEMENT, made, other_id)
            _take_visit(session, made)
        else:
            agreements.lapse(session, made)
    session.flush()


def after_visit(session: Session, *, visit: Visit, **_more: Any) -> None:
    """Make the next visit of an agreement due, as long as it is in force."""
    if visit.subject_kind != clocks.AGREEMENT:
        return
    made = session.get_one(CareAgreement, visit.subject_id)
    if made.state is AgreementState.IN_FORCE:
        party = homes.held(session, visit.household_id)
        on = clock.civil_date(visit.made_at) if visit.made_at else clock.today()
        agreements.open_visit(session, party, made, on=on, actor=SYSTEM)


def _take_along(
    session: Session, kind: str, thing: SelfCareAssessment | CareAgreement, other_id: uuid.UUID | None
) -> None:
    if other_id is not None:
        thing.household_id = other_id
    thing.region_code = session.get_one(Party, thing.household_id).region_code
    session.flush()
    clocks.pass_on(session, kind, thing)
    steps.write(session, kind, thing, thing.state, actor=SYSTEM, to="household_changed")


def _take_visit(session: Session, made: CareAgreement) -> None:
    due = rota.due_of(session, clocks.AGREEMENT, made.id)
    if due is not None:
        due.household_id, due.region_code = made.household_id, made.region_code
