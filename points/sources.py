"""What the floor above must tell about the source of a posting, so that "why 312 points?" has an answer.

The ledger knows a source by kind and key only. Whoever owns a kind of source (contributions stand in
`projects/`) implements the protocols; `wsgi.py` registers it here.
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


@dataclass(frozen=True, slots=True)
class EvidenceTold:
    """One piece of evidence as far as this reader may know: its kind and day; name and address only if it is theirs."""

    kind: str
    added_on: date
    name: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who took a step: what, in which office or role, on which day; the name only for readers who may know it."""

    what: str
    office: str
    on: date
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """One source with what proves it, as far as one reader may know."""

    title: str
    happened_on: date
    url: str | None
    facts: tuple[tuple[str, str], ...]
    grade: str
    grade_words: str
    evidence: tuple[EvidenceTold, ...]
    signers: tuple[Signer, ...]


class SourceTeller(Protocol):
    """Explains the sources of one kind."""

    def __call__(self, session: Session, source_ids: Iterable[UUID], actor: Actor) -> dict[UUID, SourceStory]:
        """Return a story for each key that is known; the actor decides which pages it links to."""
        ...


class DossierTeller(Protocol):
    """Tells of one source of its kind the evidence and the signers."""

    def __call__(self, session: Session, source_id: UUID, actor: Actor | None) -> Dossier | None:
        """Return what this reader may know, or None for an unknown key. No actor: what the public may know."""
        ...


_tellers: dict[str, SourceTeller] = {}
_dossiers: dict[str, DossierTeller] = {}


def register(source_kind: str, teller: SourceTeller) -> None:
    """Let a feature above tell about its kind of source; ``wsgi.py`` calls this once per kind."""
    _tellers[source_kind] = teller


def register_dossier(source_kind: str, teller: DossierTeller) -> None:
    """Let a feature above tell the evidence and signers of its kind of source."""
    _dossiers[source_kind] = teller


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


def dossier(session: Session, source_kind: str, source_id: UUID, actor: Actor | None) -> Dossier | None:
    """Return what proves a source, as far as a reader may know (None: the public); None where nobody can tell."""
    teller = _dossiers.get(source_kind)
    return teller(session, source_id, actor) if teller else None
