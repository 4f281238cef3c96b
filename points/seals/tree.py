"""The Merkle tree of RFC 6962 (and RFC 9162, section 2.1): hashes, roots, proofs and their checks. Pure.

A tree grows to the right only. Its *peaks* are the roots of its maximal perfect subtrees, left to right; they are
all that is needed to append. Nodes are named by level (leaves: 0) and index within the level.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_LENGTH = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
KEPT_LEVELS = 8
"""Roots of complete subtrees are kept at every eighth level, so that a proof reads few of them."""

Range = tuple[int, int]
"""Leaves from the first number to before the second."""
Node = tuple[int, int, bytes]
"""Level, index and hash of a complete subtree's root."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(peaks: Sequence[bytes]) -> bytes:
    """Return the root of a tree from its peaks."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a perfect subtree from the hashes of one of its levels (their number a power of two)."""
    sha256 = hashlib.sha256
    level = list(hashes)
    while len(level) > 1:
        level = [
            sha256(b"\x01" + level[place] + level[place + 1]).digest() for place in range(0, len(level), 2)
        ]
    return level[0]


class Frontier:
    """The right edge of a tree: how many leaves it has, and its peaks."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has not {len(self.peaks)} peaks")

    @property
    def root(self) -> bytes:
        """The root of the tree as it is."""
        return root_of(self.peaks)

    def extend(self, leaves: Iterable[bytes]) -> list[Node]:
        """Append leaf hashes; return the roots of the subtrees of kept levels that became complete."""
        peaks, size, kept = self.peaks, self.size, []
        sha256 = hashlib.sha256
        for leaf in leaves:
            top, level, carry = leaf, 0, size
            while carry & 1:
                top = sha256(b"\x01" + peaks.pop() + top).digest()
                carry >>= 1
                level += 1
                if not level % KEPT_LEVELS:
                    kept.append((level, carry, top))
            peaks.append(top)
            size += 1
        self.size = size
        return kept


def peak_ranges(size: int) -> list[Range]:
    """Return the leaves under each peak of a tree, left to right."""
    ranges, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            ranges.append((start, start + (1 << level)))
            start += 1 << level
    return ranges


def inclusion_ranges(number: int, size: int) -> list[Range]:
    """Return the subtrees whose roots prove that a leaf is in a tree, from the leaf upwards (RFC 9162, 2.1.3.1).

    Raises ValueError for a leaf that the tree has not.
    """
    if not 0 <= number < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {number}")
    found: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if number < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return the subtrees whose roots prove that a tree grew out of a smaller one (RFC 9162, 2.1.4.1).

    Raises ValueError unless 0 < first ≤ second.
    """
    if not 0 < first <= second:
        raise ValueError(f"a tree of {second} leaves did not grow out of one of {first}")
    found: list[Range] = []
    start, end, is_whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, is_whole = middle, False
    if not is_whole:
        found.append((start, end))
    return found[::-1]


def range_root(at: Range, complete: Callable[[int, int], bytes]) -> bytes:
    """Return the root over a range as the two functions above name them.

    ``complete`` gives the root of a complete subtree by level and index.
    """
    start, end = at
    peaks = []
    for first, last in peak_ranges(end - start):
        level = (last - first).bit_length() - 1
        peaks.append(complete(level, (start + first) >> level))
    return root_of(peaks)


def root_from_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2), or None when it has a wrong length."""
    if not 0 <= number < size:
        return None
    place, last, result = number, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            result = node_hash(step, result)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            result = node_hash(result, step)
        place >>= 1
        last >>= 1
    return result if last == 0 else None


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether a consistency proof holds (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = list(path) if first & (first - 1) else [first_root, *path]
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, step)
        place >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root


def peak_of(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> tuple[int, bytes] | None:
    """Return which peak a leaf is under (from 0) and what hash its path to there leads to; None when it misfits."""
    for place, (start, end) in enumerate(peak_ranges(size)):
        if start <= number < end:
            if len(path) != (end - start).bit_length() - 1:
                return None
            result, index = leaf, number - start
            for step in path:
                result = node_hash(step, result) if index & 1 else node_hash(result, step)
                index >>= 1
            return place, result
    return None


def _split(count: int) -> int:
    """Return the largest power of two below a number of leaves."""
    return 1 << ((count - 1).bit_length() - 1)
