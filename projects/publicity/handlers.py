"""What a feature says of the things that it puts to publicity, and what it does when their term is over.

The round is locked when a feature is told, and the feature then locks its subject. A verb of the feature that may
withdraw the subject locks in the same order: ``publicity.hold`` first.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.permissions import Actor
from projects.publicity.models import PublicityObjection


class Ended(Protocol):
    """Told when a term ended without an objection that holds."""

    def __call__(self, session: Session, subject_id: uuid.UUID, /, *, actor: Actor) -> None:
        """Bring the subject on, in the caller's transaction."""


class Upheld(Protocol):
    """Told when an objection was upheld; the publicity is withdrawn by then."""

    def __call__(
        self, session: Session, subject_id: uuid.UUID, objection: PublicityObjection, /, *, actor: Actor
    ) -> None:
        """Send the subject back for a new look, in the caller's transaction."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose hands a subject went through, and whom it concerns.

    ``persons``: who decided it so far and so never decides an objection. ``parties``: near to whom nobody may be
    who decides (the organiser, the household).
    """

    persons: tuple[uuid.UUID | None, ...] = ()
    parties: tuple[uuid.UUID, ...] = ()


def _nobody(_session: Session, _subject_id: uuid.UUID) -> Hands:
    return Hands()


def _nowhere(_session: Session, _subject_id: uuid.UUID) -> str | None:
    return None


@dataclass(frozen=True)
class Publicised:
    """One kind of subject.

    ``label``: what lists call it. ``staff_url``: where staff read the subject. ``indexed``: whether search engines
    may keep the page; false for anything about persons.
    """

    kind: str
    label: Any
    ended: Ended
    upheld: Upheld
    hands: Callable[[Session, uuid.UUID], Hands] = _nobody
    staff_url: Callable[[Session, uuid.UUID], str | None] = _nowhere
    indexed: bool = False


_kinds: dict[str, Publicised] = {}


def register(*kinds: Publicised) -> None:
    """Make kinds of subjects known; a later one of the same name replaces the first."""
    _kinds.update({one.kind: one for one in kinds})


def known() -> tuple[Publicised, ...]:
    """Return all kinds by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def of(kind: str) -> Publicised:
    """Return what a feature says of a kind. Raises LookupError for one that nobody registered."""
    return _kinds[kind]
