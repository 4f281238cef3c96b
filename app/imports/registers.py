"""What a register is: its columns, how a row of it is judged, and the verbs by which rows go in and out again.

A feature makes one ``Register`` in its ``register.py``. ``decide`` is a plain function that walks the tests in
their order and raises ``Found`` at the first that applies:

    def decide(row: Row, world: World) -> Verdict:
        name, code = row.need("name"), row.need("uscc")
        county = row.need("county")
        known = world.shelf(Parties).by_code(code)
        if known is not None:
            raise found(Reason.DUP_SAME_CODE, _("…"), field="uscc", decision=Decision.DUPLICATE)
        world.shelf(Parties).add(…)
        return row.accepted(key=code, canonical={…}, data=OrganisationData(…))
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.imports.cells import Table
from app.imports.faults import Fault, Found, found
from app.imports.kinds import Decision, Note, Reason
from app.imports.layout import Layout
from app.imports.world import World
from app.permissions import Actor, Permission


class Reading(NamedTuple):
    """What a cell says: a value (None when blank), what was put right, or what is wrong."""

    value: Any = None
    notes: tuple[Note, ...] = ()
    fault: Fault | None = None


BLANK = Reading()

CellReader = Callable[[Any], Reading]


class Binding(NamedTuple):
    """What a field's reader may know of its column before the first cell: field name, heading's unit, world."""

    field: str
    header_unit: str | None
    world: World


Reader = Callable[[Binding], CellReader]
"""Given the column, returns the function that reads its cells. ``app.imports.values`` has them all."""


@dataclass(frozen=True)
class Field:
    """One column of a register. ``label`` is its heading on the template; other headings are vocabulary rows.

    ``fill_down``: a blank inside a vertical merge takes the value above (places, groups; never a figure).
    ``from_sheet``: where no column has it, the sheet's name or a title may say it. ``choices`` fills the
    template's drop-down. ``is_remark``: text that decides nothing. ``secret``: shown masked, like numbers of people.
    """

    name: str
    label: Any
    read: Reader
    required: bool = False
    fill_down: bool = False
    from_sheet: bool = False
    secret: bool = False
    is_remark: bool = False
    choices: Callable[[World], Sequence[str]] | None = None
    hint: Any = ""
    example: str = ""


@dataclass(slots=True)
class Verdict:
    """What was decided on a row. ``key`` names it among its like; ``data`` is what the register's verb takes."""

    decision: Decision
    fault: Fault | None = None
    notes: tuple[Note, ...] = ()
    key: str = ""
    canonical: dict[str, Any] | None = None
    data: Any = None


class Row:
    """One row on its way: where it stands, and what its cells say, by field name."""

    __slots__ = ("_noted", "chain", "file", "head", "number", "readings", "sheet", "units")

    def __init__(
        self, file: str, sheet: str, number: int, readings: dict[str, Reading], units: Mapping[str, str]
    ) -> None:
        self.file = file
        self.sheet = sheet
        self.number = number
        self.readings = readings
        self.units = units
        self.chain = ""
        self.head = ""
        self._noted: set[Note] = set()

    def note(self, *notes: Note) -> None:
        """Remember what was put right across cells (a unit from another column)."""
        self._noted.update(notes)

    def is_blank(self, name: str) -> bool:
        """Whether nothing stands in a field."""
        reading = self.readings.get(name, BLANK)
        return reading.value is None and reading.fault is None

    def get(self, name: str) -> Any:
        """Return a field's value, None when blank. Raises Found when the cell cannot be read."""
        reading = self.readings.get(name, BLANK)
        if reading.fault is not None:
            raise Found(reading.fault)
        return reading.value

    def need(self, name: str) -> Any:
        """Return a field's value. Raises Found when the cell is blank or cannot be read."""
        value = self.get(name)
        if value is None:
            raise missing(name)
        return value

    def ensure_present(self, *names: str) -> None:
        """Raise Found for the first of these fields that is blank; what is wrong in a cell is told later."""
        for name in names:
            if self.is_blank(name):
                raise missing(name)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was put right anywhere in the row, each once, in the order of the words."""
        seen = set(self._noted)
        for reading in self.readings.values():
            if reading.notes:
                seen.update(reading.notes)
        return tuple(sorted(seen)) if seen else ()

    def accepted(
        self,
        *,
        key: str,
        canonical: dict[str, Any],
        data: Any,
        decision: Decision = Decision.ACCEPT,
        fault: Fault | None = None,
    ) -> Verdict:
        """Return the verdict of a row that goes in (or, with a fault, that a person must look at first)."""
        return Verdict(
            decision, fault, self.notes if decision is Decision.ACCEPT else (), key, canonical, data
        )


def missing(name: str) -> Found:
    """Return the exception for a blank field that must be filled."""
    return found(Reason.REQUIRED_MISSING, _("这一项必须填写。"), field=name)


@dataclass(frozen=True)
class Admission:
    """What became of rows that were handed to a register's verb: the key of each one's thing, or its sentence."""

    things: tuple[uuid.UUID | None, ...]
    refused: Mapping[int, str] = field(default_factory=dict)


class Admit(Protocol):
    """Write rows into the register's tables, set-wise, all in the caller's transaction, with one audit event."""

    def __call__(
        self, session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
    ) -> Admission:
        """Return the key of each row's thing, in their order. At most 2,000 rows."""


