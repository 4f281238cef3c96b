"""A request for aid of somebody else's county: a family, what it asks for, and who alone may read it."""

from sqlalchemy import select

from app import clock, db
from app.ids import new_id
from app.parties import households, persons
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.parties.persons import PersonData
from app.permissions import SYSTEM
from projects.requests.kinds import Applicant, Channel, RequestState, Urgency
from projects.requests.models import AidKind, AidRequest, AidRequestKind
from projects.tiers.kinds import TierLevel

WORDS = "灶房失火以后一家人暂住亲戚家"


def codes(region_code: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return codes by the first part of the endpoint's name, and values by the name of the part."""
    now = clock.now()
    with db.transaction() as session:
        head = persons.register_contact(session, PersonData("秦望川", region_code), actor=SYSTEM)
        home = households.open_household(
            session,
            region_code=region_code,
            members=[MemberData(head.id, HouseholdRelation.HEAD)],
            actor=SYSTEM,
        )
        request = AidRequest(
            id=new_id(),
            number="QZ2026-999999",
            household_id=home.id,
            person_id=head.id,
            whole_household=True,
            applicant=Applicant.SELF,
            applicant_id=head.id,
            region_code=region_code,
            channel=Channel.WINDOW,
            urgency=Urgency.NORMAL,
            words=WORDS,
            state=RequestState.SUBMITTED,
            state_since=now,
            created_at=now,
            submitted_at=now,
            holder_level=TierLevel.TOWN,
            revision=1,
            round=1,
            is_disputed=False,
        )
        kind = session.scalars(select(AidKind.id).order_by(AidKind.position)).first()
        request.kinds = [AidRequestKind(kind_id=kind)]
        session.add(request)
        session.flush()
        found = dict.fromkeys(("requests_staff", "requests_intake", "requests_member"), request.code)
        return found, {"household": home.code}
