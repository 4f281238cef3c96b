"""Sealing: new transfers and papers get their leaves, apart from posting, so that no posting queues on a number.

The minute job looks back an hour before its last look, since keys made by several programs are not in commit
order; whoever seals more often looks back a quarter of a second in between; the nightly job looks at everything. All
hashing happens outside the write lock, for the tree as it was seen: when somebody has sealed meanwhile, it is done
again. At most 4,000 leaves of transfers and as many of papers, and one seal over them, are added in a transaction.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import Base, Database, database, reading, transaction
from points.ledger.form import FORM, signed
from points.ledger.insertion import insert
from points.seals import days, pouring, salts, waiting
from points.seals.heads import FIRST_CHAIN, TREE, chained, head_of, hold_head, move_head
from points.seals.leaves import Leaves
from points.seals.models import Seal, SealNode
from points.seals.tree import HASH_LENGTH, Frontier

BATCH = 4_000
WINDOW = timedelta(hours=1)
_NODE, _SEAL = (Base.metadata.tables[model.__tablename__] for model in (SealNode, Seal))
_LOOKS = (waiting.transfers, waiting.papers)
_FIRST = UUID(int=0)
_NEAR, _FAR_SECONDS = timedelta(milliseconds=250), 45
_far: tuple[Database, float] | None = None
"""When this process last looked back a whole hour in which database."""

__all__ = ["BATCH", "TREE", "seal", "tree_size"]


def seal(everything: bool = False) -> int:
    """Give a leaf to every transfer and paper since an hour before the last look (or of all time) that has none.

    Returns how many got one. Makes the roots of days that are over, too. Opens its own transactions, one for each
    4,000 of a kind. Safe twice and at once: whoever comes second finds the leaves there.
    """
    began = clock.true_now()
    with reading(fresh=True) as session:
        head = head_of(session)
    # After an outage the look begins where the last whole one did, however long ago that was.
    since = None if everything or head is None else head.looked_at
    after = _FIRST if since is None else _key_at(min(since, began) - _window())
    added, places = 0, [after, after]
    while True:
        with reading(fresh=True) as session:
            found = [look(session, place, BATCH) for look, place in zip(_LOOKS, places, strict=True)]
            addition = _addition(session, [one.leaves for one in found if one.leaves.things])
        if lacking := set[tuple[UUID, UUID]]().union(*(one.lacking for one in found)):
            with transaction() as session:
                salts.make(session, lacking)
            continue
        is_last = all(one.number < BATCH for one in found)
        if not _add(addition, began if is_last else None):
            continue  # somebody has sealed meanwhile
        added += addition.count
        if is_last:
            return added
        places = [one.last or place for one, place in zip(found, places, strict=True)]


def _window() -> timedelta:
    """Return how far to look back: an hour, and only a moment when this process did so less than a minute ago."""
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
    leaves: Sequence[Leaves]
    nodes: list[tuple[int, int, bytes]]
    seal: tuple[Any, ...] | None
    """None when there are no leaves."""

    @property
    def count(self) -> int:
        """How many leaves there are."""
        return sum(len(some.things) for some in self.leaves)


def _addition(session: Session, new: Sequence[Leaves]) -> _Addition:
    """Return what adding leaves to the tree as it is seen here brings with it."""
    head = head_of(session)
    size, closed = (0, 0) if head is None else (head.leaves, head.days)
    if not new:
        return _Addition(size, closed, (), [], None)
    last = session.scalar(select(Seal).order_by(Seal.number.desc()).limit(1))
    before = b"" if last is None else last.peaks
    frontier = Frontier(size, [before[at : at + HASH_LENGTH] for at in range(0, len(before), HASH_LENGTH)])
    nodes = frontier.extend(chain.from_iterable(some.hashes for some in new))
    number = 1 if last is None else last.number + 1
    root, moment = frontier.root, max(clock.now(), days.open_since(session, last))
    link = chained(FIRST_CHAIN if last is None else last.chain, (number, frontier.size, root, moment))
    row = (number, FORM, frontier.size, root, b"".join(frontier.peaks), moment, link)
    return _Addition(size, closed, new, nodes, signed(row))


def _add(addition: _Addition, looked_at: datetime | None) -> bool:
    """Write leaves, nodes and seal; return False, with nothing written, when the tree has grown meanwhile.

    The same when a day got its root meanwhile: the seal was dated before midnight and must not come into that day.
    ``looked_at`` is when a look began that ends with these; the days that are over then get their roots, too.
    """
    with transaction() as session:
        head = hold_head(session)
        if addition.seal is not None:
            if (head.leaves, head.days) != (addition.size, addition.days):
                return False
            connection, number = session.connection(), addition.size
            for some in addition.leaves:
                pouring.pour(connection, number, some)
                number += len(some.things)
            insert(connection, _NODE, addition.nodes)
            insert(connection, _SEAL, [addition.seal])
            move_head(head, leaves=number, seals=addition.seal[0])
        if looked_at is not None:
            move_head(head, numbered_at=clock.now(), looked_at=looked_at)
            days.close(session)
    return True


def _key_at(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of an instant: 48 bits of milliseconds come first."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
