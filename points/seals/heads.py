"""The head of the tree, which whoever adds to the tree holds, and the links of its chains."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.canonical import canonical
from app.db import Base
from points.ledger.form import FORM, signed
from points.ledger.insertion import insert
from points.seals.models import TreeHead

TREE = "ledger"
FIRST_CHAIN = bytes(32)
"""What the first seal, and the first day, is chained to."""
_HEAD = Base.metadata.tables[TreeHead.__tablename__]


def head_of(session: Session) -> TreeHead | None:
    """Return the head as it is seen here; None before the first look."""
    return session.get(TreeHead, TREE)


def hold_head(session: Session) -> TreeHead:
    """Return the head under its lock, made when there is none."""
    head = session.get(TreeHead, TREE, with_for_update=True, populate_existing=True)
    if head is None:
        row = signed((TREE, FORM, 0, 0, 0, clock.now(), None))
        insert(session.connection(), _HEAD, [row], " ON CONFLICT DO NOTHING")
        head = session.get_one(TreeHead, TREE, with_for_update=True, populate_existing=True)
    return head


def move_head(
    head: TreeHead,
    *,
    leaves: int | None = None,
    seals: int | None = None,
    days: int | None = None,
    numbered_at: datetime | None = None,
    looked_at: datetime | None = None,
) -> None:
    """Change what is given of a held head, and sign it anew."""
    head.leaves = head.leaves if leaves is None else leaves
    head.seals = head.seals if seals is None else seals
    head.days = head.days if days is None else days
    head.numbered_at = numbered_at or head.numbered_at
    head.looked_at = looked_at or head.looked_at
    body = (head.tree, FORM, head.leaves, head.seals, head.days, head.numbered_at, head.looked_at)
    head.form = FORM
    head.key_id, head.hmac = signed(body)[-2:]


def chained(before: bytes, values: Sequence[Any]) -> bytes:
    """Return the next link of a chain: SHA-256 of the link before and the canonical form of what is chained."""
    return hashlib.sha256(before + canonical(values)).digest()
