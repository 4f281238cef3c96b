"""Leaves, nodes, seals and day roots: the tree made anew from its leaves, link by link.

A seal that does not fit is named once; the walk then goes on from that seal's own peaks, so that one broken place
does not make all later ones look broken.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.db import Base
from app.stored import STREAMED, raw_rows, stored_rows
from points.seals import leaves, proofs
from points.seals.heads import FIRST_CHAIN, TREE, chained
from points.seals.models import DayRoot, Seal, SealLeaf, SealNode, TreeHead
from points.seals.tree import HASH_LENGTH, Frontier, peak_ranges
from points.verification.breaks import Break, BreakKind, missing, shown
from points.verification.signatures import chunks
from points.verification.walks import leaf_differs

BLOCK = 256
_LEAVES = "SELECT l.number, l.leaf_hash FROM seal_leaf l {where} ORDER BY l.number"
_PAPERS = (
    "SELECT l.number, l.kind, l.form, l.public, l.commitment, l.leaf_hash, p.id, p.code, p.content_sha256 "
    "FROM seal_leaf l LEFT JOIN paper p ON l.kind = 'paper' AND p.id = l.thing_id "
    "WHERE coalesce(l.kind, '') <> 'transfer' ORDER BY l.number"
)
_SEALED = "SELECT count(*) FROM seal_leaf WHERE kind = 'transfer'"
_ASTRAY = (
    "SELECT l.number FROM seal_leaf l WHERE l.kind = 'transfer' "
    "AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.id = l.thing_id) ORDER BY l.number"
)
_NO_SALT = (
    "WITH lacking AS MATERIALIZED (SELECT a.id, a.programme_id, a.party_id FROM account a "
    "LEFT JOIN party_salt s ON s.programme_id = a.programme_id AND s.party_id = a.party_id "
    "WHERE a.party_id IS NOT NULL AND s.party_id IS NULL) "
    "SELECT DISTINCT programme_id, party_id FROM lacking a WHERE "
    "EXISTS (SELECT 1 FROM transfer t JOIN seal_leaf l ON l.thing_id = t.id WHERE t.to_account_id = a.id) OR "
    "EXISTS (SELECT 1 FROM transfer t JOIN seal_leaf l ON l.thing_id = t.id WHERE t.from_account_id = a.id)"
)


class LeafRange(NamedTuple):
    """Leaves from a multiple of 256 on to before another; None: to the end."""

    first: int = 0
    last: int | None = None

    def has_end(self, end: int) -> bool:
        """Return whether a subtree or a seal that ends here is this range's to check."""
        return (end > self.first or (end == 0 == self.first)) and (self.last is None or end <= self.last)


class _End(NamedTuple):
    """How large the tree was at a day's end, and its root."""

    tree_size: int
    root: bytes


def walk(session: Session, at: LeafRange) -> Iterator[Break]:
    """Yield what is wrong with a range of leaves and with the nodes and seals that end in it."""
    stored = _stored_nodes(session, at)
    frontier = Frontier(at.first, _peaks_before(session, at.first))
    seals = _seals(session, at)
    seal = next(seals, None)
    made: set[tuple[int, int]] = set()
    for hashes, broken in _hashes(session, at):
        yield from broken
        while hashes:
            while seal is not None and frontier.size >= seal.tree_size:
                yield from _sealed(seal, frontier)
                seal = next(seals, None)
            # Up to the next seal's end, where there is one among them.
            size = len(hashes) if seal is None else seal.tree_size - frontier.size
            yield from _nodes(frontier.extend(hashes[:size]), stored, made)
            hashes = hashes[size:]
    while seal is not None:
        yield from _sealed(seal, frontier)
        seal = next(seals, None)
    for key in sorted(set(stored) - made, key=str):
        sentence = _("节点 %(key)s 不该存在。", key=shown(key))
        yield Break(BreakKind.FOREIGN, SealNode.__tablename__, shown(key), sentence)


def check(session: Session) -> Iterator[Break]:
    """Yield what is wrong with papers' leaves, chains, head, day roots and salts."""
    yield from _papers(session)
    ends: dict[date, _End] = {}
    yield from _chain(session, ends)
    yield from _days(session, ends)
    yield from _head(session, max((one.tree_size for one in ends.values()), default=0))
    for row in session.connection().exec_driver_sql(_NO_SALT):
        yield missing("party_salt", tuple(row), _("它的流水已经存证。"))


def count(session: Session) -> int:
    """Return how many leaves say that they are a transfer's."""
    return int(session.connection().exec_driver_sql(_SEALED).scalar_one())


