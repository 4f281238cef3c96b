"""The salts that tie parties to their leaves: made at the first sealing, erased when the law asks for it."""

import os
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import Base
from app.errors import NotFound
from app.parties.rules import ensure_reason
from app.permissions import Actor
from points.ledger.form import FORM, signed
from points.ledger.insertion import insert
from points.rulesets.models import Programme
from points.seals.models import PartySalt

_SALT = Base.metadata.tables[PartySalt.__tablename__]
LENGTH = 32


def make(session: Session, owners: Iterable[tuple[UUID, UUID]]) -> None:
    """Give each (programme, party) a salt that has none yet; safe at once."""
    moment = clock.now()
    rows = [
        signed((programme_id, party_id, FORM, os.urandom(LENGTH), moment, None))
        for programme_id, party_id in sorted(set(owners))
    ]
    insert(session.connection(), _SALT, rows, " ON CONFLICT DO NOTHING")


def erase(session: Session, programme_id: UUID, party_id: UUID, *, reason: str, actor: Actor) -> PartySalt:
    """Erase a party's salt: its published leaves can never again be tied to it, and the tree stays as it is.

    Leaves that it gets later have a salt that is used once and never kept. Raises NotFound when it has none.
    """
    query = select(PartySalt).filter_by(programme_id=programme_id, party_id=party_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.salt is None:
        raise NotFound(_("这个主体没有可以清除的存证盐值。"))
    _resign(row, (programme_id, party_id, FORM, None, row.made_at, clock.now()))
    events.record(
        session,
        "points.erase_salt",
        "party_salt",
        programme_id,
        actor=actor,
        party_id=party_id,
        reason=reason,
    )
    session.flush()
    return row


def forget(session: Session, party_id: UUID, *, reason: str, actor: Actor) -> list[str]:
    """Erase a party's salts in every programme and return the programmes' codes; its published leaves stay unnamed.

    Raises NotFound when it has none, InvalidInput without a reason.
    """
    reason = ensure_reason(reason)
    rows = session.execute(
        select(PartySalt.programme_id, Programme.code)
        .join(Programme, Programme.id == PartySalt.programme_id)
        .where(PartySalt.party_id == party_id, PartySalt.salt.is_not(None))
        .order_by(PartySalt.programme_id)
    ).all()
    if not rows:
        raise NotFound(_("这个主体没有可以清除的存证盐值。"))
    for programme_id, _code in rows:
        erase(session, programme_id, party_id, reason=reason, actor=actor)
    return [code for _programme_id, code in rows]


def _resign(row: PartySalt, body: tuple[Any, ...]) -> None:
    *_key, row.form, row.salt, row.made_at, row.erased_at, row.key_id, row.hmac = signed(body)
