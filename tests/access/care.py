"""A household of somebody else's county with a visit, a plan, an assessment, an agreement, an exit and a re-review."""

from datetime import timedelta

from app import clock, db
from app.parties import households, persons
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.parties.listed import HouseholdCategory
from app.parties.persons import PersonData
from app.permissions import SYSTEM
from projects.exits.kinds import ExitKind
from projects.exits.models import HouseholdExit
from projects.plans.models import HelpPlan
from projects.reviews.kinds import DrawState, ItemState
from projects.reviews.models import ReviewDraw, ReviewItem
from projects.selfcare.kinds import AssessmentState, SelfCareLevel
from projects.selfcare.models import CareAgreement, SelfCareAssessment
from projects.visits.kinds import FollowUpKind, VisitGround
from projects.visits.models import Visit, VisitFollowUp


def codes(region_code: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return codes by the first part of the endpoint's name, and values by the name of the part."""
    today, now = clock.today(), clock.now()
    with db.transaction() as session:
        head = persons.register_contact(session, PersonData("岳清明", region_code), actor=SYSTEM)
        home = households.open_household(
            session,
            region_code=region_code,
            members=[MemberData(head.id, HouseholdRelation.HEAD)],
            actor=SYSTEM,
        )
        place = {"household_id": home.id, "region_code": region_code}
        category = HouseholdCategory(
            household_id=home.id, category="低保边缘家庭", begin_on=today, recorded_at=now
        )
        visit = Visit(
            **place,
            ground=VisitGround.OTHER,
            subject_kind="household",
            subject_id=home.id,
            people_needed=1,
            opened_at=now,
        )
        plan = HelpPlan(
            **place, lead_department="示例", responsible_id=head.id, goal="示例的目标", drafted_at=now
        )
        judged = SelfCareAssessment(
            **place,
            person_id=head.id,
            scale_version=1,
            assessed_on=today,
            answers="",
            score=0,
            level=SelfCareLevel.FULL,
            state=AssessmentState.IN_FORCE,
            recorded_at=now,
        )
        agreement = CareAgreement(
            **place,
            person_id=head.id,
            carer_id=head.id,
            level=SelfCareLevel.PARTLY,
            tasks="示例的照料",
            visit_days=30,
            signed_on=today,
            valid_from=today,
            valid_to=today + timedelta(days=300),
            recorded_at=now,
        )
        draw = ReviewDraw(
            region_code=region_code,
            first_day=today,
            last_day=today,
            percent=5,
            seed="00",
            seed_hash="0" * 64,
            state=DrawState.DRAWN,
            committed_at=now,
            drawn_at=now,
        )
        session.add_all([category, visit, plan, judged, agreement, draw])
        session.flush()
        found = VisitFollowUp(visit_id=visit.id, **place, kind=FollowUpKind.OTHER, opened_at=now)
        leaving = HouseholdExit(
            **place, kind=ExitKind.VOLUNTARY, category_id=category.id, category="示例", applied_at=now
        )
        item = ReviewItem(
            **place,
            draw_id=draw.id,
            subject_kind="household_exit",
            subject_id=visit.id,
            state=ItemState.WAITING,
        )
        session.add_all([found, leaving, item])
        session.flush()
        return {
            "visits_staff": visit.code,
            "plans_staff": plan.code,
            "self_care_staff": judged.code,
            "care_agreements_staff": agreement.code,
            "exits_staff": leaving.code,
            "reviews_staff": item.code,
        }, {"file": home.code, "finding": found.code}