class Undo(Protocol):
    """Take rows out again that an import brought in, all or none. Raises Conflict when something depends on one."""

    def __call__(self, session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
        """Undo; the trace stays in the audit log."""


class Approve(Protocol):
    """Approve what an import brought in, as the second of four eyes. Raises NotAllowed for who brought it in."""

    def __call__(self, session: Session, things: Sequence[uuid.UUID], *, actor: Actor, why: str) -> int:
        """Return how many of these (at most 1,000) were approved; those that need a look of their own are left.

        ``why``: how they were checked, in the approver's words; empty where nobody is asked.
        """


@dataclass(frozen=True)
class Preview:
    """What an approver sees before all of an upload gets one's word.

    ``ready``: how many would be approved; ``figures``: their sums in words; ``left``: how many stay, by reason;
    ``sample``: some of what came in, the same for everybody: code and what the line says.
    """

    ready: int
    figures: tuple[tuple[Any, str], ...]
    left: Mapping[str, int]
    sample: tuple[tuple[str, tuple[str, ...]], ...]


class Look(Protocol):
    """Return what approving these things would do, changing nothing. ``seed`` draws the sample."""

    def __call__(self, session: Session, things: Sequence[uuid.UUID], *, actor: Actor, seed: str) -> Preview:
        """Look."""


@dataclass(frozen=True)
class Register:
    """One kind of table that comes in. ``order``: which is judged first when a whole folder comes.

    ``permission`` is asked of staff, ``member_permission`` of an organisation's clerk (None: staff only).
    ``prefetch`` fills the world's shelves for these rows, set-wise; it does nothing without a database.
    ``approve``: where what comes in waits for somebody else's word, by which all of an upload gets it; that asks for
    ``approving``. With ``look`` the approver is shown first what would happen, and says how it was checked.
    ``prepare`` mends a table before its rows are read; lines keep their numbers.
    ``chained``: each row's ``chain`` is a hash of what it and all rows above it say, by which a list without
    numbers is known again under another title; its ``head`` is that of the list's first row.
    ``listed_at``, ``shown_at``: endpoints of the staff list
    of what came in, and of one of them by its code. ``afterwards``: what becomes of it, where nobody approves it.
    """

    name: str
    label: Any
    order: int
    fields: tuple[Field, ...]
    decide: Callable[[Row, World], Verdict]
    prefetch: Callable[[World, Sequence[Row]], None]
    admit: Admit
    undo: Undo
    permission: Permission
    member_permission: Permission | None = None
    about: Any = ""
    approve: Approve | None = None
    approving: Permission = Permission.REVIEW_REGISTRATIONS
    look: Look | None = None
    prepare: Callable[[Table, Layout], Table] | None = None
    chained: tuple[str, ...] = ()
    listed_at: str = ""
    afterwards: Any = ""
    shown_at: str = ""

    def field(self, name: str) -> Field:
        """Return the field of a name. Raises KeyError."""
        return self._by_name[name]

    @property
    def _by_name(self) -> dict[str, Field]:
        return {one.name: one for one in self.fields}


_known: dict[str, Register] = {}


def register(*registers: Register) -> None:
    """Make registers known; ``create_app`` calls it with those of every feature."""
    for one in registers:
        _known[one.name] = one


def known() -> tuple[Register, ...]:
    """Return every register, in the order in which they are judged."""
    return tuple(sorted(_known.values(), key=lambda one: one.order))


def by_name(name: str) -> Register:
    """Return the register of a name. Raises KeyError."""
    return _known[name]
