"""From calamine's sheets to tables; its errors, and its panics, become sentences."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask_babel import gettext as _
from python_calamine import CalamineWorkbook

from app.errors import InvalidInput
from app.imports.cells import Merge, Table
from app.imports.reading.limits import MAX_CELLS, Tally, damaged

Spot = tuple[int, int]


@contextmanager
def opened(archive: io.BytesIO) -> Iterator[CalamineWorkbook]:
    """Open a workbook that was looked at. Whatever the library raises inside becomes InvalidInput."""
    try:
        yield CalamineWorkbook.from_object(archive)
    except (InvalidInput, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as broken:  # a panic in Rust is no Exception
        raise damaged() from broken


def table(
    book: CalamineWorkbook,
    place: int,
    title: str,
    tally: Tally,
    *,
    merges: Sequence[Merge] = (),
    formulas: frozenset[Spot] = frozenset(),
    formula_texts: Mapping[Spot, str] | None = None,
    errors: Mapping[Spot, str] | None = None,
) -> Table:
    """Return one sheet as a table whose first row is line 1 and whose first column is column A."""
    sheet = book.get_sheet_by_index(place)
    last = sheet.end or (-1, -1)
    height, width = last[0] + 1, last[1] + 1
    tally.add(title, height, width)
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), text in (errors or {}).items():
        if row <= len(rows) and column < len(rows[row - 1]):
            rows[row - 1][column] = text
    # The library's own width is the last column's place, not the count.
    merged = _inside(merges, len(rows), max(map(len, rows), default=0), title)
    return Table(title, rows, merged, formulas, formula_texts or {})


def _inside(merges: Sequence[Merge], height: int, width: int, title: str) -> tuple[Merge, ...]:
    """Cut merges to the table's own rectangle; they cannot cover more than it unless they overlap."""
    kept = []
    area = 0
    for one in merges:
        first_row, last_row = sorted((one.first_row, one.last_row))
        first_column, last_column = sorted((one.first_column, one.last_column))
        cut = Merge(max(first_row, 1), min(last_row, height), first_column, min(last_column, width - 1))
        if cut.last_row >= cut.first_row and cut.last_column >= cut.first_column:
            kept.append(cut)
            area += (cut.last_row - cut.first_row + 1) * (cut.last_column - cut.first_column + 1)
    if area > min(height * width, MAX_CELLS):
        raise InvalidInput(_("“%(sheet)s”里合并的单元格互相重叠，请取消合并后再上传。", sheet=title))
    return tuple(kept)
