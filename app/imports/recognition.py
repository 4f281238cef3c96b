"""Which register a table is, where its header stands, which column is which field: by headings alone.

A header may have title lines above it and take up to three lines, with groups over sub-headings (基本情况 over
社会组织名称 and 统一社会信用代码). A heading is looked up as it stands, with its group in front, and without what
stands in brackets (a unit, a mark that the column must be filled). Words come from the vocabulary, never from here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.imports.cells import Table
from app.imports.headings import Headings
from app.imports.kinds import RowKind
from app.imports.layout import Layout
from app.imports.lines import LineKinds
from app.imports.registers import Register
from app.imports.vocabulary.terms import Vocabulary

_LINES_SEARCHED = 40
_DEEPEST = 3
_WIDEST = 300
_FEWEST_KNOWN = 2
_MOST_TITLES = 20
_LONGEST = 300
_ROWS_SAMPLED = 30
_MISSING_COSTS, _REQUIRED_GIVES, _UNKNOWN_COSTS, _TITLE_GIVES, _NUMBERS_GIVE = 3, 2, 1, 3, 12


@dataclass
class _Match:
    """A header understood as one register's."""

    register: str
    lines: tuple[int, ...]
    score: int
    columns: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    unknown: list[tuple[int, str]] = field(default_factory=list)


def recognise(table: Table, registers: Sequence[Register], vocabulary: Vocabulary) -> Layout | None:
    """Return the layout of a table, None when it is none of the registers."""
    words = Headings(vocabulary)
    best: dict[str, _Match] = {}
    for lines in _candidates(table, registers, words):
        headings = _headings(table, lines)
        told = _told(table, lines[0])
        for register in registers:
            match = _match(register, lines, headings, words)
            if match is None:
                continue
            match.score += _TITLE_GIVES * words.names_register(register.name, told)
            if register.name not in best or match.score > best[register.name].score:
                best[register.name] = match
    if not best:
        return None
    chosen = max(
        best.values(), key=lambda one: one.score + _NUMBERS_GIVE * _has_its_numbers(table, one, words)
    )
    return _layout(table, chosen, words)


def _has_its_numbers(table: Table, match: _Match, words: Headings) -> bool:
    """Whether most of the first rows' numbers begin as those of the register do (codes of enterprises, 91…)."""
    seen = own = 0
    for cells in table.rows[match.lines[-1] : match.lines[-1] + _ROWS_SAMPLED]:
        for column in match.columns.values():
            if column < len(cells) and isinstance(cells[column], str):
                register = words.register_of_number(cells[column])
                seen += register is not None
                own += register == match.register
    return 2 * own > seen


def _layout(table: Table, match: _Match, words: Headings) -> Layout:
    titles = tuple(_told(table, match.lines[0])[1:])
    unit = words.unit_of_titles(titles)
    if unit is not None:
        headings = _headings(table, match.lines)
        for name, column in match.columns.items():
            if name not in match.units and words.is_money(headings[column]):
                match.units[name] = unit
    below = _units_below(table, match, words)
    lines = (*match.lines, match.lines[-1] + 1) if below else match.lines
    units = {**match.units, **below}
    return Layout(match.register, lines, match.columns, units, tuple(match.unknown), titles)


def _units_below(table: Table, match: _Match, words: Headings) -> dict[str, str]:
    """Return the units of a line below the header that holds nothing but units, by field; none for any other line."""
    number = match.lines[-1] + 1
    if number > len(table.rows):
        return {}
    cells = {column: cell for column, cell in enumerate(table.rows[number - 1]) if cell not in (None, "")}
    units = {column: words.unit_alone(cell) for column, cell in cells.items() if isinstance(cell, str)}
    if not cells or len(units) < len(cells) or None in units.values():
        return {}
    return {name: str(units[column]) for name, column in match.columns.items() if column in units}


