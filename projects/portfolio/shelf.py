"""Projects while rows are judged: which number stands for which project, whose it is, and from when to when."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from app.imports.world import World
from app.parties.models import Organisation, Party
from app.parties.registers.shelf import Where
from app.rows import parts
from projects.portfolio.models import Project


@dataclass(slots=True)
class KnownProject:
    """A project that is known. ``where`` is None and the keys are set for one that stands in the register.

    ``needs`` are quantities in thousandths by the item's name, as far as somebody fetched them.
    """

    number: str
    name: str
    organisation: str
    region_code: str
    start_on: date
    end_on: date
    where: Where | None = None
    id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    organisation_name: str = ""
    needs: dict[str, int] = field(default_factory=dict)

    @property
    def content(self) -> tuple[object, ...]:
        """What two rows must agree in to mean the same project."""
        return self.name, self.organisation, self.region_code, self.start_on, self.end_on


class Projects:
    """The shelf of projects by number."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._by_number: dict[str, KnownProject] = {}
        self._asked: set[str] = set()

    def find(self, number: str) -> KnownProject | None:
        """Return the project of a number, or None."""
        return self._by_number.get(number)

    def add(self, known: KnownProject) -> None:
        """Learn a project whose row was accepted."""
        self._by_number[known.number] = known

    def want(self, numbers: Iterable[str]) -> list[KnownProject]:
        """Fetch the projects of these numbers; return those that were fetched now."""
        if self._session is None:
            return []
        fresh = list(dict.fromkeys(number for number in numbers if number not in self._asked))
        self._asked.update(fresh)
        fetched = []
        for some in parts(fresh):
            for row in self._session.execute(_PROJECTS.where(Project.number.in_(some))):
                fetched.append(
                    KnownProject(
                        number=row.number,
                        name=row.name,
                        organisation=row.uscc or "",
                        region_code=row.region_code,
                        start_on=row.start_on,
                        end_on=row.end_on,
                        id=row.id,
                        organisation_id=row.organisation_id,
                        organisation_name=row.organisation_name,
                    )
                )
        for known in fetched:
            self.add(known)
        return fetched


_PROJECTS = (
    select(
        Project.id, Project.number, Project.name, Project.organisation_id, Project.region_code,
        Project.start_on, Project.end_on, Organisation.uscc, Party.name.label("organisation_name"),
    )
    .join(Organisation, Organisation.party_id == Project.organisation_id)
    .join(Party, Party.id == Project.organisation_id)
)  # fmt: skip
