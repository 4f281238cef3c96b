"""Reads of contributions: lists, one thing with its history, the desk."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, Text, cast, false, func, or_, select
from sqlalchemy.orm import Session

from app import paging
from app.errors import NotFound
from app.files.models import EvidenceFile, FileState
from app.paging import Order
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import Actor, Permission
from app.regions.rules import within, within_any
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from projects.catalogue.models import CatalogueItem
from projects.contributions.hours import SECOND_PERSON_FEN
from projects.contributions.models import (
    Contribution,
    ContributionEvidence,
    ContributionNote,
    ContributionStep,
)
from projects.contributions.rules import WAITING, ContributionState, EvidenceKind, receipt_key

PAGE = 50
_LONGEST_FIRST = (Order(Contribution.state_since), Order(Contribution.id))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or empty means everything."""

    state: ContributionState | None = None
    kind: ContributionKind | None = None
    region: str | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: the contribution with the names of who gave and who logged it, and of its item."""

    contribution: Contribution
    giver: str
    organisation: str
    item: CatalogueItem


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over a list, of verified figures only. Money in fen, time in minutes, points in centipoints."""

    count: int = 0
    amount_fen: int = 0
    minutes: int = 0
    centipoints: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list with its sums, and the cursors of its neighbours, None where there is no neighbour."""

    rows: Sequence[Row]
    before: str | None = None
    after: str | None = None
    sums: Sums = field(default_factory=Sums)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page begins: after or before a cursor of ``app.paging``, or at the top."""

    after: str | None = None
    before: str | None = None


TOP = Place()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a contribution's history with its words."""

    step: ContributionStep
    actor_name: str
    note: str | None


def own_page(session: Session, actor: Actor, filters: Filters, place: Place = TOP) -> Page:
    """Return a page of what the actor's organisations logged or the actor gave, newest first, with its sums."""
    return _page(session, _own(actor), filters, place)


def staff_page(session: Session, actor: Actor, filters: Filters, place: Place = TOP) -> Page:
    """Return a page of the contributions of the actor's regions, newest first, with its sums."""
    return _page(session, in_regions(actor, Permission.READ_CONTRIBUTIONS), filters, place)


def staff_rows(session: Session, actor: Actor, filters: Filters, *, limit: int) -> list[Row]:
    """Return all contributions of the actor's regions that fit, newest first, for an export."""
    conditions = [in_regions(actor, Permission.READ_CONTRIBUTIONS), *_narrow(filters)]
    wanted = _named().where(*conditions).order_by(Contribution.id.desc()).limit(limit)
    return [Row(one, giver, logger, item) for one, giver, logger, item in session.execute(wanted)]


def staff_waiting(session: Session, actor: Actor, filters: Filters, place: Place = TOP) -> Page:
    """Return what waits for verification in the actor's regions: first what has been in its state longest."""
    wanted = _named().where(*_waiting_for(actor), *_narrow(filters))
    return _cut(session, wanted, _LONGEST_FIRST, place)


def staff_plain(session: Session, actor: Actor, place: Place = TOP) -> Page:
    """Return what of it is documented, not odd, not back-filled, not large, of a giver who may earn: for a batch."""
    wanted = _named().where(
        *_waiting_for(actor),
        Contribution.evidence_grade != EvidenceGrade.D,
        cast(Contribution.oddities, Text) == "[]",
        Contribution.backfilled.is_(False),
        Contribution.party_id.in_(select(Party.id).where(Party.state == RegistrationState.APPROVED)),
        func.coalesce(Contribution.amount_fen, 0) < SECOND_PERSON_FEN,
    )
    return _cut(session, wanted, _LONGEST_FIRST, place)


def staff_next_code(session: Session, actor: Actor, done: Contribution) -> str | None:
    """Return the code of the waiting entry after this one in the order of the desk, else of the first other one."""
    others = (
        select(Contribution.code)
        .where(*_waiting_for(actor), Contribution.id != done.id)
        .order_by(*(one.column for one in _LONGEST_FIRST))
        .limit(1)
    )
    later = or_(
        Contribution.state_since > done.state_since,
        (Contribution.state_since == done.state_since) & (Contribution.id > done.id),
    )
    return session.scalar(others.where(later)) or session.scalar(others)


def staff_waiting_count(session: Session, actor: Actor) -> int:
    """Return how many contributions wait in the actor's regions."""
    return session.scalar(select(func.count()).select_from(Contribution).where(*_waiting_for(actor))) or 0


def own_get(session: Session, code: str, actor: Actor) -> Row:
    """Return a contribution for somebody of the organisation that logged it, or its giver. Raises NotFound."""
    return _one(session, code, _own(actor))


def staff_get(session: Session, code: str, actor: Actor) -> Row:
    """Return a contribution of the actor's regions. Raises NotFound."""
    return _one(session, code, in_regions(actor, Permission.READ_CONTRIBUTIONS))


def rows_of(session: Session, ids: Sequence[uuid.UUID]) -> list[Row]:
    """Return contributions by key, unordered; the caller has asked whether they may be read."""
    return [Row(*row) for row in session.execute(_named().where(Contribution.id.in_(ids)))]


