"""The chain over audit events, and its verification."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit.models import AuditChain, AuditEvent
from app.canonical import canonical
from app.db import Base
from app.stored import stored_rows

BATCH = 1_000
_EVENTS, _CHAIN = (Base.metadata.tables[model.__tablename__] for model in (AuditEvent, AuditChain))
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
    macs: dict[object, object] = {}
    for row in stored_rows(session, _EVENTS, "ORDER BY id"):
        event_id, mac = row[0], row[-1]
        macs[event_id] = mac
        if not _signed(row):
            yield Break(
                "signature", None, event_id, f"Event {event_id} was changed or is foreign: its HMAC is wrong."
            )
    before, expected = _START, 1
    for number, event_id, chain_hash, _chained_at in stored_rows(session, _CHAIN, "ORDER BY number"):
        if number != expected:
            yield Break("gap", expected, None, f"Place {expected} of the chain is missing.")
        mac = macs.get(event_id)
        if mac is None:
            yield Break("missing", number, event_id, f"Event {event_id} at place {number} was removed.")
        elif not _follows(before, event_id, mac, chain_hash):
            sentence = f"The chain does not follow at place {number} (event {event_id})."
            yield Break("chain", number, event_id, sentence)
        before = chain_hash if isinstance(chain_hash, bytes) else b""
        expected = number + 1 if isinstance(number, int) else expected + 1


def unchained(session: Session) -> int:
    """Return how many events still wait for their place."""
    events = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    return events - (session.scalar(select(func.count()).select_from(AuditChain)) or 0)


def _link(before: bytes, event_id: uuid.UUID, mac: bytes) -> bytes:
    return hashlib.sha256(before + event_id.bytes + mac).digest()


def _follows(before: bytes, event_id: object, mac: object, chain_hash: object) -> bool:
    """Return whether a place holds the hash that must stand there; damaged values never do."""
    if not (isinstance(event_id, uuid.UUID) and isinstance(mac, bytes)):
        return False
    return chain_hash == _link(before, event_id, mac)


def _signed(row: tuple[Any, ...]) -> bool:
    *body, mac = row
    try:
        return keys.audit.check(str(body[-1]), canonical(body), mac)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return False
