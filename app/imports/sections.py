"""The tables that stand in one sheet: most sheets have one, some have a second below the first with its own header."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.imports.cells import Table
from app.imports.layout import Layout
from app.imports.recognition import recognise
from app.imports.registers import Register
from app.imports.vocabulary.terms import Vocabulary, folded

_FEWEST = 2  # filled cells of a header


@dataclass(frozen=True)
class Section:
    """One table of a sheet with its layout. Its lines keep the sheet's numbers; those up to ``after`` are not its."""

    table: Table
    layout: Layout
    after: int = 0


def sections(table: Table, registers: Sequence[Register], vocabulary: Vocabulary) -> Iterator[Section]:
    """Return the tables of a sheet in their order; none when no register recognises the first of them.

    A second header that says the same as the first (a page break) begins no new table.
    """
    layout = recognise(table, registers, vocabulary)
    if layout is None:
        return
    after = 0
    known = {heading for one in registers for heading in vocabulary.headings.get(one.name, {})}
    layout = _first(table, layout, known, registers, vocabulary) or layout
    for number in _headers(table, layout.first_data_row, known):
        start = _above(table, number)
        rest = replace(table, rows=[[] for _ in range(start)] + table.rows[start:])
        other = _layout_below(table, start, registers, vocabulary)
        if other is None or (other.register == layout.register and other.columns == layout.columns):
            continue
        yield Section(replace(table, rows=table.rows[:start]), layout, after)
        table, layout, after = rest, other, start
    yield Section(table, layout, after)


def _first(
    table: Table, layout: Layout, known: set[str], registers: Sequence[Register], vocabulary: Vocabulary
) -> Layout | None:
    """Return the layout of a table that stands above the one that was recognised, None where there is none."""
    header = layout.header_rows[0]
    if next((number for number in _headers(table, 1, known) if number < header), header) == header:
        return None
    above = recognise(replace(table, rows=table.rows[: _above(table, header)]), registers, vocabulary)
    return None if above is None or above.columns == layout.columns else above


def _layout_below(
    table: Table, start: int, registers: Sequence[Register], vocabulary: Vocabulary
) -> Layout | None:
    """Return the layout of what stands below line ``start``, counted in the whole table's lines."""
    merges = tuple(
        replace(one, first_row=one.first_row - start, last_row=one.last_row - start)
        for one in table.merges
        if one.first_row > start
    )
    found = recognise(Table(table.sheet, table.rows[start:], merges), registers, vocabulary)
    if found is None:
        return None
    return replace(found, header_rows=tuple(line + start for line in found.header_rows))


def _headers(table: Table, first: int, known: set[str]) -> Iterator[int]:
    """Return the lines from ``first`` on that hold nothing but headings."""
    for number in range(first, len(table.rows) + 1):
        if _is_header(table.rows[number - 1], known):
            yield number


def _is_header(cells: list[Any], known: set[str]) -> bool:
    seen = 0
    for cell in cells:
        if cell is None or cell == "":
            continue
        if not isinstance(cell, str) or folded(cell) not in known:
            return False
        seen += 1
    return seen >= _FEWEST


def _above(table: Table, header: int) -> int:
    """Return how many lines stand before the blank lines and titles that lead to a header."""
    start = header - 1
    while start > 0 and sum(1 for cell in table.rows[start - 1] if cell not in (None, "")) <= 1:
        start -= 1
    return start
