"""Hostile XLS files."""

import struct
from collections.abc import Callable

from app.imports.cells import Book, Merge
from app.imports.reading.compound import MAGIC, contained
from tests.imports.making import (
    biff,
    formula_cell,
    number_cell,
    record,
    rows_are,
    shared_texts,
    text_cell,
    xls,
)

DAMAGED = "已损坏"
Expected = str | Callable[[Book], bool]


def broken_chain(offset: int, value: int) -> bytes:
    """Return an XLS with one number of its container's tables changed; offsets count from the allocation table."""
    data = bytearray(xls(text_cell(0, 0, 0), texts=shared_texts(["姓名"])))
    struct.pack_into("<I", data, len(data) - 4096 + offset, value)
    return bytes(data)


def ole(name: str) -> bytes:
    """Return an old Office file whose only stream has another name."""
    return contained(b"x" * 5000).replace(
        "Workbook".encode("utf-16-le"), name.encode("utf-16-le")[:16].ljust(16, b"\0")
    )


def ole_entry(name: str) -> bytes:
    """Return an XLS with one more entry, of any name, in its directory."""
    data = bytearray(xls(text_cell(0, 0, 0), texts=shared_texts(["姓名"])))
    at = data.index("Workbook".encode("utf-16-le")) + 128
    letters = name.encode("utf-16-le")
    data[at : at + len(letters)] = letters
    struct.pack_into("<HB", data, at + 64, len(letters) + 2, 1)
    return bytes(data)


def sheet_outside() -> bytes:
    """Return an XLS whose sheet would begin behind the end of the file."""
    stream = bytearray(biff(number_cell(0, 0, 1)))
    struct.pack_into("<I", stream, 24, 0x7FFFFFFF)
    return contained(bytes(stream))


LONG = "长" * 30_000
XLS: dict[str, tuple[Callable[[], bytes], Expected]] = {
    "xls-magic-only": (lambda: MAGIC, DAMAGED),
    "xls-truncated": (lambda: xls(text_cell(0, 0, 0), texts=shared_texts(["姓名"]))[:6000], DAMAGED),
    "xls-loop": (lambda: broken_chain(0, 0), DAMAGED),
    "xls-chain-outside": (lambda: broken_chain(0, 77_777), DAMAGED),
    "xls-directory-loop": (lambda: broken_chain(4, 1), DAMAGED),
    "xls-password": (lambda: xls(number_cell(0, 0, 1), before=record(0x2F, b"\1\0\1\0")), "密码"),
    "xls-password-new": (lambda: ole_entry("EncryptedPackage"), "密码"),
    "xls-macros": (lambda: ole_entry("_VBA_PROJECT_CUR"), "宏"),
    "xls-macro-sheet": (lambda: xls(number_cell(0, 0, 1), kinds=[(0, 1)]), "宏"),
    "xls-word": (
        lambda: ole("WordDocu").replace(b"W\0o\0r\0d\0D\0o\0c\0u\0", b"W\0o\0r\0d\0D\0o\0c\0u\0"),
        "不是表格",
    ),
    "xls-old": (lambda: contained(record(9, b"\2\0\x10\0")), "很旧"),
    "xls-95": (lambda: contained(record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(10)), "很旧"),
    "xls-size-lies": (
        lambda: xls(record(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFFE, 0, 0xFFFF, 0)) + number_cell(0, 0, 1)),
        rows_are([1.0]),
    ),
    "xls-shared-count-lies": (
        lambda: xls(text_cell(0, 0, 0), texts=shared_texts(["a"], 0x7FFFFFFF)),
        DAMAGED,
    ),
    "xls-far-cell": (lambda: xls(number_cell(65535, 255, 1) + number_cell(0, 0, 1)), "256 列"),
    "xls-text-bomb": (
        lambda: xls(b"".join(text_cell(row, 0, 0) for row in range(5000)), texts=shared_texts([LONG])),
        "文字太多",
    ),
    "xls-record-too-long": (lambda: xls(number_cell(0, 0, 1) + struct.pack("<HH", 0x203, 60_000)), DAMAGED),
    "xls-sheet-outside": (sheet_outside, DAMAGED),
    "xls-hidden": (
        lambda: xls(number_cell(0, 0, 1), number_cell(0, 0, 2), kinds=[(0, 0), (2, 0)]),
        lambda book: book.hidden == ("S2",) and book.tables[0].rows == [[1.0]],
    ),
    "xls-all-hidden": (lambda: xls(number_cell(0, 0, 1), kinds=[(1, 0)]), "隐藏"),
    "xls-formula-and-errors": (
        lambda: xls(formula_cell(0, 0, struct.pack("<d", 5)) + formula_cell(0, 1, b"\2\0\x2a\0\0\0\xff\xff")),
        lambda book: book.tables[0].rows == [[5.0, "#N/A"]] and book.tables[0].formulas == {(1, 0), (1, 1)},
    ),
    "xls-merge": (
        lambda: xls(
            number_cell(0, 0, 1)
            + number_cell(2, 1, 2)
            + record(0xE5, struct.pack("<HHHHH", 1, 0, 60_000, 0, 0))
        ),
        lambda book: book.tables[0].merges == (Merge(1, 3, 0, 0),),
    ),
}
