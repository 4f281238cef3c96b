"""The tree against the known vectors of RFC 6962's reference and against its plain recursive definition."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from points.seals import tree

# The vectors of the reference implementation (google/certificate-transparency, merkle_tree_test).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (8, 8): [],
}
LEAVES = [tree.leaf_hash(data) for data in INPUTS]


def naive(leaves: list[bytes]) -> bytes:
    """Return MTH as RFC 6962 defines it, in its own words."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return tree.node_hash(naive(leaves[:split]), naive(leaves[split:]))


def numbered(count: int) -> list[bytes]:
    return [tree.leaf_hash(b"%d" % number) for number in range(count)]


def within(leaves: list[bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    return [naive(leaves[start:end]) for start, end in ranges]


def test_known_roots() -> None:
    assert tree.root([]) == tree.EMPTY_ROOT
    assert [tree.root(LEAVES[: count + 1]).hex() for count in range(8)] == ROOTS


def test_known_inclusion_paths() -> None:
    for (number, size), path in PATHS.items():
        found = within(LEAVES[:size], tree.inclusion_ranges(number, size))
        assert [one.hex() for one in found] == path


def test_known_consistency_paths() -> None:
    for (first, second), path in CONSISTENCY.items():
        found = within(LEAVES[:second], tree.consistency_ranges(first, second))
        assert [one.hex() for one in found] == path


@given(st.integers(0, 600), st.integers(0, 300))
def test_appending_gives_the_root_of_the_definition(count: int, more: int) -> None:
    leaves = numbered(count + more)
    frontier = tree.Frontier()
    frontier.extend(leaves[:count])
    again = tree.Frontier(frontier.size, frontier.peaks)
    kept = again.extend(leaves[count:])
    assert again.root == naive(leaves)
    for level, place, digest in kept:
        assert level == 8
        assert digest == naive(leaves[place << 8 : (place + 1) << 8])
    assert len(kept) == (count + more) // 256 - count // 256


@given(st.data())
def test_every_leaf_is_proved_and_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 90))
    number = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    path = within(leaves, tree.inclusion_ranges(number, size))
    assert tree.root_from_inclusion(leaves[number], number, size, path) == naive(leaves)
    assert tree.root_from_inclusion(leaves[number], number, size, [*path, path[0] if path else b"x"]) is None
    if path:
        assert tree.root_from_inclusion(leaves[number], number, size, path[:-1]) is None
        wrong = [bytes(32), *path[1:]]
        assert tree.root_from_inclusion(leaves[number], number, size, wrong) != naive(leaves)
    assert tree.root_from_inclusion(leaves[number], size, size, path) is None


@given(st.data())
def test_growth_is_proved_and_change_is_not(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 90))
    first = data.draw(st.integers(1, second))
    leaves = numbered(second)
    path = within(leaves, tree.consistency_ranges(first, second))
    old, new = naive(leaves[:first]), naive(leaves)
    assert tree.is_consistent(first, second, old, new, path)
    assert not tree.is_consistent(first, second, bytes(32), new, path)
    assert not tree.is_consistent(first, second, old, bytes(32), path)
    assert not tree.is_consistent(first, second, old, new, [*path, bytes(32)])
    if path:
        assert not tree.is_consistent(first, second, old, new, path[:-1])


@given(st.data())
def test_the_short_path_leads_to_the_peak(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 90))
    number = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    ranges = tree.peak_ranges(size)
    peaks = within(leaves, ranges)
    assert tree.root_of(peaks) == naive(leaves)
    start, end = next(one for one in ranges if one[0] <= number < one[1])
    path = within(leaves[start:end], tree.inclusion_ranges(number - start, end - start))
    found = tree.peak_of(leaves[number], number, size, path)
    assert found is not None
    place, peak = found
    assert peaks[place] == peak
    assert tree.peak_of(leaves[number], number, size, [*path, bytes(32)]) is None


def test_what_no_tree_has_is_refused() -> None:
    for number, size in ((0, 0), (3, 3), (-1, 3)):
        try:
            tree.inclusion_ranges(number, size)
        except ValueError:
            continue
        raise AssertionError((number, size))
    assert not tree.is_consistent(0, 3, tree.EMPTY_ROOT, naive(numbered(3)), [])
