"""The publicity of proposed aid: the least that the public must know, and what it tells about whose hands did what."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.masking import public_name
from app.parameters import queries as parameters
from app.parties import queries as parties
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Party
from app.permissions import Actor
from app.regions import queries as regions
from app.regions.models import RegionLevel
from app.regions.rules import ancestors, level_of, within
from projects.publicity import publicity
from projects.publicity.handlers import Hands
from projects.publicity.models import Publicity
from projects.requests import checks, steps
from projects.requests.models import AidKind, AidRequest, AidRequestKind
from projects.requests.steps import THING

LABEL = _l("拟给予的社会帮扶")
DAYS = "publicity.days"
K_LEAST = "request.village_k"


def open_publicity(session: Session, request: AidRequest, *, actor: Actor) -> Publicity:
    """Show proposed aid to everybody: masked name, place, kinds of help; no number, address, sum or cause."""
    return publicity.open(
        session,
        subject_kind=THING,
        subject_id=request.id,
        region_code=request.region_code,
        title=_("拟给予社会帮扶：%(number)s", number=request.number),
        body=_body(session, request),
        days_key=DAYS,
        on=clock.today(),
        actor=actor,
        level=request.level,
    )


def withdraw(session: Session, request: AidRequest, *, actor: Actor) -> None:
    """Take down the publicity of a request that is not gone on with."""
    publicity.withdraw(session, subject_kind=THING, subject_id=request.id, actor=actor)


def hands(session: Session, request_id: uuid.UUID) -> Hands:
    """Return through whose hands a request went, and whom it concerns."""
    request = session.get_one(AidRequest, request_id)
    persons = (*steps.hands(request), *checks.visitors_of(session, request))
    return Hands(persons, steps.concerned(request))


def staff_url(session: Session, request_id: uuid.UUID) -> str | None:
    """Return where staff read the request of a publicity."""
    return f"/staff/requests/{session.get_one(AidRequest, request_id).code}"


def shown_place(session: Session, region_code: str) -> str:
    """Return the place that may be named: the village only where enough households have a file, else its town."""
    if level_of(region_code) is RegionLevel.VILLAGE:
        least = parameters.value(session, K_LEAST, on=clock.today(), region_code=region_code)
        there = select(func.count()).where(
            Party.kind == PartyKind.HOUSEHOLD,
            Party.state == RegistrationState.APPROVED,
            within(Party.region_code, region_code),
        )
        if (session.scalar(there) or 0) < least:
            region_code = ancestors(region_code)[-1]
    return regions.full_name(session, region_code)


def kind_names(session: Session, request_id: uuid.UUID) -> list[str]:
    """Return the names of the kinds of help that a request asks for."""
    query = (
        select(AidKind.name)
        .join(AidRequestKind, AidRequestKind.kind_id == AidKind.id)
        .where(AidRequestKind.request_id == request_id)
        .order_by(AidKind.position, AidKind.name)
    )
    return list(session.scalars(query))


def _body(session: Session, request: AidRequest) -> str:
    person = parties.get(session, request.person_id)
    pairs = [
        (_("申请编号"), request.number),
        (_("求助人"), public_name(person.name)),
        (_("所在地"), shown_place(session, request.region_code)),
        (_("帮扶类别"), "、".join(kind_names(session, request.id))),
    ]
    return "\n".join(f"{label}：{text}" for label, text in pairs if text)