def astray(session: Session) -> Iterator[Break]:
    """Yield the leaves of transfers that are not there."""
    for row in session.connection().exec_driver_sql(_ASTRAY):
        yield _without_thing(row[0])


def _hashes(session: Session, at: LeafRange) -> Iterator[tuple[list[bytes], list[Break]]]:
    """Yield the hashes of the range in lots; a missing leaf counts as zeros, so that the rest stays put."""
    upper = "" if at.last is None else f" AND l.number < {at.last:d}"
    # The first range also has what is out of order.
    lower = f"l.number >= {at.first:d}" if at.first else "1 = 1"
    expected = at.first
    for rows in raw_rows(session.connection(), _LEAVES.format(where=f"WHERE {lower}{upper}")):
        numbers, digests = zip(*rows, strict=True)
        if numbers == tuple(range(expected, expected + len(rows))) and set(map(type, digests)) == {bytes}:
            expected += len(rows)
            yield list(digests), []
            continue
        hashes, broken = list[bytes](), list[Break]()
        for number, digest in rows:
            if not isinstance(number, int) or number < expected:
                broken.append(_leaf(number, _("第 %(number)s 号存证的编号不对。", number=number)))
                continue
            while expected < number:
                broken.append(_leaf(expected, _("存证缺第 %(number)d 号。", number=expected)))
                hashes.append(bytes(HASH_LENGTH))
                expected += 1
                if number - expected > BLOCK:
                    expected = number  # a hole this large has been told; the roots tell the rest
            hashes.append(_hash(digest))
            expected = number + 1
        yield hashes, broken


def _papers(session: Session) -> Iterator[Break]:
    """Yield the leaves of papers that are not what the papers say, and those of nothing known."""
    for row in session.connection().exec_driver_sql(_PAPERS, execution_options=STREAMED):
        number, _kind, form, public, commitment, digest, key, code, content = row
        if key is None:
            yield _without_thing(number)
            continue
        true = leaves.paper_leaf(key, code, content)
        if (form, public, commitment, digest) != (leaves.LEAF_FORM, true.public, true.commitment, true.hash):
            yield leaf_differs(number, key)


def _without_thing(number: object) -> Break:
    return _leaf(number, _("第 %(number)s 号存证的流水或文书不存在。", number=number))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _hash(value: object) -> bytes:
    return value if isinstance(value, bytes) else bytes(HASH_LENGTH)


def _nodes(
    made: list[tuple[int, int, bytes]], stored: dict[tuple[Any, Any], Any], seen: set[tuple[int, int]]
) -> Iterator[Break]:
    for level, place, digest in made:
        seen.add((level, place))
        if (level, place) not in stored:
            yield missing(SealNode.__tablename__, (level, place), _("它下面的存证叶已经齐全。"))
        elif stored[level, place] != digest:
            sentence = _("节点 %(key)s 与它下面的存证叶不符。", key=shown((level, place)))
            yield Break(BreakKind.ROOT, SealNode.__tablename__, shown((level, place)), sentence)


def _stored_nodes(session: Session, at: LeafRange) -> dict[tuple[Any, Any], Any]:
    rows = session.connection().exec_driver_sql("SELECT level, place, hash FROM seal_node")
    return {(level, place): digest for level, place, digest in rows if at.has_end(_end(level, place))}


def _end(level: Any, place: Any) -> int:
    is_node = isinstance(level, int) and isinstance(place, int) and 0 <= level < 64 and place >= 0
    return (place + 1) << level if is_node else 0


