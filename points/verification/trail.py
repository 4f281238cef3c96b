"""The audit log's own memory of the ledger: whatever was removed together with all that knew of it is missed here."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import events
from app.audit.models import AuditEvent
from points.ledger.models import Posting
from points.verification.breaks import Break, BreakKind, missing, shown
from points.verification.signatures import chunks, tables

_VERBS = "points."


def check(session: Session) -> Iterator[Break]:
    """Yield every row of the ledger that an audit event names and that is gone."""
    for table in tables():
        key = table.primary_key.columns.keys()
        if key != ["id"]:
            continue
        statement = (
            f"SELECT e.thing_id, e.id FROM audit_event e WHERE e.thing_kind = '{table.name}' "
            f"AND e.thing_id IS NOT NULL AND substr(e.verb, 1, {len(_VERBS)}) = '{_VERBS}' "
            f"AND NOT EXISTS (SELECT 1 FROM {table.name} WHERE id = e.thing_id)"
        )
        for rows in chunks(session.connection(), statement):
            for thing_id, event_id in rows:
                yield missing(table.name, thing_id, _("审计日志 %(key)s 记着它。", key=shown(event_id)))
    yield from _batches(session)


def _batches(session: Session) -> Iterator[Break]:
    """The event of a batch names the first posting, how many there were and the hash of their keys."""
    query = select(AuditEvent).where(
        AuditEvent.thing_kind == Posting.__tablename__,
        AuditEvent.verb.startswith(_VERBS),
        AuditEvent.party_id.is_(None),
        AuditEvent.detail_hash.is_not(None),
    )
    for event in session.scalars(query.order_by(AuditEvent.id).execution_options(yield_per=200)):
        after = _after(session, event)
        if not {"postings", "hash"} <= set(after) or event.thing_id is None:
            continue
        found = _since(session, event.thing_id, int(after["postings"]))
        if hashlib.sha256(b"".join(key.bytes for key in found)).hexdigest() == after["hash"]:
            continue
        sentence = _(
            "审计日志 %(key)s 记着 %(count)d 笔一起的记账，从 %(first)s 起，现在凑不齐了。",
            key=event.id,
            count=after["postings"],
            first=event.thing_id,
        )
        yield Break(BreakKind.MISSING, Posting.__tablename__, shown(event.thing_id), sentence)


def _after(session: Session, event: AuditEvent) -> dict[str, Any]:
    try:
        detail = events.detail_of(session, event)
    except (InvalidTag, KeyError, ValueError):  # damaged: the audit log's own checks tell
        return {}
    return (detail or {}).get("after") or {}


def _since(session: Session, first: UUID, count: int) -> list[UUID]:
    """Return the keys of the postings made together with a first one, in their order."""
    moment = select(Posting.posted_at).where(Posting.id == first).scalar_subquery()
    query = select(Posting.id).where(Posting.id >= first, Posting.posted_at == moment)
    return list(session.scalars(query.order_by(Posting.id).limit(count)))