def kind_of_row(number: int, cells: Sequence[Any], layout: Layout, vocabulary: Vocabulary) -> RowKind:
    """Return what a line (counted from 1) of a table with a known layout is."""
    global _lines
    lines = _lines  # another thread may put its own in its place at any time
    if lines is None or lines.layout is not layout or lines.vocabulary is not vocabulary:
        lines = _lines = LineKinds(layout, vocabulary)
    return lines.kind(number, cells)


# Lines are asked for one after the other; what a layout needs for that is worked out once.
_lines: LineKinds | None = None


def _candidates(table: Table, registers: Sequence[Register], words: Headings) -> Iterator[tuple[int, ...]]:
    """Return the runs of lines that may be a header, the shorter and earlier first."""
    names = [one.name for one in registers]
    for last in range(1, min(_LINES_SEARCHED, len(table.rows)) + 1):
        known = sum(
            1
            for cell in table.rows[last - 1][:_WIDEST]
            if isinstance(cell, str) and cell and words.is_known(cell, names)
        )
        if known >= _FEWEST_KNOWN:
            for depth in range(1, min(_DEEPEST, last) + 1):
                yield tuple(range(last - depth + 1, last + 1))


def _headings(table: Table, lines: tuple[int, ...]) -> list[tuple[str, ...]]:
    """Return for each column its headings from the top group to the lowest line; merged cells say the same."""
    width = min(max((len(table.rows[line - 1]) for line in lines), default=0), _WIDEST)
    columns: list[list[str]] = [[] for _ in range(width)]
    for line in lines:
        cells = table.rows[line - 1]
        above = ""
        for column in range(width):
            cell = cells[column] if column < len(cells) else None
            text = cell.strip() if isinstance(cell, str) else ""
            if not text and line < lines[-1] and not columns[column]:
                text = _merged_from(table, line, column) or (above if not table.merges else "")
            above = text
            if text:
                columns[column].append(text)
    return [tuple(one) for one in columns]


def _merged_from(table: Table, line: int, column: int) -> str:
    for merge in table.merges:
        if merge.first_row <= line <= merge.last_row and merge.first_column <= column <= merge.last_column:
            cells = table.rows[merge.first_row - 1]
            cell = cells[merge.first_column] if merge.first_column < len(cells) else None
            return cell.strip() if isinstance(cell, str) else ""
    return ""


def _match(
    register: Register, lines: tuple[int, ...], headings: list[tuple[str, ...]], words: Headings
) -> _Match | None:
    fields = {one.name: one.required for one in register.fields}
    match = _Match(register.name, lines, 0)
    for column, parts in enumerate(headings):
        if not parts:
            continue
        meant = words.meaning(register.name, parts)
        if meant is not None and meant.field in fields and meant.field not in match.columns:
            match.columns[meant.field] = column
            if meant.unit is not None:
                match.units[meant.field] = meant.unit
        elif not words.is_ordinal(parts[-1]):
            match.unknown.append((column, _BLANKS.sub(" ", parts[-1][:_LONGEST]).strip()))
    required = [name for name, is_required in fields.items() if is_required]
    held = sum(1 for name in required if name in match.columns)
    known, lacking = len(match.columns), len(required) - held
    if known < _FEWEST_KNOWN or 2 * held < len(required) or 5 * known < 2 * (known + len(match.unknown)):
        return None
    if known < _FEWEST_KNOWN + 1 and lacking:
        return None
    match.score = (
        3 * known + _REQUIRED_GIVES * held - _MISSING_COSTS * lacking - _UNKNOWN_COSTS * len(match.unknown)
    )
    return match


_BLANKS = re.compile(r"\s+")


def _told(table: Table, first: int) -> list[str]:
    """Return the sheet's name and what stands above the header."""
    titles = [
        cell[:_LONGEST].strip()
        for cells in table.rows[: first - 1]
        for cell in cells[:_WIDEST]
        if isinstance(cell, str) and cell.strip()
    ]
    return [table.sheet, *titles[-_MOST_TITLES:]]
