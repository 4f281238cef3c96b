"""How a file is understood: which of its tables are which register, which column is which field; and for whom."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, keys
from app.db import database
from app.errors import InvalidInput, NotAllowed
from app.imports import registers, sections
from app.imports.cells import Book, Table
from app.imports.judging import ROWS_AT_ONCE, Judged, read_table
from app.imports.layout import Layout
from app.imports.reading import read_book
from app.imports.recognition import recognise
from app.imports.registers import Register
from app.imports.staging import TOP, Section
from app.imports.vocabulary.terms import Vocabulary, folded
from app.imports.world import Scope, World
from app.permissions import Actor, Permission, region_prefix

_LEVELS = (2, 4, 6, 9, 12)


@dataclass(frozen=True)
class Batch:
    """Some rows of one section, read and perhaps judged; counted through the whole file, always alike."""

    number: int
    table_number: int
    section: Section
    register: Register
    lines: list[Judged]
    table: Table


def importable(actor: Actor, organisation_id: uuid.UUID | None) -> list[Register]:
    """Return the registers that the actor may fill: a staff member's, or for an organisation its clerk's."""
    return [one for one in registers.known() if may_import(one, actor, organisation_id)]


def may_import(register: Register, actor: Actor, organisation_id: uuid.UUID | None) -> bool:
    """Return whether the actor may fill a register, for an organisation or as staff."""
    if organisation_id is None:
        return actor.is_system or bool(actor.regions(register.permission))
    wanted = register.member_permission
    return wanted is not None and organisation_id in actor.organisations(wanted)


def ensure_may_import(register: Register, actor: Actor, organisation_id: uuid.UUID | None) -> None:
    """Return when the actor may fill a register; else raise NotAllowed."""
    if not may_import(register, actor, organisation_id):
        raise NotAllowed(_("您不能导入“%(register)s”。", register=register.label))


def home_region(actor: Actor, permissions: Iterable[Permission]) -> str | None:
    """Return the smallest division that holds all regions in which the actor has one of these permissions."""
    shared: str | None = None
    for code in {code for one in permissions for code in actor.regions(one)}:
        prefix = region_prefix(code)
        if shared is None:
            shared = prefix
        while not prefix.startswith(shared):
            shared = shared[: max((one for one in _LEVELS if one < len(shared)), default=0)]
    return shared.ljust(12, "0") if shared else None


def world_of(
    register: Register,
    vocabulary: Vocabulary,
    *,
    actor: Actor,
    organisation_id: uuid.UUID | None,
    session: Session | None = None,
) -> World:
    """Return the world in which a register's rows are judged for this actor."""
    staff = None if actor.is_system else actor.regions(register.permission)
    scope = Scope(staff) if organisation_id is None else Scope(None, organisation_id)
    return World(
        today=clock.today(),
        city=database().settings.city_region,
        vocabulary=vocabulary,
        session=session,
        scope=scope,
    )


def read_plan(book: Book, offered: Sequence[Register], vocabulary: Vocabulary) -> list[Section]:
    """Return the tables of a file, each with its layout where a register recognises it.

    Raises InvalidInput when the file has no rows at all.
    """
    found = []
    for number, table in enumerate(book.tables):
        some = list(sections.sections(table, offered, vocabulary))
        for one in some:
            found.append(_section(number, table, one.after, len(one.table.rows), one.layout))
        if not some and any(_filled(line) for line in table.rows):
            found.append(_section(number, table, 0, len(table.rows), None))
    if not found:
        raise InvalidInput(_("文件里没有内容，请检查是否选错了文件。"))
    return found


def _section(number: int, table: Table, after: int, last: int, layout: Layout | None) -> Section:
    shown = max(TOP, layout.first_data_row - after + 3 if layout else 0)
    top = tuple(tuple(line) for line in table.rows[after : min(last, after + shown)])
    return Section(number, table.sheet, after, last, top, layout, layout is not None)


def _filled(line: Sequence[Any]) -> bool:
    return any(cell is not None and cell != "" for cell in line)


