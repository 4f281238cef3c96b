"""What is known of organisations and people while rows are judged.

``Parties`` answers three questions, each by looking into a dictionary: who has this number, is there a party of
this name, and does a name belong to somebody else than a number. A register's ``prefetch`` calls ``want`` with all
numbers and names of its rows; its ``decide`` asks, and adds what it accepted:

    shelf = world.shelf(Parties)
    shelf.want(numbers=[…], names=[…])          # in prefetch; nothing happens without a database
    known = shelf.find(number)                   # in decide
    if shelf.is_other(name, known): …            # NAME_CODE_MISMATCH
"""

import uuid
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from flask_babel import gettext as _
from sqlalchemy import select

from app.imports.registers import Row
from app.imports.world import World
from app.parties.duplicates import identity_hash
from app.parties.kinds import (
    IntegrityState,
    OrganisationKind,
    PersonRoleKind,
    RegistrationState,
)
from app.parties.listed import Qualification
from app.parties.models import Organisation, Party, Person, PersonRole
from app.parties.names import match_key
from app.parties.waiting import paper_counts
from app.rows import present

_VARIABLES = 500  # per IN (…): far below the limit of either database
_GONE = (RegistrationState.REJECTED, RegistrationState.CLOSED)

Where = tuple[str, str, int]
"""File, sheet and row of an accepted row; None for what stands in the register."""

Value = TypeVar("Value", bound=Hashable)


class Number(Protocol):
    """The number of a party as it was read: a credit code or a resident identity number."""

    @property
    def code(self) -> str:
        """The tidy number."""

    @property
    def is_uscc(self) -> bool:
        """Whether it is a credit code."""


@dataclass(slots=True)
class KnownParty:
    """An organisation or a person that is known. ``where`` is None and ``party_id`` set for one of the register.

    ``kind`` and ``is_serious`` are an organisation's; the others a person's. ``roles`` has those, too, that
    wait for a second person: a ledger that comes in beside them is verified by somebody else as well.
    """

    name: str
    match_key: str
    region_code: str
    where: Where | None = None
    party_id: uuid.UUID | None = None
    kind: OrganisationKind | None = None
    is_serious: bool = False
    born_on: date | None = None
    roles: set[PersonRoleKind] = field(default_factory=set)
    qualifications: set[str] = field(default_factory=set)
    is_admitted: bool = True

    @property
    def is_organisation(self) -> bool:
        """Whether it is an organisation."""
        return self.kind is not None


