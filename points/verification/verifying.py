"""Checking the ledger row by row: what was changed, removed or put in by somebody without the key.

Each break names its row and its kind. Signatures find a changed or foreign row; a posting knows its transfers;
the running numbers and balances of each party's account find what was removed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from app.labels import Labelled
from app.rows import driver_row
from app.stored import STREAMED, stored_rows
from points.ledger.form import is_signed, transfer_form, transfers_hash
from points.ledger.kinds import LeafKind
from points.ledger.models import Account, Posting, Transfer
from points.seals import leaves
from points.seals.heads import TREE
from points.seals.models import SealLeaf, TreeHead

_ACCOUNT, _POSTING, _TRANSFER = (
    Base.metadata.tables[model.__tablename__] for model in (Account, Posting, Transfer)
)
_COLUMN = {column.name: place for place, column in enumerate(_TRANSFER.columns)}
_POSTING_COLUMN = {column.name: place for place, column in enumerate(_POSTING.columns)}
_SIDES = (
    ("from_account_id", "from_number", "from_balance", -1),
    ("to_account_id", "to_number", "to_balance", 1),
)
_RUN = " UNION ALL ".join(
    f"SELECT {account}, {number}, {balance}, {sign} * points, id FROM transfer WHERE {number} IS NOT NULL"
    for account, number, balance, sign in _SIDES
)
_RUNS = f"SELECT * FROM ({_RUN}) AS run ORDER BY 1, 2, 5"


class BreakKind(Labelled):
    """What is wrong with a row."""

    SIGNATURE = "signature", _l("内容被改动或来历不明")
    MISSING = "missing", _l("缺失")
    COUNT = "count", _l("记账与流水不符")
    NUMBER = "number", _l("序号断开")
    BALANCE = "balance", _l("逐笔余额不连续")
    LEAF = "leaf", _l("存证不符")


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that is wrong: its kind, the table and the key of the row, and a sentence for an auditor."""

    kind: BreakKind
    table: str
    key: str
    sentence: str


def verify(session: Session) -> Iterator[Break]:
    """Yield every break of accounts, postings, transfers and running numbers; nothing when all is right."""
    yield from _accounts(session)
    yield from _postings(session)
    yield from _runs(session)
    yield from _leaves(session)


def _accounts(session: Session) -> Iterator[Break]:
    for row in stored_rows(session, _ACCOUNT, "ORDER BY id"):
        if not is_signed(row):
            yield _changed("account", row[0])


def _postings(session: Session) -> Iterator[Break]:
    """Walk postings and transfers side by side, both in the order of the posting's key."""
    groups = _grouped(stored_rows(session, _TRANSFER, "ORDER BY posting_id, id"))
    group = next(groups, None)
    for posting in stored_rows(session, _POSTING, "ORDER BY id"):
        key = posting[0]
        while group is not None and _rank(group[0]) < _rank(key):
            yield from _orphans(group)
            group = next(groups, None)
        rows: list[tuple[Any, ...]] = []
        if group is not None and group[0] == key:
            rows, group = group[1], next(groups, None)
        if not is_signed(posting):
            yield _changed("posting", key)
        yield from _transfers(posting, rows)
    for rest in chain([group] if group else [], groups):
        yield from _orphans(rest)


