"""The draw itself. Pure: the same seed and list give the same households, whoever counts again."""

import hashlib
import uuid
from collections.abc import Iterable


def hash_of_seed(seed: str) -> str:
    """Return what is published at once: the SHA-256 of the seed's text."""
    return hashlib.sha256(seed.encode()).hexdigest()


def hash_of_list(keys: Iterable[uuid.UUID]) -> str:
    """Return the SHA-256 of the keys of a list, sorted, one in each line."""
    return hashlib.sha256("\n".join(sorted(str(key) for key in keys)).encode()).hexdigest()


def drawn(seed: str, keys: Iterable[uuid.UUID], percent: int) -> list[uuid.UUID]:
    """Return so many percent of the keys, rounded up: those whose SHA-256 of seed, colon and key is smallest."""
    ranked = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
    return ranked[: -(-len(ranked) * percent // 100)]
