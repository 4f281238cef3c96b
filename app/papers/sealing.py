"""Where papers are sealed: what this floor asks of whoever keeps the public tree, which ``wsgi.py`` names.

Without a sealer papers are drawn at once and carry no proof. With one, a paper is drawn when it is sealed, and its
QR carries the short path by which anybody can check it against the published seals.
"""

import base64
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.papers.models import Paper

HASH_LENGTH = 32
_QR = re.compile(r"/verify/(\w{1,40})#(\d{1,18})\.(\d{1,18})\.([\w-]{43})\.([\w-]{0,4000})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper stands in the tree, in the first seal that has it."""

    number: int
    seal: int
    tree_size: int
    root: bytes
    sealed_at: datetime
    path: tuple[bytes, ...]
    """From the leaf to the perfect subtree above it."""
    holds: bool
    """Whether the stored path leads from what the paper says to the seal's root."""


@dataclass(frozen=True, slots=True)
class QrText:
    """What the QR of a sealed paper says."""

    code: str
    number: int
    tree_size: int
    content: bytes
    path: tuple[bytes, ...]


class Sealer(Protocol):
    """Keeps the tree."""

    def seal(self) -> None:
        """Seal every paper that has no place yet; opens its own transactions."""

    def sealed(self, session: Session, papers: Sequence[Paper]) -> Collection[UUID]:
        """Return the keys of those papers that have a place."""

    def place_of(self, session: Session, paper: Paper) -> Place | None:
        """Return the place of a paper; None while it waits for one."""

    def holds(self, session: Session, said: QrText) -> bool:
        """Return whether the path of a QR leads to a seal that was made."""


_sealer: Sealer | None = None


def use(sealer: Sealer | None) -> None:
    """Have papers sealed by somebody, or by nobody."""
    global _sealer
    _sealer = sealer


def seal() -> None:
    """Have every paper sealed that waits for it."""
    if _sealer is not None:
        _sealer.seal()


def drawable(session: Session, papers: Sequence[Paper]) -> list[Paper]:
    """Return the papers that may be drawn: the sealed ones, or all where nobody seals."""
    if _sealer is None or not papers:
        return list(papers)
    sealed = _sealer.sealed(session, papers)
    return [paper for paper in papers if paper.id in sealed]


def place_of(session: Session, paper: Paper) -> Place | None:
    """Return the place of a paper in the tree; None where it has none."""
    return None if _sealer is None else _sealer.place_of(session, paper)


def holds(session: Session, said: QrText) -> bool:
    """Return whether what a QR says is in the tree."""
    return _sealer is not None and _sealer.holds(session, said)


def fragment(paper: Paper, place: Place) -> str:
    """Return what follows the address in the QR: number, size, hash of the content and path, joined by dots."""
    content, path = (_text(one) for one in (bytes.fromhex(paper.content_sha256), b"".join(place.path)))
    return f"#{place.number}.{place.tree_size}.{content}.{path}"


def read_qr(text: str) -> QrText | None:
    """Return what the text of a QR says, however it was pasted; None when it is no such text."""
    found = _QR.search("".join(text.split()))
    if found is None:
        return None
    code, number, tree_size, content, path = found.groups()
    steps = _bytes(path)
    if len(steps) % HASH_LENGTH:
        return None
    return QrText(
        code,
        int(number),
        int(tree_size),
        _bytes(content),
        tuple(steps[at : at + HASH_LENGTH] for at in range(0, len(steps), HASH_LENGTH)),
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:  # no base64
        return b"?"
