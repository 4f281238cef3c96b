"""Writing audit events: one call per verb, in the verb's own transaction."""

import hashlib
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit.models import AuditDetail, AuditEvent, DataKey
from app.canonical import canonical
from app.db import Base
from app.ids import new_id
from app.permissions import Actor
from app.rows import insert_if_absent, insert_rows

FORM = 1
_TABLE = Base.metadata.tables["audit_event"]
_DETAIL = Base.metadata.tables["audit_detail"]
_BUREAU = uuid.UUID(int=0)  # the data key of details that concern no party
_SALT = 16


def digest_of(things: Sequence[uuid.UUID]) -> str:
    """Return the SHA-256 over keys in their order, by which the event of a batch names all that it touched."""
    return hashlib.sha256(b"".join(key.bytes for key in things)).hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """An event's row as the program holds it, and what of it is kept encrypted beside it."""

    row: tuple[Any, ...]
    salted: bytes
    party_id: uuid.UUID | None


def record(
    session: Session,
    verb: str,
    thing_kind: str,
    thing_id: uuid.UUID | None,
    *,
    actor: Actor,
    party_id: uuid.UUID | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> uuid.UUID:
    """Write that ``actor`` did ``verb`` (such as "contribution.verify") to a thing; return the event's id.

    ``before`` and ``after`` hold the changed fields only and, like ``reason``, go encrypted to a side table
    under the data key of ``party_id``; secrets never belong in them.
    """
    event = prepare(
        verb,
        thing_kind,
        thing_id,
        actor=actor,
        party_id=party_id,
        before=before,
        after=after,
        reason=reason,
    )
    insert_rows(session, _TABLE, [event.row])
    keep_detail(session, event)
    event_id: uuid.UUID = event.row[0]
    return event_id


def prepare(
    verb: str,
    thing_kind: str,
    thing_id: uuid.UUID | None,
    *,
    actor: Actor,
    party_id: uuid.UUID | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Event:
    """Return what ``record`` writes, for whoever sends the row together with others; ``keep_detail`` comes after."""
    detail = _detail(before, after, reason)
    salted = os.urandom(_SALT) + detail if detail else b""
    row = signed_row(
        new_id(),
        actor=actor,
        verb=verb,
        thing_kind=thing_kind,
        thing_id=thing_id,
        party_id=party_id,
        detail_hash=hashlib.sha256(salted).digest() if salted else None,
        at=clock.now(),
    )
    return Event(row, salted, party_id)


def keep_detail(session: Session, event: Event) -> None:
    """Keep what changed in an event whose row has been written."""
    if event.salted:
        event_id: uuid.UUID = event.row[0]
        cipher = _data_key(session, event.party_id or _BUREAU)
        insert_rows(session, _DETAIL, [(event_id, cipher.encrypt(event.salted, bound_to=event_id.bytes))])


def signed_row(
    event_id: uuid.UUID,
    *,
    actor: Actor,
    verb: str,
    thing_kind: str,
    thing_id: uuid.UUID | None,
    at: datetime,
    party_id: uuid.UUID | None = None,
    detail_hash: bytes | None = None,
) -> tuple[Any, ...]:
    """Return an audit_event row in the order of its columns, HMAC made (batches insert many at once)."""
    role = "system" if actor.is_system else (actor.role.value if actor.role else "public")
    body = (
        event_id,
        FORM,
        at,
        actor.user_id,
        actor.person_id,
        role,
        actor.address,
        verb,
        thing_kind,
        thing_id,
        party_id,
        detail_hash,
        keys.audit.current_id,
    )
    return (*body, keys.audit.sign(canonical(body))[1])


def detail_of(session: Session, event: AuditEvent) -> dict[str, Any] | None:
    """Return what changed in an event, or None when there was nothing or its data key has been shredded."""
    row = session.get(AuditDetail, event.id)
    wrapped = session.get(DataKey, event.party_id or _BUREAU)
    if row is None or wrapped is None:
        return None
    cipher = keys.EncryptionRing((("d", keys.encryption.decrypt(wrapped.wrapped)),))
    salted = cipher.decrypt(row.sealed, bound_to=event.id.bytes)
    found: dict[str, Any] = json.loads(salted[_SALT:])
    return found


def _detail(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, reason: str | None) -> bytes:
    parts = {"before": before, "after": after, "reason": reason}
    kept = {name: value for name, value in parts.items() if value}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, default=_plain).encode() if kept else b""


def _plain(value: Any) -> Any:
    if isinstance(value, date | uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, set | frozenset | tuple):
        return sorted(str(one) for one in value)
    return str(value)


def _data_key(session: Session, party_id: uuid.UUID) -> keys.EncryptionRing:
    found = select(DataKey.wrapped).where(DataKey.party_id == party_id)
    wrapped = session.scalar(found)
    if wrapped is None:
        # Two first events of one party at once: the second waits for the first one's key and takes it.
        fresh = keys.encryption.encrypt(os.urandom(32))
        insert_if_absent(session, DataKey, party_id=party_id, wrapped=fresh)
        wrapped = session.scalars(found).one()
    return keys.EncryptionRing((("d", keys.encryption.decrypt(wrapped)),))
