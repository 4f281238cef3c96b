"""Reads of requests: of a household, lists, what waits at the desk, one with its history.

A list costs what its page costs: it is paged by key, and each way of narrowing it has an index.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session

from app import paging
from app.errors import NotFound
from app.files.models import EvidenceFile
from app.ids import clean_code
from app.paging import Order
from app.parties.models import Party
from app.permissions import Actor, Permission
from app.regions.rules import within, within_any
from projects.requests.kinds import Channel, RequestState, Urgency
from projects.requests.models import (
    AidKind,
    AidRequest,
    AidRequestKind,
    RequestFile,
    RequestNote,
    RequestService,
    RequestStep,
)
from projects.tiers.rules import level_of_region

PAGE = 50
MOST_COUNTED = 10_000
"""A list's head counts no further: "10,000 and more" says as much."""
READERS = (Permission.READ_HOUSEHOLDS, Permission.APPROVE_REQUESTS)
_NEWEST_FIRST = (Order(AidRequest.id, descending=True),)
_LONGEST_FIRST = (Order(AidRequest.state_since), Order(AidRequest.id))
S = RequestState


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or empty means everything."""

    state: RequestState | None = None
    region: str | None = None
    channel: Channel | None = None
    urgency: Urgency | None = None
    kind_id: uuid.UUID | None = None
    text: str = ""


NOTHING = Filters()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page begins: after or before a cursor of ``app.paging``, or at the top."""

    after: str | None = None
    before: str | None = None


TOP = Place()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: the request with the name of the person concerned, which pages mask."""

    request: AidRequest
    person: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, how many there are in all (at most MOST_COUNTED), and the cursors of its neighbours."""

    rows: Sequence[Row]
    before: str | None = None
    after: str | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a request's history with its words."""

    step: RequestStep
    actor_name: str
    note: str | None


def of_household(session: Session, household_id: uuid.UUID) -> list[AidRequest]:
    """Return the requests of a household, newest first; the caller has asked who may read them."""
    query = select(AidRequest).where(AidRequest.household_id == household_id)
    return list(session.scalars(query.order_by(AidRequest.id.desc())))


def find(session: Session, code: str, actor: Actor) -> AidRequest:
    """Return a request that the actor may read, as who asked, as the person concerned, or as staff. Raises NotFound."""
    scope = or_(_own(actor), _staffs(actor))
    found = session.scalar(select(AidRequest).where(AidRequest.code == clean_code(code), scope))
    if found is None:
        raise NotFound(_("没有找到这件求助申请，或者您不能查看它。"))
    return found


def own_page(session: Session, actor: Actor, place: Place = TOP) -> Page:
    """Return a page of the requests that the actor made or that are about the actor, newest first.

    Not all of the household's: what somebody asks for because of the others at home is not for them to read.
    """
    return _page(session, _own(actor), NOTHING, place)


def own_get(session: Session, code: str, actor: Actor) -> Row:
    """Return one of the actor's own requests. Raises NotFound."""
    return _one(session, code, _own(actor))


def staff_page(session: Session, actor: Actor, filters: Filters = NOTHING, place: Place = TOP) -> Page:
    """Return a page of the requests of the actor's regions, newest first."""
    return _page(session, _staffs(actor), filters, place)


def staff_rows(session: Session, actor: Actor, filters: Filters, *, limit: int) -> list[Row]:
    """Return all requests of the actor's regions that fit, newest first, for an export."""
    wanted = _named().where(_staffs(actor), *_narrow(filters)).order_by(AidRequest.id.desc()).limit(limit)
    return [Row(*row) for row in session.execute(wanted)]


def staff_get(session: Session, code: str, actor: Actor) -> Row:
    """Return a request of the actor's regions. Raises NotFound."""
    return _one(session, code, _staffs(actor))


def staff_waiting(
    session: Session, actor: Actor, filters: Filters = NOTHING, place: Place = TOP, *, size: int = PAGE
) -> Page:
    """Return what waits for the actor's office: first what has waited longest."""
    wanted = _named().where(waiting_for(actor), *_narrow(filters))
    found = paging.fetch(session, wanted, _LONGEST_FIRST, after=place.after, before=place.before, size=size)
    return Page([Row(*row) for row in found.rows], found.before, found.after)


def staff_waiting_count(session: Session, actor: Actor) -> int:
    """Return how many requests wait for the actor's office."""
    return session.scalar(select(func.count()).select_from(AidRequest).where(waiting_for(actor))) or 0


def staff_waiting_since(session: Session, actor: Actor) -> datetime | None:
    """Return since when the request waits that has waited longest for the actor's office; None when none does."""
    return session.scalar(select(func.min(AidRequest.state_since)).where(waiting_for(actor)))


def staff_next_code(session: Session, actor: Actor, done: AidRequest) -> str | None:
    """Return the code of the request that has now waited longest for the actor's office, or None."""
    return session.scalar(
        select(AidRequest.code)
        .where(waiting_for(actor), AidRequest.id != done.id)
        .order_by(AidRequest.state_since, AidRequest.id)
        .limit(1)
    )


