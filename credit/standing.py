"""What the credit record says of one person at a moment: flags for a human to judge, never a refusal.

Only the person's own entries are read; there is no way to ask for those of a household or of relatives. A minor has
no standing at all. Which flag matters for which thing is told by ``credit.effects``.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.parties.models import Person
from app.parties.rules import is_minor
from credit.lists.models import COUNTS, Colour, EntryKind, EntryState, Ground, ListEntry
from credit.tips.models import Severity

_ENTRIES = (
    select(
        ListEntry.code, ListEntry.colour, ListEntry.kind, ListEntry.severity, ListEntry.ground,
        ListEntry.decided_on, ListEntry.ends_at, ListEntry.state, Person.born_on,
    )
    .join(Person, Person.party_id == ListEntry.person_id)
    .order_by(ListEntry.decided_on.desc(), ListEntry.id.desc())
)  # fmt: skip


@dataclass(frozen=True)
class Flag:
    """One entry that counts. ``is_disputed``: an objection to it is being looked at."""

    code: str
    colour: Colour
    kind: EntryKind
    severity: Severity | None
    ground: Ground
    decided_on: date
    ends_at: datetime
    is_disputed: bool

    @property
    def is_good(self) -> bool:
        """Whether it speaks for the person."""
        return self.colour is Colour.RED


@dataclass(frozen=True)
class Standing:
    """The entries of one person that count, the latest decision first."""

    flags: tuple[Flag, ...] = ()

    @property
    def warnings(self) -> tuple[Flag, ...]:
        """The entries of the black list."""
        return tuple(flag for flag in self.flags if not flag.is_good)

    @property
    def merits(self) -> tuple[Flag, ...]:
        """The entries of the red list."""
        return tuple(flag for flag in self.flags if flag.is_good)


def standing(session: Session, person_id: uuid.UUID, *, on: date | None = None) -> Standing:
    """Return what counts for a person now, or at any moment of the day ``on``; one query by an index."""
    now = clock.now()
    since = now if on is None else clock.instant(on)
    until = now if on is None else clock.instant(on + timedelta(days=1)) - timedelta(microseconds=1)
    day = clock.today() if on is None else on
    rows = session.execute(
        _ENTRIES.where(
            ListEntry.person_id == person_id,
            ListEntry.ends_at > since,
            ListEntry.begins_at <= until,
            ListEntry.state.in_(COUNTS),
        )
    )
    return Standing(
        tuple(
            Flag(
                row.code, row.colour, row.kind, row.severity, row.ground, row.decided_on, row.ends_at,
                row.state is EntryState.OBJECTED,
            )
            for row in rows
            if not is_minor(row.born_on, day)
        )
    )  # fmt: skip