def by_id(session: Session, contribution_id: uuid.UUID) -> Contribution:
    """Return a contribution by its key. Raises NotFound."""
    contribution = session.get(Contribution, contribution_id)
    if contribution is None:
        raise NotFound(_("没有找到这条贡献。"))
    return contribution


def history(session: Session, contribution_id: uuid.UUID) -> list[Step]:
    """Return the steps of a contribution, the newest first."""
    rows = session.execute(
        select(ContributionStep, ContributionNote)
        .outerjoin(ContributionNote, ContributionNote.step_id == ContributionStep.id)
        .where(ContributionStep.contribution_id == contribution_id)
        .order_by(ContributionStep.id.desc())
    )
    return [Step(step, note.actor_name if note else "", note.note if note else None) for step, note in rows]


def evidence_of(
    session: Session, contribution_id: uuid.UUID
) -> list[tuple[ContributionEvidence, EvidenceFile]]:
    """Return the kept files of a contribution with what each is, in the order they came."""
    rows = session.execute(
        select(ContributionEvidence, EvidenceFile)
        .join(EvidenceFile, EvidenceFile.id == ContributionEvidence.file_id)
        .where(ContributionEvidence.contribution_id == contribution_id, EvidenceFile.state == FileState.KEPT)
        .order_by(ContributionEvidence.id)
    )
    return [(link, file) for link, file in rows]


def evidence_kinds(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[EvidenceKind]]:
    """Return the kinds of evidence of several contributions."""
    found: dict[uuid.UUID, list[EvidenceKind]] = {one: [] for one in ids}
    for contribution_id, kind in session.execute(
        select(ContributionEvidence.contribution_id, ContributionEvidence.kind).where(
            ContributionEvidence.contribution_id.in_(ids)
        )
    ):
        found[contribution_id].append(kind)
    return found


def correction_of(session: Session, contribution: Contribution) -> Contribution | None:
    """Return the entry that stands in the place of a reversed one, or None."""
    return session.scalar(select(Contribution).where(Contribution.corrects_id == contribution.id).limit(1))


def in_regions(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition that a contribution lies in a region where the actor may do this."""
    return within_any(Contribution.region_code, actor.regions(permission))


def _waiting_for(actor: Actor) -> list[ColumnElement[bool]]:
    return [in_regions(actor, Permission.VERIFY_CONTRIBUTIONS), Contribution.state.in_(WAITING)]


def _own(actor: Actor) -> ColumnElement[bool]:
    mine = list(actor.organisations(Permission.LOG_CONTRIBUTIONS))
    conditions: list[ColumnElement[bool]] = []
    if mine:
        conditions += [Contribution.organisation_id.in_(mine), Contribution.party_id.in_(mine)]
    if actor.person_id is not None:
        conditions.append(Contribution.party_id == actor.person_id)
    return or_(false(), *conditions)


def _named() -> Select[Contribution, str, str, CatalogueItem]:
    giver, organisation = Party.__table__.alias("giver"), Party.__table__.alias("logger")
    return (
        select(Contribution, giver.c.name, organisation.c.name, CatalogueItem)
        .join(giver, giver.c.id == Contribution.party_id)
        .join(organisation, organisation.c.id == Contribution.organisation_id)
        .join(CatalogueItem, CatalogueItem.id == Contribution.item_id)
    )


def _narrow(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.state is not None:
        conditions.append(Contribution.state == filters.state)
    if filters.kind is not None:
        conditions.append(Contribution.kind == filters.kind)
    if filters.region:
        conditions.append(within(Contribution.region_code, filters.region))
    if filters.first is not None:
        conditions.append(Contribution.happened_on >= filters.first)
    if filters.last is not None:
        conditions.append(Contribution.happened_on <= filters.last)
    if filters.text:
        like = f"%{filters.text.replace('%', '').replace('_', '')}%"
        named = select(Party.id).where(Party.name.like(like))
        conditions.append(
            or_(
                Contribution.party_id.in_(named),
                Contribution.organisation_id.in_(named),
                Contribution.receipt_number == receipt_key(filters.text),
                Contribution.code == filters.text.upper(),
            )
        )
    return conditions


def _page(session: Session, scope: ColumnElement[bool], filters: Filters, place: Place) -> Page:
    conditions = [scope, *_narrow(filters)]
    page = _cut(session, _named().where(*conditions), [Order(Contribution.id, descending=True)], place)
    counted = Contribution.state == ContributionState.AWARDED
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Contribution.verified_amount_fen).filter(counted), 0),
            func.coalesce(func.sum(Contribution.verified_minutes).filter(counted), 0),
            func.coalesce(func.sum(Contribution.awarded_centipoints).filter(counted), 0),
        ).where(*conditions)
    ).one()
    return Page(page.rows, page.before, page.after, Sums(*(int(figure) for figure in row)))


def _cut(session: Session, wanted: Any, order: Sequence[Order], place: Place) -> Page:
    found = paging.fetch(session, wanted, order, after=place.after, before=place.before, size=PAGE)
    return Page([Row(*row) for row in found.rows], found.before, found.after)


def _one(session: Session, code: str, scope: ColumnElement[bool]) -> Row:
    row = session.execute(_named().where(Contribution.code == code, scope)).first()
    if row is None:
        raise NotFound(_("没有找到这条贡献，或者您不能查看它。"))
    contribution, giver, organisation, item = row
    return Row(contribution, giver, organisation, item)
