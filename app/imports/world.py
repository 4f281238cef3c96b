"""What is known while rows are judged.

A world has shelves, one per kind of knowledge (places, parties, projects, serial numbers …), each a class of the
feature that owns it. Without a database a shelf begins with what the program ships and learns from the
accepted rows; with one it is filled, set-wise and before the rows are judged, from the tables. The rules that ask
it cannot tell the difference, and so the dry run, the real run and ``flask import judge`` decide alike.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.imports.vocabulary.terms import Vocabulary
from app.permissions import region_prefix

T = TypeVar("T")


@dataclass(frozen=True)
class Scope:
    """For whom rows are judged: a staff member's regions (None: everywhere), or one organisation's own."""

    regions: tuple[str, ...] | None = None
    organisation_id: uuid.UUID | None = None

    def covers(self, region_code: str) -> bool:
        """Whether a 12-digit region lies in the scope."""
        return self.regions is None or any(region_code.startswith(region_prefix(one)) for one in self.regions)


class World:
    """The shelves, the words, the day as of which is judged, and for whom.

    ``session`` is None when no database is asked. ``city`` is the 12-digit code of the city. ``was_checked``: the
    rows went through the check before and are judged once more, batch by batch; what is asked of a list as a whole
    was asked then.
    """

    def __init__(
        self,
        *,
        today: date,
        city: str,
        vocabulary: Vocabulary,
        session: Session | None = None,
        scope: Scope | None = None,
    ) -> None:
        self.today = today
        self.city = city
        self.vocabulary = vocabulary
        self.session = session
        self.scope = scope or Scope()
        self.was_checked = False
        self._shelves: dict[Any, Any] = {}

    def shelf(self, kind: "Callable[[World], T]") -> T:
        """Return the shelf of a class, made with this world on first use."""
        found: T | None = self._shelves.get(kind)
        if found is None:
            found = self._shelves[kind] = kind(self)
        return found
