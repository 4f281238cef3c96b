"""Proofs out of the kept leaves and nodes: that a leaf is in the tree, that the tree only ever grew."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from points.seals import tree
from points.seals.models import SealLeaf, SealNode
from points.seals.sealing import tree_size as size_of
from points.seals.tree import KEPT_LEVELS, Range


@dataclass(frozen=True, slots=True)
class Proof:
    """The path from a leaf to the root of a tree, from the leaf upwards (RFC 9162, 2.1.3)."""

    number: int
    tree_size: int
    leaf_hash: bytes
    path: tuple[bytes, ...]

    @property
    def root(self) -> bytes | None:
        """The root that it leads to, to be compared with a published one."""
        return tree.root_from_inclusion(self.leaf_hash, self.number, self.tree_size, self.path)


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of the second size grew out of the tree of the first (RFC 9162, 2.1.4)."""

    first: int
    second: int
    path: tuple[bytes, ...]


def inclusion(session: Session, number: int, tree_size: int) -> Proof:
    """Return the proof of a leaf within a tree of a size. Raises NotFound for what the tree has not."""
    _ensure_has(session, tree_size)
    if not 0 <= number < tree_size:
        raise NotFound(_("存证树里没有这个编号。"))
    reader = Reader(session)
    path = reader.roots(tree.inclusion_ranges(number, tree_size))
    return Proof(number, tree_size, reader.complete(0, number), path)


def consistency(session: Session, first: int, second: int) -> Consistency:
    """Return the proof between two sizes. Raises NotFound unless 0 < first ≤ second ≤ the tree's size."""
    _ensure_has(session, second)
    if not 0 < first <= second:
        raise NotFound(_("没有这样的两个存证树：前一个不能比后一个大，也不能是空的。"))
    return Consistency(first, second, Reader(session).roots(tree.consistency_ranges(first, second)))


def path_to_peak(session: Session, number: int, tree_size: int) -> tuple[bytes, ...]:
    """Return the path from a leaf to the peak above it in a tree of a size: shorter than the one to the root."""
    reader = Reader(session)
    start, end = next(one for one in tree.peak_ranges(tree_size) if one[0] <= number < one[1])
    height = (end - start).bit_length() - 1
    return tuple(reader.complete(level, (number >> level) ^ 1) for level in range(height))


def root(session: Session, tree_size: int) -> bytes:
    """Return the root of the tree as it was at any size. Raises NotFound beyond its present one."""
    _ensure_has(session, tree_size)
    return tree.range_root((0, tree_size), Reader(session).complete)


def _ensure_has(session: Session, tree_size: int) -> None:
    if not 0 <= tree_size <= size_of(session):
        raise NotFound(_("存证树还没有这么大。"))


class Reader:
    """Roots of complete subtrees; what is not kept is made of at most 256 hashes of the kept level below."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[tuple[int, int], dict[int, bytes]] = {}

    def roots(self, ranges: Iterable[Range]) -> tuple[bytes, ...]:
        """Return the roots over ranges of leaves."""
        return tuple(tree.range_root(one, self.complete) for one in ranges)

    def complete(self, level: int, place: int) -> bytes:
        """Return the root of a complete subtree by its level and its place within the level."""
        base = level - level % KEPT_LEVELS
        height = level - base
        first = place << height
        block = self._block(base, first >> KEPT_LEVELS)
        return tree.perfect_root([block[number] for number in range(first, first + (1 << height))])

    def _block(self, level: int, block: int) -> dict[int, bytes]:
        """Return the 256 hashes of a kept level that stand under one node of the next, as far as they are there."""
        found = self._kept.get((level, block))
        if found is None:
            first, last = block << KEPT_LEVELS, (block + 1) << KEPT_LEVELS
            query = (
                select(SealLeaf.number, SealLeaf.leaf_hash).where(
                    SealLeaf.number >= first, SealLeaf.number < last
                )
                if level == 0
                else select(SealNode.place, SealNode.hash).where(
                    SealNode.level == level, SealNode.place >= first, SealNode.place < last
                )
            )
            found = {row[0]: bytes(row[1]) for row in self._session.execute(query)}
            self._kept[level, block] = found
        return found
