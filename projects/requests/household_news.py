"""What becomes of requests when their household changes. Each case is decided here, in the change's transaction.

- It moves: an open request goes to the new place with its clocks. What was being publicised in the old place is taken
  down and proposed anew where the neighbours know the family.
- It splits: a request goes with the person concerned.
- The person concerned dies or leaves: a need of the whole household stays, spoken for by its head; any other ends.
- The file ends: so do its open requests.

What is decided, referred or handed over already is left to who carries it out, who hears the same signal.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.parties import household_queries
from app.parties import queries as parties
from app.parties.household_kinds import HouseholdEventKind
from app.parties.kinds import HouseholdRelation
from app.parties.signals import household_changed
from app.permissions import SYSTEM
from projects.requests import clocks, notices, outcomes, steps
from projects.requests.kinds import Applicant, RequestState
from projects.requests.models import AidRequest
from projects.requests.rules import UNDECIDED
from projects.tiers.kinds import TierLevel
from projects.tiers.rules import level_of_region

K = HouseholdEventKind
S = RequestState


@household_changed.connect
def _hear(
    session: Session,
    *,
    household_id: uuid.UUID,
    kind: HouseholdEventKind,
    members: Sequence[uuid.UUID],
    other_id: uuid.UUID | None = None,
    **_more: Any,
) -> None:
    if kind not in (K.MOVED, K.SPLIT, K.DEATH, K.MEMBER_ENDED, K.CLOSED):
        return
    session.flush()
    open_ones = select(AidRequest.id).where(
        AidRequest.household_id == household_id, AidRequest.state.in_(UNDECIDED)
    )
    for request_id in session.scalars(open_ones.order_by(AidRequest.id)).all():
        request = steps.hold(session, request_id)
        if request.state not in UNDECIDED:
            continue
        if kind is K.MOVED:
            _move(session, request)
        elif kind is K.SPLIT and other_id is not None:
            _split(session, request, members, other_id)
        elif kind is K.CLOSED:
            outcomes.close(session, request.id, reason=_("家庭档案已终止。"), actor=SYSTEM)
        elif request.person_id in members:
            _lose(session, request, died=kind is K.DEATH)


def _move(session: Session, request: AidRequest) -> None:
    before = request.region_code
    request.region_code = parties.get(session, request.household_id).region_code
    if request.holder_level is TierLevel.TOWN:
        request.holder_level = level_of_region(request.region_code)
    after = {"region_code": request.region_code}
    note = _("家庭迁到新的地方，申请随户转去，期限接着算。")
    if request.state is S.PUBLICISED:
        notices.withdraw(session, request, actor=SYSTEM)
        request.proposed_at = request.proposed_by_id = None
        note = _("家庭迁到新的地方，申请随户转去，在新的地方重新公示。")
        steps.move(session, request, S.ASSESSED, "request.move", actor=SYSTEM, note=note)
        clocks.start(session, request, clocks.PROPOSE, actor=SYSTEM)
    else:
        steps.stay(session, request, "request.move", actor=SYSTEM, note=note)
        clocks.pass_on(session, request, actor=SYSTEM)
    steps.trace(session, "request.move", request, actor=SYSTEM, before={"region_code": before}, after=after)


def _split(session: Session, request: AidRequest, members: Sequence[uuid.UUID], other_id: uuid.UUID) -> None:
    if request.person_id not in members:
        return
    before, request.household_id = request.household_id, other_id
    steps.stay(
        session, request, "request.split", actor=SYSTEM, note=_("分户以后，申请随求助人转到新的一户。")
    )
    steps.trace(
        session,
        "request.split",
        request,
        actor=SYSTEM,
        before={"household": before},
        after={"household": other_id},
    )


def _lose(session: Session, request: AidRequest, *, died: bool) -> None:
    there = [one for one in household_queries.members(session, request.household_id) if one.is_present]
    staying = [one for one in there if one.party.id != request.person_id]
    head = next((one for one in staying if one.relation is HouseholdRelation.HEAD), None)
    if request.whole_household and head is not None:
        before, request.person_id = request.person_id, head.party.id
        if request.applicant_id == head.party.id:
            request.applicant = Applicant.SELF
        elif request.applicant_id == before:
            request.applicant_id, request.applicant = head.party.id, Applicant.SELF
        note = _("求助人去世，全家的申请由户主继续。") if died else _("求助人离开这户，申请由户主继续。")
        steps.stay(session, request, "request.succeed", actor=SYSTEM, note=note)
        steps.trace(session, "request.succeed", request, actor=SYSTEM, after={"person": head.party.id})
        return
    reason = _("求助人去世，申请终止。") if died else _("求助人已不是这户的成员，可以随新的家庭重新提出。")
    outcomes.close(session, request.id, reason=reason, actor=SYSTEM)
