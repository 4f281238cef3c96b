"""The chain over audit events, and its verification."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Result, func, select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit.models import AuditChain, AuditEvent
from app.canonical import canonical

BATCH = 1_000
_START = bytes(32)


@dataclass(frozen=True)
class Break:
    """One thing that is wrong with the log, in words an auditor can act on."""

    kind: str
    number: int | None
    event_id: uuid.UUID | None
    sentence: str


def extend(session: Session) -> int:
    """Give up to 1,000 events that have no chain number their place at the end; return how many got one.

    Safe to run twice and at once: a number can be taken only once. Program-made keys are not in commit
    order, so every event without a place is taken, whatever its time.
    """
    last = session.execute(
        select(AuditChain.number, AuditChain.chain_hash).order_by(AuditChain.number.desc()).limit(1)
    ).first()
    number, chain_hash = (last.number, last.chain_hash) if last else (0, _START)
    waiting = session.execute(
        select(AuditEvent.id, AuditEvent.hmac)
        .outerjoin(AuditChain, AuditChain.event_id == AuditEvent.id)
        .where(AuditChain.event_id.is_(None))
        .order_by(AuditEvent.id)
        .limit(BATCH)
    ).all()
    moment = clock.now()
    for event_id, mac in waiting:
        number += 1
        chain_hash = _link(chain_hash, event_id, mac)
        session.add(AuditChain(number=number, event_id=event_id, chain_hash=chain_hash, chained_at=moment))
    session.flush()
    return len(waiting)


def verify(session: Session) -> Iterator[Break]:
    """Yield every break: an event whose signature is wrong, a place without its event, a chain that does not follow."""
    for event in session.scalars(
        select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=1000)
    ):
        if not _signed(event):
            yield Break(
                "signature",
                None,
                event.id,
                f"Event {event.id} ({event.verb}) was changed or is foreign: its HMAC is wrong.",
            )
    before, expected = _START, 1
    places: Result[int, uuid.UUID, bytes, bytes | None] = session.execute(
        select(AuditChain.number, AuditChain.event_id, AuditChain.chain_hash, AuditEvent.hmac)
        .outerjoin(AuditEvent, AuditEvent.id == AuditChain.event_id)
        .order_by(AuditChain.number)
    )
    for number, event_id, chain_hash, mac in places:
        if number != expected:
            yield Break("gap", expected, None, f"Place {expected} of the chain is missing.")
        if mac is None:  # the outer join found no event
            yield Break("missing", number, event_id, f"Event {event_id} at place {number} was removed.")
        elif chain_hash != _link(before, event_id, mac):
            yield Break(
                "chain", number, event_id, f"The chain does not follow at place {number} (event {event_id})."
            )
        before, expected = chain_hash, number + 1


def unchained(session: Session) -> int:
    """Return how many events still wait for their place."""
    events = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    return events - (session.scalar(select(func.count()).select_from(AuditChain)) or 0)


def _link(before: bytes, event_id: uuid.UUID, mac: bytes) -> bytes:
    return hashlib.sha256(before + event_id.bytes + mac).digest()


def _signed(event: AuditEvent) -> bool:
    body: tuple[Any, ...] = tuple(
        getattr(event, column.name) for column in AuditEvent.__table__.columns if column.name != "hmac"
    )
    try:
        return keys.audit.check(event.key_id, canonical(body), event.hmac)
    except (TypeError, ValueError):
        return False