def understood_as(section: Section, register: Register, header: int, vocabulary: Vocabulary) -> Section:
    """Return a section read as a register that somebody chose, its header in a line that somebody named.

    Raises InvalidInput when the line is none of those that can be a header.
    """
    place = header - 1 - section.after
    if not 0 <= place < len(section.top) or not _filled(section.top[place]):
        raise InvalidInput(_("第 %(line)s 行不能作表头，请写标题下面、数据上面那一行的行号。", line=header))
    blank: list[list[Any]] = [[] for _ in range(header - 1)]
    table = Table(section.sheet, blank + [list(line) for line in section.top[place:]])
    layout = recognise(table, (register,), vocabulary)
    titles = tuple(str(cell) for line in section.top[:place] for cell in line if cell not in (None, ""))
    if layout is None or header not in layout.header_rows:
        columns: dict[str, int] = {}
        fields = {one.name for one in register.fields}
        for column, cell in enumerate(section.top[place]):
            name = vocabulary.field_of(register.name, str(cell)) if cell not in (None, "") else None
            if name in fields:  # a word may tell of a column that a register has no use for
                columns.setdefault(name, column)
        layout = Layout(register.name, (header,), columns)
    return replace(
        section, layout=_with_unknown(section, replace(layout, titles=titles)), is_used=section.is_used
    )


def with_columns(section: Section, columns: Mapping[str, int]) -> Section:
    """Return a section whose columns somebody chose by hand; a unit stays with the column whose heading says it."""
    assert section.layout is not None
    units = {
        name: unit
        for name, unit in section.layout.units.items()
        if columns.get(name) == section.layout.columns.get(name)
    }
    layout = replace(section.layout, columns=dict(columns), units=units)
    return replace(section, layout=_with_unknown(section, layout))


def _with_unknown(section: Section, layout: Layout) -> Layout:
    used = set(layout.columns.values())
    headings = replace(section, layout=layout).headings()
    unknown = tuple((column, text) for column, text in enumerate(headings) if text and column not in used)
    return replace(layout, unknown=unknown)


def missing_fields(section: Section, register: Register) -> list[Any]:
    """Return the labels of required fields that no column of a section has."""
    columns = section.layout.columns if section.layout else {}
    return [
        one.label
        for one in register.fields
        if one.required and one.name not in columns and not one.from_sheet
    ]


def headings_hash(plan: Sequence[Section]) -> bytes:
    """Return the keyed hash of a file's first lines up to its headings: the same form again has the same."""
    texts = []
    for one in plan:
        head = one.headings() if one.layout else [str(cell or "") for cell in (one.top or ((),))[0]]
        texts.append("\x1f".join(folded(text) for text in head))
    return keys.lookup_hash("import_headings", "\x1e".join(texts))


def as_before(plan: Sequence[Section], before: Sequence[Section]) -> list[Section]:
    """Return a plan with the columns of an earlier file that has the same headings."""
    if len(plan) != len(before):
        return list(plan)
    return [
        replace(one, layout=replace(one.layout, columns=_known(old.layout)), is_used=old.is_used)
        if one.layout and old.layout and one.layout.register == old.layout.register
        else one
        for one, old in zip(plan, before, strict=True)
    ]


def _known(layout: Layout) -> dict[str, int]:
    """Return a layout's columns of fields that the register still has."""
    fields = {one.name for one in registers.by_name(layout.register).fields}
    return {name: column for name, column in layout.columns.items() if name in fields}


def row_estimate(plan: Sequence[Section]) -> int:
    """Return how many lines stand below the headers of the tables that are used."""
    return sum(max(0, one.last - one.layout.first_data_row + 1) for one in plan if one.is_used and one.layout)


def open_book(data: bytes, name: str) -> Book:
    """Return a file's tables. Raises InvalidInput with what is wrong with the file."""
    return read_book(data, name)


def batches(book: Book, plan: Sequence[Section], vocabulary: Vocabulary) -> Iterator[Batch]:
    """Read the rows of a file in batches: who takes part before what was done, tables in their order."""
    chosen = [
        (registers.by_name(one.layout.register), place, one)
        for place, one in enumerate(plan)
        if one.is_used and one.layout is not None
    ]
    number = 0
    for register, place, section in sorted(chosen, key=lambda one: (one[0].order, one[1])):
        assert section.layout is not None
        table = section.table_of(book)
        world = World(
            today=clock.today(), city=database().settings.city_region, vocabulary=vocabulary, session=None
        )
        lines = (
            line
            for line in read_table(table, section.layout, register, world, file=book.name)
            if line.row is not None and line.number > section.after
        )
        while some := list(islice(lines, ROWS_AT_ONCE)):
            yield Batch(number, place, section, register, some, table)
            number += 1
