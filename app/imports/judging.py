"""The one validator: a table and its layout in, a verdict for each of its rows out."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask_babel import gettext as _

from app.imports.cells import Table
from app.imports.faults import Found, found
from app.imports.kinds import Decision, Note, Reason, RowKind
from app.imports.layout import Layout
from app.imports.recognition import kind_of_row
from app.imports.registers import BLANK, Binding, CellReader, Reading, Register, Row, Verdict
from app.imports.world import World

ROWS_AT_ONCE = 2_000
_OPENING_LINES = 3
_SKIPPED = Verdict(Decision.SKIP)


@dataclass(slots=True)
class Judged:
    """One line of a table with its verdict; ``row`` is None for a line that is no data."""

    number: int
    kind: RowKind
    verdict: Verdict
    row: Row | None = None


def judge_table(
    table: Table, layout: Layout, register: Register, world: World, *, file: str
) -> Iterator[Judged]:
    """Judge every line of a table in its order; what is accepted is known to the lines after it."""
    lines = read_table(table, layout, register, world, file=file)
    while some := list(islice(lines, ROWS_AT_ONCE)):
        judge_rows(some, register, world)
        yield from some


def judge_rows(lines: Sequence[Judged], register: Register, world: World) -> None:
    """Fill in the verdicts of lines that were read, asking the database (if there is one) once for all of them."""
    register.prefetch(world, [line.row for line in lines if line.row is not None])
    for line in lines:
        if line.row is not None:
            line.verdict = judge_row(line.row, register, world)


def judge_row(row: Row, register: Register, world: World) -> Verdict:
    """Return the verdict of one row: the first fault in the register's order of tests, or acceptance."""
    try:
        return register.decide(row, world)
    except Found as problem:
        return Verdict(problem.fault.decision, problem.fault)


def read_table(
    table: Table, layout: Layout, register: Register, world: World, *, file: str
) -> Iterator[Judged]:
    """Read every line of a table; the verdicts of data rows are still to be made."""
    if register.prepare is not None:
        table = register.prepare(table, layout)
    readers = _readers(layout, register, world)
    outside = _from_outside(table, layout, register, world)
    above = _merged_above(table, layout, register)
    formulas = {row for row, _column in table.formulas}
    chain = _opening(table, layout, register) if register.chained else ""
    head = ""
    for number, cells in enumerate(table.rows, start=1):
        kind = kind_of_row(number, cells, layout, world.vocabulary)
        if kind is not RowKind.DATA:
            yield Judged(number, kind, _SKIPPED)
            continue
        width = len(cells)
        readings = {name: read(cells[column]) if column < width else BLANK for name, column, read in readers}
        if above:
            _fill_down(readings, above, number, table, readers)
        if number in formulas:
            _read_formulas(readings, number, table, readers, register)
        if outside:
            readings.update(outside)
        row = Row(file, table.sheet, number, readings, layout.units)
        if register.chained:
            chain = row.chain = _chained(chain, cells, layout, register)
            head = row.head = head or chain
        yield Judged(number, kind, _SKIPPED, row)


def _opening(table: Table, layout: Layout, register: Register) -> str:
    """Return what the first lines of a list say: two lists that only begin with the same line are two."""
    lines = (_line(cells, layout, register) for cells in islice(table.rows, layout.first_data_row - 1, None))
    return "\n".join(islice((line for line in lines if line.strip("\x1f")), _OPENING_LINES))


def _chained(above: str, cells: list[Any], layout: Layout, register: Register) -> str:
    said = f"{above}\n{_line(cells, layout, register)}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _line(cells: list[Any], layout: Layout, register: Register) -> str:
    columns = [layout.columns.get(name, len(cells)) for name in register.chained]
    return "\x1f".join(_said(cells[column]) if column < len(cells) else "" for column in columns)


def _said(cell: Any) -> str:
    if isinstance(cell, int | float):
        return f"{cell:.15g}"
    return "" if cell is None else str(cell).strip()


_Readers = list[tuple[str, int, CellReader]]


def _readers(layout: Layout, register: Register, world: World) -> _Readers:
    return [
        (one.name, layout.columns[one.name], one.read(Binding(one.name, layout.units.get(one.name), world)))
        for one in register.fields
        if one.name in layout.columns
    ]


def _from_outside(table: Table, layout: Layout, register: Register, world: World) -> dict[str, Reading]:
    """Return the fields that no column has and that the sheet's name or a title tells."""
    told = {}
    for one in register.fields:
        if one.from_sheet and one.name not in layout.columns:
            read = one.read(Binding(one.name, None, world))
            for text in (table.sheet, *layout.titles):
                reading = read(text)
                if reading.value is not None and reading.fault is None:
                    told[one.name] = Reading(reading.value)
                    break
    return told


def _merged_above(table: Table, layout: Layout, register: Register) -> dict[tuple[int, str], int]:
    """Return for each blank of a vertical merge in a filled-down column the row that has the value."""
    columns = {
        layout.columns[one.name]: one.name
        for one in register.fields
        if one.fill_down and one.name in layout.columns
    }
    above = {}
    for merge in table.merges:
        for column in range(merge.first_column, merge.last_column + 1):
            if column in columns and merge.first_row >= layout.first_data_row:
                for number in range(merge.first_row + 1, merge.last_row + 1):
                    above[number, columns[column]] = merge.first_row
    return above


def _fill_down(
    readings: dict[str, Reading],
    above: dict[tuple[int, str], int],
    number: int,
    table: Table,
    readers: _Readers,
) -> None:
    for name, column, read in readers:
        source = above.get((number, name))
        if source is not None and readings[name].value is None and readings[name].fault is None:
            cells = table.rows[source - 1]
            reading = read(cells[column]) if column < len(cells) else BLANK
            if reading.value is not None or reading.fault is not None:
                readings[name] = reading._replace(notes=(*reading.notes, Note.MERGED_CELL))


def _read_formulas(
    readings: dict[str, Reading], number: int, table: Table, readers: _Readers, register: Register
) -> None:
    """Refuse what a formula says, but in a remark: there "=1+1" is what somebody wrote, and is kept as text."""
    for name, column, read in readers:
        if (number, column) not in table.formulas:
            continue
        if register.field(name).is_remark:
            text = table.formula_texts.get((number, column))
            readings[name] = read(text) if text else readings[name]
            continue
        problem = found(
            Reason.FORMULA_CELL,
            _("这一格是公式，不知道填表人看到的是不是这个数。请复制后“选择性粘贴—数值”再上传。"),
            field=name,
        )
        readings[name] = Reading(fault=problem.fault)