def waiting_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a request waits for an office of the actor's: its level, its region, its state."""
    conditions: list[ColumnElement[bool]] = []
    for permission, states in (
        (Permission.ASSESS_REQUESTS, (S.SUBMITTED, S.ASSESSED)),
        (Permission.APPROVE_REQUESTS, (S.PROPOSED,)),
    ):
        for region in actor.regions(permission):
            conditions.append(
                and_(
                    AidRequest.holder_level == level_of_region(region),
                    AidRequest.state.in_(states),
                    within(AidRequest.region_code, region),
                )
            )
    return or_(false(), *conditions)


def by_id(session: Session, request_id: uuid.UUID) -> AidRequest:
    """Return a request by its key. Raises NotFound."""
    request = session.get(AidRequest, request_id)
    if request is None:
        raise NotFound(_("没有找到这件求助申请。"))
    return request


def history(session: Session, request_id: uuid.UUID) -> list[Step]:
    """Return the steps of a request, the newest first."""
    rows = session.execute(
        select(RequestStep, RequestNote)
        .outerjoin(RequestNote, RequestNote.step_id == RequestStep.id)
        .where(RequestStep.request_id == request_id)
        .order_by(RequestStep.id.desc())
    )
    return [Step(step, note.actor_name if note else "", note.note if note else None) for step, note in rows]


def files_of(session: Session, request_id: uuid.UUID) -> list[tuple[RequestFile, EvidenceFile]]:
    """Return the files of a request, the oldest first."""
    query = (
        select(RequestFile, EvidenceFile)
        .join(EvidenceFile, EvidenceFile.id == RequestFile.file_id)
        .where(RequestFile.request_id == request_id)
        .order_by(RequestFile.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def service_of(session: Session, request_id: uuid.UUID) -> RequestService | None:
    """Return when and how the paper of a decision was served, or None."""
    return session.get(RequestService, request_id)


def kinds(session: Session, *, active_only: bool = True) -> list[AidKind]:
    """Return the kinds of help, in their order."""
    wanted = select(AidKind).order_by(AidKind.position, AidKind.name)
    return list(session.scalars(wanted.where(AidKind.is_active.is_(True)) if active_only else wanted))


def kinds_of(session: Session, request_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[str]]:
    """Return the names of the kinds of help of each request."""
    rows = session.execute(
        select(AidRequestKind.request_id, AidKind.name)
        .join(AidKind, AidKind.id == AidRequestKind.kind_id)
        .where(AidRequestKind.request_id.in_(list(request_ids)))
        .order_by(AidKind.position, AidKind.name)
    )
    found: dict[uuid.UUID, list[str]] = {}
    for request_id, name in rows:
        found.setdefault(request_id, []).append(name)
    return found


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.person_id is None or not actor.may(Permission.OWN_REQUESTS):
        return false()
    return or_(AidRequest.applicant_id == actor.person_id, AidRequest.person_id == actor.person_id)


def _staffs(actor: Actor) -> ColumnElement[bool]:
    scopes = tuple(dict.fromkeys(region for one in READERS for region in actor.regions(one)))
    # A draft of the household's own is theirs alone until it is handed in.
    handed_in = or_(AidRequest.channel != Channel.MEMBER, AidRequest.submitted_at.is_not(None))
    return and_(within_any(AidRequest.region_code, scopes), handed_in)


def _named() -> Select[AidRequest, str]:
    return select(AidRequest, Party.name).join(Party, Party.id == AidRequest.person_id)


def _narrow(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.state is not None:
        conditions.append(AidRequest.state == filters.state)
    if filters.region:
        conditions.append(within(AidRequest.region_code, filters.region))
    if filters.channel is not None:
        conditions.append(AidRequest.channel == filters.channel)
    if filters.urgency is not None:
        conditions.append(AidRequest.urgency == filters.urgency)
    if filters.kind_id is not None:
        conditions.append(
            exists().where(
                AidRequestKind.request_id == AidRequest.id, AidRequestKind.kind_id == filters.kind_id
            )
        )
    if filters.text:
        text = filters.text.strip()
        named = select(Party.id).where(Party.name == text)
        conditions.append(
            or_(
                AidRequest.number == text.upper(),
                AidRequest.code == clean_code(text),
                AidRequest.slip_number == text.upper(),
                AidRequest.person_id.in_(named),
            )
        )
    return conditions


def _page(session: Session, scope: ColumnElement[bool], filters: Filters, place: Place) -> Page:
    conditions: list[Any] = [scope, *_narrow(filters)]
    found = paging.fetch(
        session, _named().where(*conditions), _NEWEST_FIRST, after=place.after, before=place.before, size=PAGE
    )
    some = select(AidRequest.id).where(*conditions).limit(MOST_COUNTED).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return Page([Row(*row) for row in found.rows], found.before, found.after, int(count))


def _one(session: Session, code: str, scope: ColumnElement[bool]) -> Row:
    row = session.execute(_named().where(AidRequest.code == clean_code(code), scope)).first()
    if row is None:
        raise NotFound(_("没有找到这件求助申请，或者您不能查看它。"))
    return Row(*row)