class Parties:
    """The shelf of organisations by code and of people by the keyed hash of their number."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._organisations: dict[str, KnownParty] = {}
        self._people: dict[bytes, KnownParty] = {}
        self._names: dict[str, list[KnownParty]] = {}
        self._asked: set[Hashable] = set()
        self._hashes: dict[str, bytes] = {}

    def find(self, number: Number) -> KnownParty | None:
        """Return who has a number, or None."""
        return self.organisation(number.code) if number.is_uscc else self.person(identity_hash(number.code))

    def organisation(self, code: str) -> KnownParty | None:
        """Return the organisation of a credit code, or None."""
        return self._organisations.get(code)

    def person(self, number_hash: bytes) -> KnownParty | None:
        """Return the person of an identity number's keyed hash (``duplicates.identity_hash``), or None."""
        return self._people.get(number_hash)

    def of_register(self, hashes: Iterable[bytes]) -> list[bytes]:
        """Return those of the hashes that somebody in the register has; all of them must have been fetched."""
        found = ((one, self._people.get(one)) for one in hashes)
        return [one for one, known in found if known is not None and known.party_id is not None]

    def named(self, name: str) -> Sequence[KnownParty]:
        """Return the parties of a name, folded as for duplicates, as far as they have been learned or fetched."""
        return self._names.get(match_key(name), ())

    def is_other(self, name: str, known: KnownParty) -> bool:
        """Whether a name is not this party's and belongs to another one that is known."""
        key = match_key(name)
        return key != known.match_key and key in self._names

    def add_organisation(self, code: str, known: KnownParty) -> None:
        """Learn an organisation whose row was accepted."""
        self._organisations[code] = known
        self._names.setdefault(known.match_key, []).append(known)

    def add_person(self, number_hash: bytes, known: KnownParty) -> None:
        """Learn a person whose row was accepted."""
        self._people[number_hash] = known
        self._names.setdefault(known.match_key, []).append(known)

    def want(self, *, numbers: Iterable[Number] = (), names: Iterable[str] = ()) -> None:
        """Fetch the parties of these numbers, and for these names whether the register has a party of that name."""
        if self._session is None:
            return
        numbers = list(numbers)
        self.want_organisations(number.code for number in numbers if number.is_uscc)
        self.want_people(identity_hash(number.code) for number in numbers if not number.is_uscc)
        for keys in self._unasked(("name", match_key(name)) for name in names):
            query = (
                select(Party.match_key).distinct().where(Party.match_key.in_(keys), Party.state.not_in(_GONE))
            )
            for key in self._session.scalars(query):
                self._names.setdefault(key, [])

    def want_organisations(self, codes: Iterable[str]) -> None:
        """Fetch the organisations of these credit codes."""
        if self._session is None:
            return
        for some in self._unasked(("code", code) for code in codes):
            for code, known in self._organisations_where(
                _ORGANISATIONS.where(Organisation.uscc_claim.in_(some))
            ):
                self.add_organisation(code, known)

    def hash_of(self, number: str) -> bytes:
        """Return the keyed hash of an identity number, which the prefetch of its row may have made already."""
        return self._hashes.pop(number, None) or identity_hash(number)

    def want_numbers(self, numbers: Iterable[str]) -> None:
        """Fetch the people of these identity numbers."""
        if self._session is not None:
            self._hashes.update((number, identity_hash(number)) for number in numbers)
            self.want_people(self._hashes.values())

    def want_people(self, hashes: Iterable[bytes]) -> None:
        """Fetch the people of these keyed hashes of identity numbers, with their roles and papers."""
        if self._session is None:
            return
        for asked in self._unasked(("person", one) for one in hashes):
            some = present(self._session, Person.identity_hash, asked)
            if not some:
                continue
            for number_hash, known in self._people_where(_PEOPLE.where(Person.identity_hash.in_(some))):
                self.add_person(number_hash, known)

    def want_named(self, names: Iterable[str]) -> None:
        """Fetch whole the parties that have these names and a number, for ``named``."""
        if self._session is None:
            return
        for keys in self._unasked(("named", match_key(name)) for name in names):
            here = Party.match_key.in_(keys)
            for code, known in self._organisations_where(_ORGANISATIONS.where(here)):
                if code not in self._organisations:
                    self.add_organisation(code, known)
            for number_hash, known in self._people_where(_PEOPLE.where(here)):
                if number_hash not in self._people:
                    self.add_person(number_hash, known)

    def _unasked(self, keys: Iterable[tuple[str, Value]]) -> Iterator[list[Value]]:
        """Yield what has not been asked for yet, in lists that fit a statement."""
        fresh = list(dict.fromkeys(key for key in keys if key not in self._asked))
        self._asked.update(fresh)
        for start in range(0, len(fresh), _VARIABLES):
            yield [value for _kind, value in fresh[start : start + _VARIABLES]]

    def _organisations_where(self, query: Any) -> Iterator[tuple[str, KnownParty]]:
        assert self._session is not None
        for code, party_id, name, key, region, kind, integrity, state in self._session.execute(query):
            yield code, KnownParty(
                name, key, region, party_id=party_id, kind=kind,
                is_serious=integrity is IntegrityState.SERIOUS,
                is_admitted=state is RegistrationState.APPROVED,
            )  # fmt: skip

    def _people_where(self, query: Any) -> Iterator[tuple[bytes, KnownParty]]:
        assert self._session is not None
        found: dict[uuid.UUID, tuple[bytes, KnownParty]] = {}
        for number_hash, party_id, name, key, region, born_on, state in self._session.execute(query):
            known = KnownParty(
                name, key, region, party_id=party_id, born_on=born_on,
                is_admitted=state is RegistrationState.APPROVED,
            )  # fmt: skip
            found[party_id] = (bytes(number_hash), known)
        ids = list(found)
        for start in range(0, len(ids), _VARIABLES):
            some = ids[start : start + _VARIABLES]
            for person_id, role in self._session.execute(_ROLES.where(PersonRole.person_id.in_(some))):
                found[person_id][1].roles.add(role)
            for person_id, kind in self._session.execute(_PAPERS.where(Qualification.person_id.in_(some))):
                found[person_id][1].qualifications.add(kind)
        yield from found.values()


_ORGANISATIONS = select(
    Organisation.uscc_claim, Party.id, Party.name, Party.match_key, Party.region_code,
    Organisation.organisation_kind, Organisation.integrity, Party.state,
).join(Party, Party.id == Organisation.party_id).where(Organisation.uscc_claim.is_not(None))  # fmt: skip
_PEOPLE = select(
    Person.identity_hash, Party.id, Party.name, Party.match_key, Party.region_code, Person.born_on, Party.state
).join(Party, Party.id == Person.party_id).where(Person.identity_hash.is_not(None))  # fmt: skip
_ROLES = select(PersonRole.person_id, PersonRole.role).where(PersonRole.valid_to.is_(None))
_PAPERS = select(Qualification.person_id, Qualification.kind).where(paper_counts())


def place_of(row: Row) -> Where:
    """Return where a row stands, for the sentence about a later one that says the same."""
    return row.file, row.sheet, row.number


def registered_elsewhere() -> str:
    """Return the sentence for a known person who is registered where the uploader has nothing to enter."""
    return _("这个人登记在您的辖区以外，请交给登记所在地或上级的工作人员办理。")


def stands(where: Where | None, row: Row) -> str:
    """Return in words where the other one stands, seen from a row."""
    if where is None:
        return _("登记册里已有")
    file, sheet, number = where
    if (file, sheet) == (row.file, row.sheet):
        return _("与本表第 %(row)s 行相同", row=number)
    if file == row.file:
        return _("与工作表“%(sheet)s”第 %(row)s 行相同", sheet=sheet, row=number)
    return _("与文件“%(file)s”第 %(row)s 行相同", file=file, row=number)
