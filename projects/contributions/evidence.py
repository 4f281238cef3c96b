"""Evidence of a contribution: attach, take back, and the grade that follows from it."""

import uuid
from collections.abc import Collection, Iterable

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict, NotFound
from app.files import evidence
from app.files.models import EvidenceFile
from app.permissions import Actor, Permission, ensure_may
from app.regions.rules import contains
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from projects.contributions.models import Contribution, ContributionEvidence
from projects.contributions.rules import EDITABLE, GIFT_KINDS, EvidenceKind, Source

SUBJECT = "contribution"
MOST_FILES = 12


def grade_of(
    kind: ContributionKind,
    source: Source,
    kinds: Collection[EvidenceKind],
    *,
    has_receipt: bool,
    backfilled: bool,
) -> EvidenceGrade:
    """Return the grade that evidence gives. Pure.

    Hours: A system attendance that the recipient confirms, B system attendance, C an attested document,
    D a claim alone; back-filled never above C. Gifts have no attendance: the register of receipts stands
    in its place, so A is a receipt with a signed hand-over or confirmation, B a receipt with its file.
    """
    confirmed = EvidenceKind.CONFIRMATION in kinds or EvidenceKind.HAND_OVER in kinds
    if kind in GIFT_KINDS:
        recorded = has_receipt and EvidenceKind.RECEIPT in kinds
    else:
        recorded = source is Source.SESSION and not backfilled
    if recorded:
        return EvidenceGrade.A if confirmed else EvidenceGrade.B
    return EvidenceGrade.C if kinds or (kind in GIFT_KINDS and has_receipt) else EvidenceGrade.D


def attach(
    session: Session,
    contribution: Contribution,
    received: Iterable[tuple[EvidenceKind, evidence.Received]],
    *,
    actor: Actor,
    is_new: bool = False,
) -> Contribution:
    """Tie received files to a contribution that may still be edited, and derive its grade anew.

    Raises Conflict once it was submitted or when there are too many files. The verb that calls it traces.
    ``is_new``: the entry was just written down and can have no evidence yet.
    """
    _ensure_open(contribution, actor)
    kinds = [] if is_new else kinds_of(session, contribution.id)
    for kind, one in received:
        kinds.append(kind)
        if len(kinds) > MOST_FILES:
            raise Conflict(_("证据材料最多 %(most)d 份。", most=MOST_FILES), field="evidence")
        file = evidence.keep(
            session,
            one,
            subject_kind=SUBJECT,
            subject_id=contribution.id,
            actor=actor,
            region_code=contribution.region_code,
            organisation_id=contribution.organisation_id,
        )
        session.add(
            ContributionEvidence(
                contribution_id=contribution.id,
                file_id=file.id,
                kind=kind,
                added_at=clock.now(),
                added_by_id=actor.person_id,
            )
        )
    _regrade(contribution, kinds)
    session.flush()
    return contribution


def take_back(
    session: Session, contribution: Contribution, evidence_id: uuid.UUID, *, actor: Actor
) -> Contribution:
    """Take a file off a contribution that may still be edited; the file's row and hash stay, withdrawn."""
    _ensure_open(contribution, actor)
    link = session.get(ContributionEvidence, evidence_id)
    if link is None or link.contribution_id != contribution.id:
        raise NotFound(_("没有这份材料。"))
    file = session.get(EvidenceFile, link.file_id)
    session.delete(link)
    session.flush()
    _regrade(contribution, kinds_of(session, contribution.id))
    if file is not None:
        evidence.withdraw(session, file, reason=_("登记单位在提交前撤下"), actor=actor)
    return contribution


def _regrade(contribution: Contribution, kinds: Collection[EvidenceKind]) -> None:
    contribution.evidence_grade = grade_of(
        contribution.kind,
        contribution.source,
        kinds,
        has_receipt=contribution.receipt_number is not None,
        backfilled=contribution.backfilled,
    )


def kinds_of(session: Session, contribution_id: uuid.UUID) -> list[EvidenceKind]:
    """Return the kinds of the files of a contribution, one for each file."""
    return list(
        session.scalars(
            select(ContributionEvidence.kind).where(ContributionEvidence.contribution_id == contribution_id)
        )
    )


def _ensure_open(contribution: Contribution, actor: Actor) -> None:
    ensure_may(actor, Permission.LOG_CONTRIBUTIONS, organisation_id=contribution.organisation_id)
    if contribution.state not in EDITABLE:
        raise Conflict(_("已经提交，不能再改动证据材料。"))


def may_read(session: Session, file: EvidenceFile, actor: Actor) -> bool:
    """Say who sees evidence: the organisation that logged it, the giver, person or organisation, staff of the place."""
    contribution = session.get(Contribution, file.subject_id)
    if contribution is None:
        return False
    if {contribution.organisation_id, contribution.party_id} & {
        *actor.organisations(Permission.LOG_CONTRIBUTIONS)
    }:
        return True
    if actor.person_id is not None and actor.person_id == contribution.party_id:
        return True
    return any(
        contains(scope, contribution.region_code) for scope in actor.regions(Permission.READ_CONTRIBUTIONS)
    )
