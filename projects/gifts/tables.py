"""Tables of published gifts made whole: one line for each quantity, however many rows it was written over."""

from dataclasses import replace
from typing import Any

from app.imports.cells import Merge, Table
from app.imports.layout import Layout

_NAMES = ("giver_name", "receiver")
_JOINED = {"giver_name": "", "receiver": "", "item": "、", "specification": " ", "unit": ""}
_FILLED = ("giver_name", "receiver", "item", "unit")


def whole_lines(table: Table, layout: Layout) -> Table:
    """Return a table in which a quantity merged over several rows stands in one, with all that they say.

    A name merged over several rows stands in each of them, and so does a name above rows that leave it blank:
    only the quantity is never repeated.
    """
    rows = [list(cells) for cells in table.rows]
    quantity = layout.columns.get("quantity")
    whole = [merge for merge in table.merges if _is_whole(merge, quantity, layout.first_data_row)]
    for merge in whole:
        for number in range(merge.first_row + 1, min(merge.last_row, len(rows)) + 1):
            _join(rows[merge.first_row - 1], rows[number - 1], layout)
            rows[number - 1] = []
    gone = {number for merge in whole for number in range(merge.first_row + 1, merge.last_row + 1)}
    for name in _FILLED:
        if name in layout.columns:
            _fill(rows, table, layout, name, gone)
    return replace(table, rows=rows, merges=())


def _is_whole(merge: Merge, quantity: int | None, first: int) -> bool:
    return (
        quantity is not None
        and merge.first_column <= quantity <= merge.last_column
        and merge.last_row > merge.first_row >= first
    )


def _join(above: list[Any], below: list[Any], layout: Layout) -> None:
    for name, between in _JOINED.items():
        column = layout.columns.get(name)
        if column is None or column >= len(below) or column >= len(above) or _is_blank(below[column]):
            continue
        here = "" if _is_blank(above[column]) else str(above[column]).strip()
        above[column] = f"{here}{between if here else ''}{str(below[column]).strip()}"


def _fill(rows: list[list[Any]], table: Table, layout: Layout, name: str, gone: set[int]) -> None:
    column = layout.columns[name]
    merged = {
        number: merge.first_row
        for merge in table.merges
        if merge.first_column <= column <= merge.last_column and merge.first_row >= layout.first_data_row
        for number in range(merge.first_row + 1, merge.last_row + 1)
    }
    above: Any = None
    for number in range(layout.first_data_row, len(rows) + 1):
        cells = rows[number - 1]
        if number in gone:
            continue
        if column < len(cells) and not _is_blank(cells[column]):
            above = cells[column]
        elif _says_what(cells, layout) and column < len(cells):
            if number in merged:
                source = rows[merged[number] - 1]
                cells[column] = source[column] if column < len(source) else None
            elif name in _NAMES and "item" in layout.columns:
                cells[column] = above
        elif not _says_what(cells, layout):
            above = None


def _says_what(cells: list[Any], layout: Layout) -> bool:
    """Whether a row has a quantity or an amount of its own."""
    for name in ("quantity", "amount", "value"):
        column = layout.columns.get(name)
        if column is not None and column < len(cells) and not _is_blank(cells[column]):
            return True
    return False


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip("\u200b\ufeff \u3000\xa0\t\r\n"))
