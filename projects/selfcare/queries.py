"""Reading self-care assessments and care agreements."""

import uuid
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from app.deadlines.models import Deadline
from app.errors import NotFound
from app.files.models import EvidenceFile, FileState
from app.ids import clean_code
from app.paging import Order, Page, fetch
from app.parties.models import Household, Party
from app.permissions import Actor, Permission, ensure_may, may_in
from app.regions.rules import within_any
from projects.selfcare import clocks
from projects.selfcare.kinds import AgreementState, AssessmentState
from projects.selfcare.models import CareAgreement, SelfCareAssessment

READ = Permission.READ_HOUSEHOLDS


def staff_assessment(session: Session, code: str, *, actor: Actor) -> SelfCareAssessment:
    """Return an assessment of the actor's regions by code. Raises NotFound for any other."""
    query = select(SelfCareAssessment).where(
        SelfCareAssessment.code == clean_code(code), _of(SelfCareAssessment.region_code, actor)
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_("辖区内没有这份评估。"))
    return found


def staff_agreement(session: Session, code: str, *, actor: Actor) -> CareAgreement:
    """Return an agreement of the actor's regions by code. Raises NotFound for any other."""
    query = select(CareAgreement).where(
        CareAgreement.code == clean_code(code), _of(CareAgreement.region_code, actor)
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_("辖区内没有这份照料协议。"))
    return found


def staff_assessments(
    session: Session,
    actor: Actor,
    *,
    state: AssessmentState | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Page[Any]:
    """Return a page of assessments with person and file number, the newest first. Raises NotAllowed."""
    ensure_may(actor, READ)
    query = (
        select(SelfCareAssessment, Party, Household.file_number)
        .join(Party, Party.id == SelfCareAssessment.person_id)
        .join(Household, Household.party_id == SelfCareAssessment.household_id)
        .where(_of(SelfCareAssessment.region_code, actor))
    )
    if state is not None:
        query = query.where(SelfCareAssessment.state == state)
    return fetch(session, query, (Order(SelfCareAssessment.id, True),), after=after, before=before)


def staff_agreements(
    session: Session,
    actor: Actor,
    *,
    state: AgreementState | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Page[Any]:
    """Return a page of agreements with person and file number, the soonest to expire first. Raises NotAllowed."""
    ensure_may(actor, READ)
    query = (
        select(CareAgreement, Party, Household.file_number)
        .join(Party, Party.id == CareAgreement.person_id)
        .join(Household, Household.party_id == CareAgreement.household_id)
        .where(_of(CareAgreement.region_code, actor))
    )
    if state is not None:
        query = query.where(CareAgreement.state == state)
    order = (Order(CareAgreement.valid_to), Order(CareAgreement.id))
    return fetch(session, query, order, after=after, before=before)


def expiring(session: Session, today: date, days: int) -> list[uuid.UUID]:
    """Return the agreements that expire within so many days and whose renewal nobody was told to see to."""
    told = select(Deadline.subject_id).where(
        Deadline.subject_kind == clocks.AGREEMENT, Deadline.kind == clocks.RENEWAL.name
    )
    query = select(CareAgreement.id).where(
        CareAgreement.state == AgreementState.IN_FORCE,
        CareAgreement.valid_to <= today + timedelta(days=days),
        CareAgreement.id.not_in(told),
    )
    return list(session.scalars(query.order_by(CareAgreement.valid_to, CareAgreement.id)))


def expired(session: Session, today: date) -> list[uuid.UUID]:
    """Return the agreements in force whose last day is over."""
    query = select(CareAgreement.id).where(
        CareAgreement.state == AgreementState.IN_FORCE, CareAgreement.valid_to < today
    )
    return list(session.scalars(query.order_by(CareAgreement.id)))


def files_of(session: Session, agreement_id: uuid.UUID) -> list[EvidenceFile]:
    """Return the scans of an agreement."""
    query = select(EvidenceFile).where(
        EvidenceFile.subject_kind == clocks.AGREEMENT,
        EvidenceFile.subject_id == agreement_id,
        EvidenceFile.state == FileState.KEPT,
    )
    return list(session.scalars(query.order_by(EvidenceFile.id)))


def may_read(session: Session, file: EvidenceFile, actor: Actor) -> bool:
    """Say who sees the scan of an agreement: staff of the household's place."""
    made = session.get(CareAgreement, file.subject_id)
    return made is not None and may_in(actor, READ, made.region_code)


def _of(column: Any, actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_system else within_any(column, actor.regions(READ))


def of_household(
    session: Session, household_id: uuid.UUID
) -> tuple[list[SelfCareAssessment], list[CareAgreement]]:
    """Return assessments and agreements of a household, the newest first, for its file. The caller has asked."""
    judged = select(SelfCareAssessment).where(SelfCareAssessment.household_id == household_id)
    signed = select(CareAgreement).where(CareAgreement.household_id == household_id)
    return (
        list(session.scalars(judged.order_by(SelfCareAssessment.id.desc()).limit(20))),
        list(session.scalars(signed.order_by(CareAgreement.id.desc()).limit(20))),
    )
