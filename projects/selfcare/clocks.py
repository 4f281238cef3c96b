"""The clocks of self-care: the second assessment, and renewing an agreement before it expires."""

import uuid
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deadlines import deadlines
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from app.permissions import SYSTEM
from projects.care import homes
from projects.selfcare.models import CareAgreement, SelfCareAssessment

ASSESSMENT = "self_care_assessment"
AGREEMENT = "care_agreement"
ASSESSORS = "care.assessors"
VISITS = "visit.care_agreement"
SECOND = DeadlineKind("care.second", _l("第二人独立评估自理能力"), "care.second_assessment", HolderLevel.TOWN)
RENEWAL = DeadlineKind("care.renew", _l("续签照料协议"), "care.renew", HolderLevel.TOWN)
KINDS = (SECOND, RENEWAL)


def pass_on(session: Session, subject_kind: str, thing: SelfCareAssessment | CareAgreement) -> None:
    """Let the clock of a thing go along to the place where it lies now."""
    deadlines.pass_on(
        session,
        subject_kind,
        thing.id,
        region_code=thing.region_code,
        holder_level=HolderLevel.TOWN,
        actor=SYSTEM,
    )


def shown_assessments(session: Session, keys: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls assessments: the file's number, never a name."""
    rows = session.scalars(select(SelfCareAssessment).where(SelfCareAssessment.id.in_(keys))).all()
    numbers = homes.number_of(session, {row.household_id for row in rows})
    return {
        row.id: Shown(
            _("自理能力评估 %(number)s", number=numbers.get(row.household_id, "")),
            f"/staff/self-care/{row.code}",
        )
        for row in rows
    }


def shown_agreements(session: Session, keys: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls agreements."""
    rows = session.scalars(select(CareAgreement).where(CareAgreement.id.in_(keys))).all()
    numbers = homes.number_of(session, {row.household_id for row in rows})
    return {
        row.id: Shown(
            _("照料协议 %(number)s", number=numbers.get(row.household_id, "")),
            f"/staff/care-agreements/{row.code}",
        )
        for row in rows
    }
