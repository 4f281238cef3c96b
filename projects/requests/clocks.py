"""The clocks of a request's steps: what requests ask of deadlines."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.deadlines import deadlines
from app.deadlines import queries as deadline_queries
from app.deadlines.clocks import Clock
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from app.masking import public_name
from app.parties.models import Party
from app.permissions import Actor
from projects.requests.kinds import Channel
from projects.requests.models import AidRequest
from projects.requests.steps import THING
from projects.tiers.rules import level_of_region

ACCEPT = DeadlineKind("request.accept", _l("求助申请受理"), "request.accept", HolderLevel.TOWN)
ASSESS = DeadlineKind("request.assess", _l("求助申请调查评估"), "request.assess", HolderLevel.TOWN)
PROPOSE = DeadlineKind("request.propose", _l("求助申请提出审批建议"), "request.propose", HolderLevel.TOWN)
APPROVE = DeadlineKind("request.approve", _l("求助申请审批"), "request.approve", HolderLevel.TOWN)
REFUSAL = DeadlineKind(
    "request.refusal_notice", _l("不予批准的书面告知"), "request.refusal_notice", HolderLevel.TOWN
)
CONTACT = DeadlineKind("hotline.contact", _l("联系热线来电人"), "hotline.contact", HolderLevel.TOWN)
DONE = DeadlineKind("hotline.done", _l("热线工单办结"), "hotline.done", HolderLevel.TOWN)
KINDS = (ACCEPT, ASSESS, PROPOSE, APPROVE, REFUSAL, CONTACT, DONE)


def start(session: Session, request: AidRequest, kind: DeadlineKind, *, actor: Actor) -> None:
    """Start the clock of a step today, for the office at which the request waits."""
    level = request.holder_level or level_of_region(request.region_code)
    deadlines.start(
        session,
        kind,
        subject_kind=THING,
        subject_id=request.id,
        region_code=request.region_code,
        on=clock.today(),
        actor=actor,
        holder_level=HolderLevel(level.value),
    )


def start_hotline(session: Session, request: AidRequest, *, actor: Actor) -> None:
    """Start the clocks of a 12345 slip."""
    if request.channel is Channel.HOTLINE_12345:
        start(session, request, CONTACT, actor=actor)
        start(session, request, DONE, actor=actor)


def meet(
    session: Session, request: AidRequest, kind: DeadlineKind, *, actor: Actor, on: date | None = None
) -> date | None:
    """Stop the clock of a step that is taken; return the day by which it was due, None when no clock ran."""
    found = deadlines.meet(session, THING, request.id, kind, on=on or clock.today(), actor=actor)
    return found.due_on if found else None


def cancel(session: Session, request: AidRequest, *, actor: Actor) -> None:
    """Stop every clock of a request that is not gone on with."""
    deadlines.cancel_all(session, THING, request.id, actor=actor)


def pass_on(session: Session, request: AidRequest, *, actor: Actor) -> None:
    """Let the clocks that run go along to the place and level that hold the request now; no day is won or lost."""
    level = request.holder_level or level_of_region(request.region_code)
    deadlines.pass_on(
        session,
        THING,
        request.id,
        region_code=request.region_code,
        holder_level=HolderLevel(level.value),
        actor=actor,
    )


def running(session: Session, request_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Clock]:
    """Return for each request the clock that ends first of those that run; absent where none does."""
    found = deadline_queries.of(session, THING, request_ids)
    return {key: clocks[0] for key, clocks in found.items() if clocks}


def shown(session: Session, request_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls requests, with masked names, and where staff read them."""
    wanted = (
        select(AidRequest.id, AidRequest.code, AidRequest.number, Party.name)
        .join(Party, Party.id == AidRequest.person_id)
        .where(AidRequest.id.in_(request_ids))
    )
    return {
        key: Shown(f"{number or ''} {public_name(name)}".strip(), f"/staff/requests/{code}")
        for key, code, number, name in session.execute(wanted)
    }
