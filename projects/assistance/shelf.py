"""Records of assistance while rows are judged: which number is known with which content; the kinds of aid."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.imports.world import World
from app.parties.models import Household
from app.parties.registers.shelf import Where
from app.rows import parts
from projects.assistance import aid_kinds
from projects.assistance.kinds import AssistanceSource
from projects.assistance.models import Assistance


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A record by its number. ``where`` is None for one of the register."""

    content: tuple[object, ...]
    where: Where | None = None


class Records:
    """The shelf of records of lists, by number."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._by_number: dict[str, KnownRecord] = {}
        self._asked: set[str] = set()

    def find(self, number: str) -> KnownRecord | None:
        """Return the record of a number, or None."""
        return self._by_number.get(number)

    def remember(self, number: str, content: tuple[object, ...], where: Where) -> None:
        """Learn a record that goes in."""
        self._by_number[number] = KnownRecord(content, where)

    def want(self, numbers: Iterable[str]) -> None:
        """Fetch the records of these numbers."""
        if self._session is None:
            return
        fresh = list(dict.fromkeys(one for one in numbers if one not in self._asked))
        self._asked.update(fresh)
        for some in parts(fresh):
            wanted = (
                select(Assistance, Household.file_number)
                .join(Household, Household.party_id == Assistance.household_id)
                .where(Assistance.source == AssistanceSource.SPREADSHEET, Assistance.number.in_(some))
            )
            for one, file_number in self._session.execute(wanted):
                self._by_number[one.number] = KnownRecord(
                    (file_number, one.kind_id, one.what, one.amount_fen, one.given_on, one.giver)
                )


class Kinds:
    """The shelf of kinds of aid by name. Without a database nobody knows them, and any name will do."""

    def __init__(self, world: World) -> None:
        self._known = None if world.session is None else aid_kinds.by_name(world.session)

    @property
    def names(self) -> list[str]:
        """The names, for a template's drop-down."""
        return list(self._known or ())

    def find(self, name: str) -> uuid.UUID | None:
        """Return the key of a kind by its name, or None."""
        return uuid.UUID(int=0) if self._known is None else self._known.get(name)
