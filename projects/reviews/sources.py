"""From which decisions a re-review draws. Features that refuse or let go households register theirs."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

Tell = Callable[[Session, str, date, date], list[tuple[uuid.UUID, uuid.UUID]]]
"""Of a region and a period: pairs of a decision's key and its household's."""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of decision: its table, its name, and who tells which there were."""

    kind: str
    label: Any
    tell: Tell


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a kind of decision known; a later one of the same kind replaces the first."""
    _sources[source.kind] = source


def known() -> tuple[Source, ...]:
    """Return all kinds in the order of their names."""
    return tuple(_sources[kind] for kind in sorted(_sources))


def label_of(kind: str) -> Any:
    """Return what a kind is called."""
    return _sources[kind].label if kind in _sources else kind
