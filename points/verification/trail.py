"""The audit log's own memory: whatever was removed together with all that knew of it is missed here.

And a paper that was revoked must not be in force again: what becomes of a paper stands in no leaf.
"""

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
from app.db import Base, append_only_tables
from app.papers.models import Paper, PaperState
from app.rows import driver_row
from app.stored import raw_rows
from points.ledger.models import Posting
from points.verification.breaks import Break, BreakKind, missing, shown
from points.verification.signatures import chunks


def check(session: Session) -> Iterator[Break]:
    """Yield every row that is never removed, is named by an audit event and is gone, and every revocation undone."""
    for table in append_only_tables(Base.metadata):
        if table.primary_key.columns.keys() != ["id"]:
            continue
        statement = (
            f"SELECT e.thing_id, e.id FROM audit_event e WHERE e.thing_kind = '{table.name}' "
            "AND e.thing_id IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {table.name} WHERE id = e.thing_id)"
        )
        for rows in chunks(session.connection(), statement):
            for thing_id, event_id in rows:
                yield missing(table.name, thing_id, _("审计日志 %(key)s 记着它。", key=shown(event_id)))
    yield from _batches(session)
    yield from _papers(session)


def _batches(session: Session) -> Iterator[Break]:
    """The event of a batch names the first posting, how many there were and the hash of their keys."""
    query = select(AuditEvent).where(
        AuditEvent.thing_kind == Posting.__tablename__,
        AuditEvent.party_id.is_(None),
        AuditEvent.detail_hash.is_not(None),
    )
    for event in session.scalars(query.order_by(AuditEvent.id).execution_options(yield_per=200)):
        after = _after(session, event)
        if after is None:
            yield missing("audit_detail", event.id, _("记账批次的审计日志没有可读的明细，数不出少了哪几笔。"))
            continue
        if not {"postings", "hash"} <= set(after) or event.thing_id is None:
            continue
        if _hash_since(session, event.thing_id, int(after["postings"])) == after["hash"]:
            continue
        sentence = _(
            "审计日志 %(key)s 记着 %(count)d 笔一起的记账，从 %(first)s 起，现在凑不齐了。",
            key=event.id,
            count=after["postings"],
            first=event.thing_id,
        )
        yield Break(BreakKind.MISSING, Posting.__tablename__, shown(event.thing_id), sentence)


def _papers(session: Session) -> Iterator[Break]:
    """A paper that was revoked or replaced stays so, whatever its row says."""
    undone = session.execute(
        select(Paper.id, Paper.number_text, AuditEvent.id)
        .join(AuditEvent, AuditEvent.thing_id == Paper.id)
        .where(
            AuditEvent.thing_kind == Paper.__tablename__,
            AuditEvent.verb.in_(("paper.revoke", "paper.replace")),
            Paper.state.not_in((PaperState.REVOKED, PaperState.REPLACED)) | Paper.ended_on.is_(None),
        )
        .order_by(Paper.id)
    )
    for key, number, event_id in undone:
        sentence = _(
            "文书 %(number)s 已经撤销或换发（审计日志 %(key)s），现在却记为有效。",
            number=number,
            key=event_id,
        )
        yield Break(BreakKind.FOREIGN, Paper.__tablename__, shown(key), sentence)


def _after(session: Session, event: AuditEvent) -> dict[str, Any] | None:
    """Return what an event says of the state after it; None when that was removed or damaged."""
    try:
        detail = events.detail_of(session, event)
    except (InvalidTag, KeyError, ValueError, IndexError):
        return None
    return None if detail is None else detail.get("after") or {}


def _hash_since(session: Session, first: UUID, count: int) -> str:
    """Return the hash of the keys of the postings made together with a first one, in their order."""
    connection = session.connection()
    statement = (
        "SELECT id FROM posting WHERE id >= ? AND posted_at = (SELECT posted_at FROM posting WHERE id = ?) "
        f"ORDER BY id LIMIT {count:d}"
    )
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    values = driver_row((first, first), connection.dialect.name)
    lots = raw_rows(connection, statement, values, is_short=True)
    found = [row[0] for rows in lots for row in rows]
    return hashlib.sha256(b"".join(key for key in found if isinstance(key, bytes))).hexdigest()
