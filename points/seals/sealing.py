"""Sealing: new transfers and papers get their leaves, apart from posting, so that no posting queues on a number.

The minute job looks back an hour before its last look, since keys made by several programs are not in commit
order; whoever seals more often looks back a second in between; the nightly job looks at everything. All
hashing happens outside the write lock, for the tree as it was seen: when somebody has sealed meanwhile, it is done
again. At most 4,000 leaves, and one seal over them, are added in a transaction.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import Base, Database, database, reading, transaction
from points.ledger.form import FORM, signed
from points.ledger.insertion import insert
from points.ledger.writing import write
from points.seals import days, salts, waiting
from points.seals.heads import FIRST_CHAIN, TREE, chained, head_of, hold_head, move_head
from points.seals.leaves import LEAF_FORM, Leaf
from points.seals.models import Seal, SealLeaf, SealNode
from points.seals.tree import HASH_LENGTH, Frontier
from points.seals.waiting import Waiting

BATCH = 4_000
WINDOW = timedelta(hours=1)
_LEAF, _NODE, _SEAL = (Base.metadata.tables[model.__tablename__] for model in (SealLeaf, SealNode, Seal))
_FIRST = UUID(int=0)
_NEAR, _FAR_SECONDS = timedelta(seconds=1), 45
_far: tuple[Database, float] | None = None
"""When this process last looked back a whole hour in which database."""

__all__ = ["BATCH", "TREE", "seal", "tree_size"]


def seal(everything: bool = False) -> int:
    """Give a leaf to every transfer and paper since an hour before the last look (or of all time) that has none.

    Returns how many got one. Makes the roots of days that are over, too. Opens its own transactions, one per
    4,000 leaves. Safe twice and at once: whoever comes second finds the leaves there.
    """
    began = clock.true_now()
    with reading(fresh=True) as session:
        head = head_of(session)
    # After an outage the look begins where the last whole one did, however long ago that was.
    since = None if everything or head is None else head.looked_at
    after = _FIRST if since is None else _key_at(min(since, began) - _window())
    added = _seal_waiting(waiting.transfers, after) + _seal_waiting(waiting.papers, after)
    with transaction() as session:
        move_head(hold_head(session), numbered_at=clock.now(), looked_at=began)
        days.close(session)
    return added


def _window() -> timedelta:
    """Return how far to look back: an hour, and only a second when this process did so less than a minute ago."""
    global _far
    now, here = time.monotonic(), database()
    if _far is not None and _far[0] is here and now - _far[1] < _FAR_SECONDS:
        return _NEAR
    _far = here, now
    return WINDOW


def tree_size(session: Session) -> int:
    """Return how many leaves the tree has: a cut-off for rankings, closings and tenders."""
    head = head_of(session)
    return 0 if head is None else head.leaves


@dataclass(frozen=True, slots=True)
class _Addition:
    """Leaves with everything that follows from them, for a tree that has as many leaves and days as were seen."""

    size: int
    days: int
    leaves: Sequence[Leaf]
    nodes: list[tuple[int, int, bytes]]
    seal: tuple[Any, ...]


def _seal_waiting(waiting: Callable[[Session, UUID, int], Waiting], after: UUID) -> int:
    added = 0
    while True:
        with reading(fresh=True) as session:
            found = waiting(session, after, BATCH)
            addition = _addition(session, found.leaves)
        if found.lacking:
            with transaction() as session:
                salts.make(session, found.lacking)
            continue
        if addition is not None and not _add(addition):
            continue  # somebody has sealed meanwhile
        added += len(found.leaves)
        if found.last is None or found.number < BATCH:
            return added
        after = found.last


def _addition(session: Session, new: Sequence[Leaf]) -> _Addition | None:
    """Return what adding leaves to the tree as it is seen here brings with it."""
    if not new:
        return None
    head = head_of(session)
    last = session.scalar(select(Seal).order_by(Seal.number.desc()).limit(1))
    size = 0 if head is None else head.leaves
    before = b"" if last is None else last.peaks
    frontier = Frontier(size, [before[at : at + HASH_LENGTH] for at in range(0, len(before), HASH_LENGTH)])
    nodes = frontier.extend([leaf.hash for leaf in new])
    number = 1 if last is None else last.number + 1
    root, moment = frontier.root, max(clock.now(), days.open_since(session))
    chain = chained(FIRST_CHAIN if last is None else last.chain, (number, frontier.size, root, moment))
    row = (number, FORM, frontier.size, root, b"".join(frontier.peaks), moment, chain)
    return _Addition(size, 0 if head is None else head.days, new, nodes, signed(row))


def _add(addition: _Addition) -> bool:
    """Write leaves, nodes and seal; return False, with nothing written, when the tree has grown meanwhile.

    The same when a day got its root meanwhile: the seal was dated before midnight and must not come into that day.
    """
    with transaction() as session:
        head = hold_head(session)
        if (head.leaves, head.days) != (addition.size, addition.days):
            return False
        connection = session.connection()
        rows = [
            (number, LEAF_FORM, *leaf) for number, leaf in enumerate(addition.leaves, start=addition.size)
        ]
        write(session, _LEAF, rows)
        insert(connection, _NODE, addition.nodes)
        insert(connection, _SEAL, [addition.seal])
        move_head(head, leaves=addition.size + len(rows), seals=addition.seal[0])
    return True


def _key_at(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of an instant: 48 bits of milliseconds come first."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