def _transfers(posting: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Iterator[Break]:
    sound = True
    for row in rows:
        if not is_signed(row):
            sound = False
            yield _changed("transfer", row[0])
    expected = posting[_POSTING_COLUMN["transfer_count"]]
    if len(rows) != expected:
        yield Break(
            BreakKind.COUNT,
            "posting",
            _shown(posting[0]),
            _(
                "记账 %(key)s 应有 %(expected)s 条流水，现有 %(count)d 条。",
                key=_shown(posting[0]),
                expected=expected,
                count=len(rows),
            ),
        )
    elif sound and _hash(rows) != posting[_POSTING_COLUMN["transfers_hash"]]:
        yield Break(
            BreakKind.COUNT,
            "posting",
            _shown(posting[0]),
            _("记账 %(key)s 的流水与记账时不同。", key=_shown(posting[0])),
        )


def _hash(rows: list[tuple[Any, ...]]) -> bytes:
    return transfers_hash(transfer_form(row[:-2]) for row in rows)


def _orphans(group: tuple[Any, list[tuple[Any, ...]]]) -> Iterator[Break]:
    for row in group[1]:
        if not is_signed(row):
            yield _changed("transfer", row[0])
    yield Break(
        BreakKind.MISSING,
        "posting",
        _shown(group[0]),
        _(
            "流水 %(transfer)s 所属的记账 %(key)s 不存在。",
            transfer=_shown(group[1][0][0]),
            key=_shown(group[0]),
        ),
    )


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    key: Any = None
    group: list[tuple[Any, ...]] = []
    for row in rows:
        if group and row[_COLUMN["posting_id"]] != key:
            yield key, group
            group = []
        key = row[_COLUMN["posting_id"]]
        group.append(row)
    if group:
        yield key, group


def _runs(session: Session) -> Iterator[Break]:
    """Walk each party account's transfers by number: no number is missing, each balance follows from the last."""
    connection = session.connection()
    account, number, balance = None, 0, 0
    for row in connection.exec_driver_sql(_RUNS, execution_options=STREAMED):
        if row[0] != account:
            account, number, balance = row[0], 0, 0
        # What is no number any more has failed its signature; here it only must not stop the walk.
        at, after, change = (value if isinstance(value, int) else None for value in row[1:4])
        if at != number + 1:
            yield Break(
                BreakKind.NUMBER,
                "account",
                _shown(account),
                _("账户 %(key)s 的第 %(number)d 号流水有两条。", key=_shown(account), number=number)
                if at == number
                else _("账户 %(key)s 缺第 %(number)d 号流水。", key=_shown(account), number=number + 1),
            )
        elif change is None or after != balance + change:
            yield Break(
                BreakKind.BALANCE,
                "transfer",
                _shown(row[4]),
                _("流水 %(key)s 之后的余额与上一笔不衔接。", key=_shown(row[4])),
            )
        number = number + 1 if at is None else at
        balance = balance + (change or 0) if after is None else after


def _leaves(session: Session) -> Iterator[Break]:
    """Walk the leaves: no number is missing, each has its transfer, each hash is that transfer's."""
    expected = 0
    rows = session.execute(
        select(SealLeaf.number, SealLeaf.thing_id, SealLeaf.leaf_hash)
        .where(SealLeaf.kind == LeafKind.TRANSFER)
        .order_by(SealLeaf.number)
        .execution_options(yield_per=1000)
    )
    for batch in rows.partitions():
        true = _leaf_hashes(session, [leaf.thing_id for leaf in batch])
        for leaf in batch:
            if leaf.number != expected:
                yield _leaf(leaf.number, _("存证缺第 %(number)d 号。", number=expected))
            if leaf.thing_id not in true:
                yield _leaf(leaf.number, _("第 %(number)d 号存证的流水不存在。", number=leaf.number))
            elif leaf.leaf_hash != true[leaf.thing_id]:
                yield _leaf(leaf.number, _("第 %(number)d 号存证与流水不符。", number=leaf.number))
            expected = leaf.number + 1
    head = session.get(TreeHead, TREE)
    if head is not None and head.leaves != expected:
        yield _leaf(
            expected, _("存证应有 %(expected)d 号，现有 %(count)d 号。", expected=head.leaves, count=expected)
        )


def _leaf_hashes(session: Session, keys: list[UUID]) -> dict[UUID, bytes]:
    connection = session.connection()
    dialect = connection.dialect.name
    marks = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(keys))
    found = leaves.select(connection, f"WHERE t.id IN ({marks})", driver_row(keys, dialect))
    return {UUID(bytes=leaves.key_bytes(one.id)): leaves.leaf_of(one).hash for one in found}


def _leaf(number: int, sentence: str) -> Break:
    return Break(BreakKind.LEAF, "seal_leaf", str(number), sentence)


def _changed(table: str, key: Any) -> Break:
    return Break(
        BreakKind.SIGNATURE,
        table,
        _shown(key),
        _("%(table)s %(key)s 的签名不符：内容被改动，或不是本系统写入的。", table=table, key=_shown(key)),
    )


def _rank(key: Any) -> bytes:
    """Return how the databases order a key; SQLite puts whatever is no BLOB before all that are."""
    if isinstance(key, UUID):
        return key.bytes
    return key if isinstance(key, bytes) else b""


def _shown(key: Any) -> str:
    if isinstance(key, bytes) and len(key) == 16:
        return str(UUID(bytes=key))
    return key.hex() if isinstance(key, bytes) else str(key)
