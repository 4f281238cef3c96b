"""A table as it was read from a file: exact, untouched, every line with its number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

Cell = str | float | int | bool | date | datetime | time | timedelta | None
"""What stands in a cell; an empty one is None or ''. A spreadsheet's numbers come as float."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Merged cells: first and last row and column, rows counted from 1 as in ``Table``, columns from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Table:
    """One sheet, or one text file. ``rows[0]`` is line 1.

    ``sheet`` is empty for a text file. ``formulas`` are the cells (line, column from 0) whose value is
    the result of a formula, which nobody typed; ``formula_texts`` the formulas themselves as far as they are known.
    """

    sheet: str
    rows: list[list[Any]]
    merges: tuple[Merge, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    formula_texts: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False


@dataclass(frozen=True)
class Book:
    """A file that came in, with its tables; ``hidden`` names the sheets that were left out because they are hidden."""

    name: str
    tables: tuple[Table, ...]
    hidden: tuple[str, ...] = field(default=())
