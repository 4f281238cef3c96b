"""Makes spreadsheets for the tests, sound ones and broken ones, in code."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

from app.imports.cells import Book
from app.imports.reading.compound import contained

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def xlsx(*sheets: Sequence[Sequence[object]], **options: Any) -> bytes:
    """Return a workbook of these sheets, each a list of rows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        for rows in sheets or ([["姓名", "电话"], ["王五", "14200000001"]],):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return target.getvalue()


def edited(data: bytes, changes: dict[str, Callable[[bytes], bytes] | bytes | None]) -> bytes:
    """Return an archive with some members changed, added or (None) left out."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    left = dict(changes)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            change = left.pop(name) if name in left else source.read(name)
            if change is not None:
                archive.writestr(name, change if isinstance(change, bytes) else change(source.read(name)))
        for name, body in left.items():
            if isinstance(body, bytes):
                archive.writestr(name, body)
    return target.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    """Return a plain archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in members.items():
            made.writestr(name, body)
    return target.getvalue()


def with_cells(cells: bytes, tail: bytes = b"", head: bytes = b"") -> bytes:
    """Return a workbook whose only sheet has these cells in its sheetData."""
    sheet = (
        b"<worksheet "
        + MAIN
        + b">"
        + head
        + b"<sheetData>"
        + cells
        + b"</sheetData>"
        + tail
        + b"</worksheet>"
    )
    return with_sheet(sheet)


def with_sheet(xml: bytes) -> bytes:
    """Return a workbook whose only sheet is this XML; shared text 0 is 姓名."""
    return edited(xlsx([["姓名"]]), {"xl/worksheets/sheet1.xml": xml})


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """Return a sound workbook with some bytes of a part replaced."""

    def change(body: bytes) -> bytes:
        assert old in body
        return body.replace(old, new, 1)

    return edited(xlsx(), {part: change})


def record(kind: int, body: bytes = b"") -> bytes:
    """Return one BIFF record."""
    return struct.pack("<HH", kind, len(body)) + body


def text_cell(row: int, column: int, shared: int) -> bytes:
    """Return a cell with a shared text."""
    return record(0xFD, struct.pack("<HHHI", row, column, 0, shared))


def number_cell(row: int, column: int, value: float) -> bytes:
    """Return a cell with a number."""
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def formula_cell(row: int, column: int, result: bytes) -> bytes:
    """Return a cell with the formula 1 and an eight-byte result."""
    return record(6, struct.pack("<HHH8sHIH3s", row, column, 0, result, 0, 0, 3, b"\x1e\x01\x00"))


def shared_texts(texts: Sequence[str], count: int | None = None) -> bytes:
    """Return the table of shared texts, perhaps with a count that lies; long ones run on in CONTINUE records."""
    number = len(texts) if count is None else count
    body = struct.pack("<II", number, number)
    records, kind = b"", 0xFC
    for text in texts:
        body += struct.pack("<HB", len(text), 1)
        letters = text.encode("utf-16-le")
        while len(body) + len(letters) > 8000:
            room = (8000 - len(body)) // 2 * 2
            records += record(kind, body + letters[:room])
            kind, body, letters = 0x3C, b"\x01", letters[room:]
        body += letters
    return records + record(kind, body)


def biff(
    *sheets: bytes, texts: bytes = b"", before: bytes = b"", kinds: Sequence[tuple[int, int]] = ()
) -> bytes:
    """Return a BIFF 8 stream of these sheets' records; ``kinds`` are (hidden, kind) of each."""
    names = [f"S{number}".encode() for number in range(1, len(sheets) + 1)]
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + before
    fixed = len(start) + sum(4 + 8 + len(name) for name in names) + len(texts) + 4
    listed = bodies = b""
    for number, (name, sheet) in enumerate(zip(names, sheets, strict=True)):
        hidden, kind = kinds[number] if kinds else (0, 0)
        listed += record(0x85, struct.pack("<IBBBB", fixed + len(bodies), hidden, kind, len(name), 0) + name)
        bodies += record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + sheet + record(10)
    return start + listed + texts + record(10) + bodies


def xls(*sheets: bytes, **options: Any) -> bytes:
    """Return an XLS file of these sheets' records."""
    return contained(biff(*sheets, **options))


def rows_are(*rows: list[object]) -> Callable[[Book], bool]:
    """Whether the first table has just these rows."""
    return lambda book: book.tables[0].rows == list(rows)
