"""Reading the audit log."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit.events import detail_of
from app.audit.models import AuditEvent
from app.paging import Order, Page, fetch
from app.permissions import Actor, Permission, ensure_may


@dataclass(frozen=True)
class Search:
    """What an auditor looks for; empty fields do not narrow."""

    verb: str | None = None
    thing_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    party_id: uuid.UUID | None = None
    first_day: date | None = None
    last_day: date | None = None


def staff_events(
    session: Session, search: Search, *, city_region: str, actor: Actor, after: str | None, before: str | None
) -> Page[AuditEvent]:
    """Return a page of events, newest first. Raises NotAllowed unless the actor may read the log of the whole city."""
    ensure_may(actor, Permission.READ_AUDIT, region_code=city_region)
    statement = select(AuditEvent)
    if search.verb:
        statement = statement.where(AuditEvent.verb.startswith(search.verb, autoescape=True))
    for column, value in (
        (AuditEvent.thing_id, search.thing_id),
        (AuditEvent.actor_person_id, search.person_id),
        (AuditEvent.party_id, search.party_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if search.first_day:
        statement = statement.where(AuditEvent.at >= clock.instant(search.first_day))
    if search.last_day:
        statement = statement.where(AuditEvent.at < clock.instant(search.last_day + timedelta(days=1)))
    return fetch(
        session,
        statement,
        [Order(AuditEvent.at, True), Order(AuditEvent.id, True)],
        after=after,
        before=before,
    )


def staff_event(
    session: Session, event_id: uuid.UUID, *, city_region: str, actor: Actor
) -> tuple[AuditEvent, Mapping[str, Any] | None] | None:
    """Return one event and what changed in it, if its data key still stands.

    The log is the whole city's and knows no counties: raises NotAllowed unless the actor's role reaches all of it.
    """
    ensure_may(actor, Permission.READ_AUDIT, region_code=city_region)
    event = session.get(AuditEvent, event_id)
    return None if event is None else (event, detail_of(session, event))


def persons_of(
    session: Session, thing_kind: str, thing_id: uuid.UUID, verbs: Sequence[str]
) -> set[uuid.UUID]:
    """Return the persons who did one of these verbs to a thing: for "never who wrote any of it"."""
    rows = session.scalars(
        select(AuditEvent.actor_person_id).where(
            AuditEvent.thing_kind == thing_kind, AuditEvent.thing_id == thing_id, AuditEvent.verb.in_(verbs)
        )
    )
    return {one for one in rows if one is not None}


def events_of(session: Session, party_id: uuid.UUID, verb: str) -> list[tuple[datetime, str]]:
    """Return when and in which role a verb was done to a party's data: for "who looked at my data"."""
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.actor_role)
        .where(AuditEvent.party_id == party_id, AuditEvent.verb == verb)
        .order_by(AuditEvent.at.desc())
        .limit(200)
    )
    return [(at, role) for at, role in rows]
