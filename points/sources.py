"""What the floor above must tell about the source of a posting, so that "why 312 points?" has an answer.

The ledger knows a source by kind and key only. Whoever owns a kind of source (contributions stand in
`projects/`) implements the protocol; `wsgi.py` registers it here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.permissions import Actor


@dataclass(frozen=True, slots=True)
class SourceStory:
    """One source in words: what it was, where its page is for this reader (None: they may not open it)."""

    title: str
    happened_on: date
    url: str | None = None


class SourceTeller(Protocol):
    """Explains the sources of one kind."""

    def __call__(self, session: Session, source_ids: Iterable[UUID], actor: Actor) -> dict[UUID, SourceStory]:
        """Return a story for each key that is known; the actor decides which pages it links to."""
        ...


_tellers: dict[str, SourceTeller] = {}


def register(source_kind: str, teller: SourceTeller) -> None:
    """Let a feature above tell about its kind of source; ``wsgi.py`` calls this once per kind."""
    _tellers[source_kind] = teller


def stories(session: Session, sources: Iterable[tuple[str, UUID]], actor: Actor) -> dict[UUID, SourceStory]:
    """Return the stories of sources of any kinds; those nobody can tell about are left out."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, key in sources:
        by_kind.setdefault(kind, set()).add(key)
    told: dict[UUID, SourceStory] = {}
    for kind, ids in by_kind.items():
        if kind in _tellers:
            told.update(_tellers[kind](session, ids, actor))
    return told
