"""A referral and an alert of the shown county, for the strangers to guess."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, db
from app.parties.household_queries import members
from app.parties.models import Party
from projects.comparisons.kinds import AlertKind
from projects.comparisons.models import ComparisonAlert
from projects.referrals.kinds import ReferralKind, ReferralState
from projects.referrals.models import Referral
from projects.requests.models import AidKind

NEED = "转介里写的困难情形"
REASON = "比对发现的情况原话"


def codes(household_code: str, organisation: Party) -> dict[str, str]:
    """Return the codes of something referred to an organisation, and of an alert, of one household."""
    with db.transaction() as session:
        household = session.scalars(select(Party).where(Party.code == household_code)).one()
        referral = _referral(session, household, organisation)
        alert = ComparisonAlert(
            kind=AlertKind.HOUSING,
            household_id=household.id,
            basis=b"b" * 32,
            region_code=household.region_code,
            reason=REASON,
            found_at=clock.now(),
        )
        session.add(alert)
        session.flush()
    return {
        "referrals_staff": referral.code,
        "referrals_member": referral.code,
        "comparisons_staff": alert.code,
    }


def _referral(session: Session, household: Party, organisation: Party) -> Referral:
    referral = Referral(
        kind=ReferralKind.REFERRAL,
        household_id=household.id,
        person_id=members(session, household.id)[0].party.id,
        region_code=household.region_code,
        aid_kind_id=session.scalars(select(AidKind.id).where(AidKind.is_statutory.is_(False))).first(),
        words=NEED,
        organisation_id=organisation.id,
        state=ReferralState.SENT,
        state_since=clock.now(),
        created_at=clock.now(),
    )
    session.add(referral)
    session.flush()
    return referral
