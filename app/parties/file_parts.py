"""What features know of a household: parts of its file. Features register them; the file page puts them together.

A part is asked for one household and one reader, who may read the file at that door. It leaves out what this reader
must not see: staff at the staff door see what their role is for; at the member door somebody sees what is the
household's or their own, never what was asked or given because of the others at home.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.feature import Door
from app.permissions import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``when``: an instant, or a day of which no hour is known. ``url``: where it is read."""

    when: datetime | date
    what: Any
    who: str | None = None
    note: str | None = None
    url: str | None = None
    tone: str | None = None

    @property
    def moment(self) -> datetime:
        """Its place in the timeline: a day without an hour stands at its beginning."""
        return self.when if isinstance(self.when, datetime) else clock.instant(self.when)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a part's card. ``state``: a labelled value or None; ``meta``: short texts."""

    title: str
    url: str | None = None
    meta: Sequence[str] = ()
    state: Any = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a part knows: lines of its card (newest or nearest first), what happened, and what may be done from here.

    ``actions``: pairs of label and address. ``empty``: what the card says without lines; None: no card then.
    """

    items: Sequence[Item] = ()
    entries: Sequence[Entry] = ()
    actions: Sequence[tuple[Any, str]] = ()
    empty: Any = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and behind which door."""

    actor: Actor
    door: Door


@dataclass(frozen=True, slots=True)
class FilePart:
    """One part: its name in addresses, its title, and who tells it; None: nothing for this reader."""

    name: str
    label: Any
    tell: Callable[[Session, uuid.UUID, Reader], Told | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A part with what it told."""

    part: FilePart
    told: Told = field(default_factory=Told)


_parts: dict[str, FilePart] = {}


def register(*parts: FilePart) -> None:
    """Make parts known; a later one of the same name replaces the first."""
    _parts.update({part.name: part for part in parts})


def of(session: Session, household_id: uuid.UUID, reader: Reader) -> list[Shown]:
    """Return what all parts know of a household for a reader, in the order in which they were registered."""
    told = ((part, part.tell(session, household_id, reader)) for part in _parts.values())
    return [Shown(part, found) for part, found in told if found is not None]


def timeline(shown: Sequence[Shown], *, name: str = "") -> list[tuple[FilePart, Entry]]:
    """Return what happened over all parts, or one of them, the newest first."""
    entries = [
        (one.part, entry) for one in shown if name in ("", one.part.name) for entry in one.told.entries
    ]
    return sorted(entries, key=lambda pair: pair[1].moment, reverse=True)