def _peaks_before(session: Session, size: int) -> list[bytes]:
    reader = proofs.Reader(session)
    return [
        reader.complete((end - start).bit_length() - 1, start // (end - start))
        for start, end in peak_ranges(size)
    ]


class _Seal(NamedTuple):
    number: int
    tree_size: int
    root: bytes
    peaks: bytes


def _seals(session: Session, at: LeafRange) -> Iterator[_Seal]:
    statement = "SELECT number, tree_size, root, peaks FROM seal ORDER BY tree_size, number"
    for rows in chunks(session.connection(), statement):
        for row in rows:
            # What is no number has failed its signature.
            if isinstance(row[1], int) and at.has_end(row[1]):
                yield _Seal(*row)


def _sealed(seal: _Seal, frontier: Frontier) -> Iterator[Break]:
    peaks = b"".join(frontier.peaks)
    if seal.tree_size == frontier.size and seal.root == frontier.root and seal.peaks == peaks:
        return
    sentence = _(
        "第 %(number)s 次存证的根与它的 %(size)s 片存证叶不符。", number=seal.number, size=seal.tree_size
    )
    yield Break(BreakKind.ROOT, Seal.__tablename__, shown(seal.number), sentence)
    if seal.tree_size >= 0 and len(_bytes(seal.peaks)) == HASH_LENGTH * seal.tree_size.bit_count():
        frontier.peaks = [
            seal.peaks[start : start + HASH_LENGTH] for start in range(0, len(seal.peaks), HASH_LENGTH)
        ]
        frontier.size = seal.tree_size


def _chain(session: Session, ends: dict[date, _End]) -> Iterator[Break]:
    """Each seal follows the one before: number by number, in a growing tree, link by link."""
    expected, size, link = 1, 0, FIRST_CHAIN
    for row in _rows(session, Seal):
        number, tree_size, root, moment, chain = row[0], row[2], row[3], row[5], row[6]
        if number != expected:
            yield missing(Seal.__tablename__, expected, _("后面的存证接不上。"))
        if chain != _link(link, (number, tree_size, root, moment)) or not _is_more(tree_size, size):
            sentence = _("第 %(number)s 次存证与上一次接不上。", number=number)
            yield Break(BreakKind.CHAIN, Seal.__tablename__, shown(number), sentence)
        if isinstance(moment, datetime) and isinstance(tree_size, int):
            ends[clock.civil_date(moment)] = _End(tree_size, root)
        expected = number + 1 if isinstance(number, int) else expected + 1
        size, link = tree_size, _hash(chain)


def _days(session: Session, ends: dict[date, _End]) -> Iterator[Break]:
    """Each day from the first seal on has the root of its last seal and follows the day before."""
    expected = min(ends, default=None)
    link, last = FIRST_CHAIN, None
    for row in _rows(session, DayRoot):
        day, tree_size, root, chain = row[0], row[2], row[3], row[4]
        if day != expected:
            yield missing(DayRoot.__tablename__, expected, _("从第一次存证那天起，每天应有一个日根。"))
        if not isinstance(day, date):  # a damaged value, whose signature has told
            continue
        for past in sorted(one for one in ends if one <= day and (expected is None or one >= expected)):
            last = ends[past]
        if last != (tree_size, root):
            sentence = _("%(day)s 的日根不是那天最后一次存证的根。", day=day)
            yield Break(BreakKind.ROOT, DayRoot.__tablename__, shown(day), sentence)
        if chain != _link(link, (day, tree_size, root)):
            sentence = _("%(day)s 的日根与前一天接不上。", day=day)
            yield Break(BreakKind.CHAIN, DayRoot.__tablename__, shown(day), sentence)
        link, expected = _hash(chain), day + timedelta(days=1)


def _head(session: Session, sealed: int) -> Iterator[Break]:
    """The head knows how many leaves, seals and days there are, so that the last ones are missed too."""
    connection = session.connection()
    counts = [
        connection.exec_driver_sql(f"SELECT count(*) FROM {model.__tablename__}").scalar_one()
        for model in (SealLeaf, Seal, DayRoot)
    ]
    heads = list(_rows(session, TreeHead))
    if [row[0] for row in heads] != [TREE] and (heads or any(counts)):
        yield missing(TreeHead.__tablename__, TREE, _("它是唯一的树头。"))
        return
    for head in heads:
        for expected, count, model in zip(head[2:5], counts, (SealLeaf, Seal, DayRoot), strict=True):
            if expected != count:
                sentence = _(
                    "树头记着 %(table)s 有 %(expected)s 行，现有 %(count)d 行。",
                    table=model.__tablename__,
                    expected=expected,
                    count=count,
                )
                yield Break(BreakKind.NUMBER, TreeHead.__tablename__, TREE, sentence)
        if sealed != head[2]:
            sentence = _("最后一次存证到 %(size)d，树头记着 %(leaves)s。", size=sealed, leaves=head[2])
            yield Break(BreakKind.NUMBER, TreeHead.__tablename__, TREE, sentence)


def _rows(session: Session, model: type[Base]) -> Iterator[tuple[Any, ...]]:
    """Yield whole rows in the order of their keys, whatever they hold."""
    table = Base.metadata.tables[model.__tablename__]
    return stored_rows(session, table, f"ORDER BY {', '.join(table.primary_key.columns.keys())}")


def _link(before: bytes, values: tuple[Any, ...]) -> bytes:
    try:
        return chained(before, values)
    except (TypeError, ValueError):  # a damaged value
        return b""


def _is_more(value: object, than: object) -> bool:
    return isinstance(value, int) and isinstance(than, int) and value > than


def _leaf(number: object, sentence: str) -> Break:
    return Break(BreakKind.LEAF, SealLeaf.__tablename__, shown(number), sentence)
