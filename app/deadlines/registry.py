"""Which deadlines there are, and who tells what a thing is called that has one. Features register both."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.deadlines.rules import HolderLevel


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """A step that has a term: its name in rows, its label, the parameter with its length, and who has to do it."""

    name: str
    label: Any
    parameter_key: str
    holder_level: HolderLevel


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list shows of a thing: a title without anybody's full name, and its page (None: it has none)."""

    title: str
    url: str | None = None


Teller = Callable[[Session, Sequence[uuid.UUID]], Mapping[uuid.UUID, Shown]]

_kinds: dict[str, DeadlineKind] = {}
_tellers: dict[str, Teller] = {}


def register(*kinds: DeadlineKind) -> None:
    """Make kinds known; a later one of the same name replaces the first."""
    _kinds.update({kind.name: kind for kind in kinds})


def register_subject(subject_kind: str, teller: Teller) -> None:
    """Say who tells what things of a kind are called."""
    _tellers[subject_kind] = teller


def known() -> tuple[DeadlineKind, ...]:
    """Return all kinds in the order of their names."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def label_of(name: str) -> Any:
    """Return what a kind is called; one that nobody registers any more, its name."""
    kind = _kinds.get(name)
    return kind.label if kind is not None else name


def told(session: Session, things: Sequence[tuple[str, uuid.UUID]]) -> dict[tuple[str, uuid.UUID], Shown]:
    """Return what many things are called, one query for each kind of them; what nobody tells of is absent."""
    by_kind: dict[str, list[uuid.UUID]] = {}
    for subject_kind, subject_id in things:
        by_kind.setdefault(subject_kind, []).append(subject_id)
    found: dict[tuple[str, uuid.UUID], Shown] = {}
    for subject_kind, ids in by_kind.items():
        teller = _tellers.get(subject_kind)
        if teller is not None:
            found |= {(subject_kind, key): shown for key, shown in teller(session, ids).items()}
    return found
