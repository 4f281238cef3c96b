"""Giving transfers their place in the tree, apart from posting, so that no posting queues on a number.

The minute job looks back an hour before its last look, since keys made by several programs are not in commit
order; the nightly one looks at everything. Hashing happens outside the write lock, at most 1,000 leaves are
added in a transaction.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import Base, reading, transaction
from app.rows import driver_row, insert_if_absent, insert_rows
from app.stored import stored_rows
from points.ledger.form import LEAF_FORM, leaf_hash
from points.ledger.kinds import LeafKind
from points.ledger.models import AccountSalt, SealLeaf, Transfer, TreeHead

TREE = "ledger"
BATCH = 1_000
WINDOW = timedelta(hours=1)
_TRANSFER = Base.metadata.tables[Transfer.__tablename__]
_LEAF = Base.metadata.tables[SealLeaf.__tablename__]
_COLUMN = {column.name: place for place, column in enumerate(_TRANSFER.columns)}
_FIRST = UUID(int=0)

Hashed = tuple[UUID, bytes]


def number_leaves(*, everything: bool = False) -> int:
    """Give a leaf to every transfer since an hour before the last look (or of all time) that has none.

    Returns how many got one.

    Opens its own transactions, one per 1,000 leaves. Safe twice and at once: whoever comes second finds the
    leaves there.
    """
    began = clock.true_now()
    with reading(fresh=True) as session:
        head = session.get(TreeHead, TREE)
    # After an outage the look begins where the last whole one did, however long ago that was.
    since = None if everything or head is None else head.looked_at
    after = _FIRST if since is None else _key_at(min(since, began) - WINDOW)
    added = 0
    while True:
        with reading(fresh=True) as session:
            hashed = without_leaf(session, after)
        whole = len(hashed) < BATCH
        with transaction() as session:
            added += add_leaves(session, hashed, looked_at=began if whole else None)
        if whole:
            return added
        after = hashed[-1][0]


def without_leaf(session: Session, after: UUID, limit: int = BATCH) -> list[Hashed]:
    """Return key and leaf hash of the first transfers beyond a key that have no leaf."""
    dialect = session.connection().dialect.name
    mark = "?" if dialect == "sqlite" else "%s"
    tail = (
        f"WHERE id > {mark} AND NOT EXISTS (SELECT 1 FROM seal_leaf WHERE thing_id = transfer.id) "
        f"ORDER BY id LIMIT {limit:d}"
    )
    rows = list(stored_rows(session, _TRANSFER, tail, driver_row((after,), dialect)))
    return hashed_rows(session, rows)


def hashed_rows(session: Session, rows: list[tuple[Any, ...]]) -> list[Hashed]:
    """Return key and leaf hash of transfers' whole rows."""
    salts = _salts(session, rows)
    return [(row[0], leaf_hash(row, b"".join(salts.get(side, b"") for side in _sides(row)))) for row in rows]


def add_leaves(session: Session, hashed: list[Hashed], *, looked_at: datetime | None) -> int:
    """Append leaves to the tree in the order given, leaving out what has got a leaf meanwhile; return how many.

    ``looked_at`` is when a look that has now come to its end began; None while it goes on.
    """
    insert_if_absent(session, TreeHead, tree=TREE, leaves=0, numbered_at=clock.now(), looked_at=None)
    head = session.get_one(TreeHead, TREE, with_for_update=True, populate_existing=True)
    if looked_at is not None:
        head.numbered_at = clock.now()
        head.looked_at = looked_at
    keys = [key for key, _ in hashed]
    there = set(session.scalars(select(SealLeaf.thing_id).where(SealLeaf.thing_id.in_(keys))))
    new = [one for one in hashed if one[0] not in there]
    insert_rows(
        session,
        _LEAF,
        [
            (number, LEAF_FORM, LeafKind.TRANSFER.value, key, digest)
            for number, (key, digest) in enumerate(new, start=head.leaves)
        ],
    )
    head.leaves += len(new)
    session.flush()
    return len(new)


def _salts(session: Session, rows: list[tuple[Any, ...]]) -> dict[UUID, bytes]:
    accounts = {
        side for row in rows for side in _sides(row) if isinstance(side, UUID)
    }  # a damaged key has none
    found = session.execute(
        select(AccountSalt.account_id, AccountSalt.salt).where(AccountSalt.account_id.in_(accounts))
    )
    return {row.account_id: row.salt for row in found}


def _sides(row: tuple[Any, ...]) -> tuple[UUID, UUID]:
    return row[_COLUMN["from_account_id"]], row[_COLUMN["to_account_id"]]


def _key_at(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of an instant: 48 bits of milliseconds come first."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
