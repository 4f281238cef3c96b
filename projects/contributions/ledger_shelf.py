"""Ledgers while rows are judged: which serial is known with which content, and hours by person and day."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.clock import today
from app.imports.world import World
from app.parties.models import Affiliation
from app.parties.registers.shelf import Where
from app.rows import parts
from projects.contributions.models import Contribution
from projects.contributions.neighbours import COUNTED
from projects.contributions.rules import TIME_KINDS, ContributionState

PersonDay = tuple[str, date]
"""A person's identity number and a day."""


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry by its serial. ``where`` is None for one of the register; ``is_withdrawn``: taken back there."""

    row_key: str | None
    where: Where | None = None
    is_withdrawn: bool = False


class Ledger:
    """The shelf of entries by serial and of service minutes by person and day."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._entries: dict[str, KnownEntry] = {}
        self._minutes: dict[PersonDay, int] = {}
        self._asked: set[str | PersonDay] = set()
        self._own_people: set[uuid.UUID] | None = None
        self._organisation_id = world.scope.organisation_id

    def find(self, serial: str) -> KnownEntry | None:
        """Return the entry of a serial, or None."""
        return self._entries.get(serial)

    def remember(self, serial: str, row_key: str, where: Where) -> None:
        """Learn an entry that goes in, or that waits for a person's word."""
        self._entries[serial] = KnownEntry(row_key, where)

    def minutes(self, person: str, day: date) -> int:
        """Return the minutes of service of a person on a day, as far as they are known."""
        return self._minutes.get((person, day), 0)

    def add_minutes(self, person: str, day: date, minutes: int) -> None:
        """Count minutes of a row that goes in, or that waits because the day is long."""
        self._minutes[person, day] = self._minutes.get((person, day), 0) + minutes

    def is_own(self, person_id: uuid.UUID | None) -> bool:
        """Whether the uploading organisation may enter this person: everybody's where it is the bureau that uploads."""
        if self._organisation_id is None or self._session is None:
            return True
        if self._own_people is None:
            day = today()
            self._own_people = set(
                self._session.scalars(
                    select(Affiliation.person_id).where(
                        Affiliation.organisation_id == self._organisation_id,
                        Affiliation.valid_from <= day,
                        Affiliation.valid_to.is_(None) | (Affiliation.valid_to >= day),
                    )
                )
            )
        return person_id in self._own_people

    def want_serials(self, serials: Iterable[str]) -> None:
        """Fetch the entries of these serials; one that was taken back counts only while none stands in its place."""
        if self._session is None:
            return
        fresh = list(dict.fromkeys(one for one in serials if one not in self._asked))
        self._asked.update(fresh)
        for some in parts(fresh):
            rows = self._session.execute(
                select(Contribution.serial, Contribution.row_key, Contribution.state).where(
                    Contribution.serial.in_(some)
                )
            )
            for serial, row_key, state in rows:
                withdrawn = state is ContributionState.WITHDRAWN
                if serial and (not withdrawn or (row_key is not None and serial not in self._entries)):
                    self._entries[serial] = KnownEntry(row_key, None, withdrawn)

    def want_minutes(self, wanted: Iterable[tuple[str, uuid.UUID, date]]) -> None:
        """Fetch what these people (number, key) have served on these days; each day of each is fetched once."""
        if self._session is None:
            return
        people: dict[uuid.UUID, str] = {}
        pairs: set[PersonDay] = set()
        for number, person_id, day in wanted:
            if (number, day) not in self._asked:
                pairs.add((number, day))
                people[person_id] = number
        if not pairs:
            return
        self._asked.update(pairs)
        days = [day for _number, day in pairs]
        ids = list(people)
        for some in parts(ids):
            rows = self._session.execute(
                select(
                    Contribution.party_id, Contribution.happened_on, func.sum(Contribution.service_minutes)
                )
                .where(
                    Contribution.party_id.in_(some),
                    Contribution.happened_on.between(min(days), max(days)),
                    Contribution.kind.in_(TIME_KINDS),
                    Contribution.state.in_(COUNTED),
                )
                .group_by(Contribution.party_id, Contribution.happened_on)
            )
            for person_id, day, minutes in rows:
                if (people[person_id], day) in pairs:
                    self.add_minutes(people[person_id], day, int(minutes or 0))
