"""The XML of one sheet: looked at in a few fast passes, and rewritten when it is not of the common shape.

The library that reads the cells makes room for the whole rectangle between the first and the last of them, takes
the last of two attributes of one name, and shows errors as blanks. So the addresses are checked before, and what it
does not tell (formulas, errors, merges) is found here.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from html import unescape
from xml.sax.saxutils import escape

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.imports.cells import Merge
from app.imports.reading.limits import (
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FORMULAS,
    MAX_MERGES,
    MAX_ROWS,
    cell_too_long,
    damaged,
    too_many_formulas,
    too_many_rows,
)
from app.imports.reading.parts import Attributes, is_plain, parse

# After a cell's address no letter r may come but in t="str" and t="inlineStr": no second address can hide.
_REST = rb'"[ "=0-9stnbdeilcvmph/]*(?:[sS]tr")?>)'
_NARROW = re.compile(rb'<c(?! r="[A-Z][12]?[0-9]{1,5}' + _REST)  # 26 columns, 299,999 rows
_SHORT = re.compile(rb'<c(?! r="[A-G]?[A-Z]1?[0-9]{1,4}' + _REST)  # 208 columns, 19,999 rows
_ODD = re.compile(rb'<c(?! r="[A-Z]{1,3}[0-9]{1,7}' + _REST)
_PREFIXED = re.compile(rb":(?:c|row|v|f|is|t|sheetData)[\s/>]")
_FILLED = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*(?<!/)>(?!</c>)')
_FORMULA = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*>\s*(?:<v[^>]*>[^<]*</v>\s*)?<f[\s/>]')
_FORMULA_TEXT = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*>\s*(?:<v[^>]*>[^<]*</v>\s*)?<f(?:\s[^>]*)?(?<!/)>([^<]{1,1000})</f>'
)
_FORMULAS = re.compile(rb"<f[\s/>]")
_ERROR = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]* t="e"[^>]*>\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?\s*<v>([^<]*)</v>'
)
_MERGE = re.compile(rb'<mergeCell\s+ref="\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})"')
_SHARED = re.compile(rb't="s"[^>]{0,40}>\s*<v>([0-9]{1,9})</v>')
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_INSIDE_CELL = frozenset({"v", "is", "r", "t", "rPh"})
_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_SHORTEST_CELL = 28  # <c r="A1" t="s"><v>0</v></c>
_WINDOW = MAX_CELL_TEXT // 2

Spot = tuple[int, int]
"""A cell's place: row from 1, column from 0."""


@dataclass
class SheetXml:
    """What a sheet's XML says: ``body`` is what stands in sheetData, with every address looked at."""

    body: bytes = b""
    merges: list[Merge] = field(default_factory=list)
    formulas: frozenset[Spot] = frozenset()
    formula_texts: dict[Spot, str] = field(default_factory=dict)
    errors: dict[Spot, str] = field(default_factory=dict)

    def release(self) -> bytes:
        """Return a sheet with these cells and nothing else; they are not kept here any longer."""
        body, self.body = self.body, b""
        return b"".join((_HEAD, body, b"</sheetData></worksheet>"))


def look(xml: bytes, name: str) -> SheetXml:
    """Look through a sheet's XML. Raises InvalidInput when cells lie outside the limits."""
    cut = _cut(xml)
    shape = _Shape.ODD if cut is None else _shape(xml, cut[0])
    if shape is _Shape.ODD:
        xml = _rewritten(xml)
        cut = _cut(xml)
        shape = _Shape.ODD if cut is None else _shape(xml, cut[0])
    if cut is None or shape is _Shape.ODD:
        raise damaged()
    body, tail = cut
    if shape is _Shape.OPEN:
        _ensure_inside(body, name)
    _ensure_short(body, name)
    formulas = _formulas(body, name)
    texts = _formula_texts(body) if formulas else {}
    return SheetXml(body, _merges(tail, name), formulas, texts, _errors(body))


def shared_bytes(body: bytes, lengths: list[int], room: int) -> int:
    """Return how many bytes of shared text the cells show: the most it can be where there is ``room`` enough."""
    most = len(body) // _SHORTEST_CELL * max(lengths, default=0)
    if most <= room // 2:
        return most
    known = len(lengths)
    return sum(lengths[place] for place in map(int, _SHARED.findall(body)) if place < known)


def place_of(letters: bytes, digits: bytes) -> Spot:
    """Return the place of an address such as ``b"AB", b"12"``: row from 1, column from 0."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(digits), column - 1


def letters_of(column: int) -> str:
    """Return the letters of a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cut(xml: bytes) -> tuple[bytes, bytes] | None:
    start, end = xml.find(b"<sheetData>"), xml.rfind(b"</sheetData>")
    if 0 <= start < end:
        return xml[start + 11 : end], xml[end:]
    return (b"", b"") if b"<sheetData/>" in xml else None


class _Shape(Enum):
    """How a sheet is written: oddly; as usual; or as usual and with addresses that keep it small in any case."""

    ODD = 0
    OPEN = 1
    SMALL = 2


def _shape(xml: bytes, body: bytes) -> _Shape:
    """Tell whether the elements are written as the usual programs write them, so that the passes see them all.

    The order matters: the later passes take linear time only where every cell's tag is known to be closed.
    """
    if not is_plain(xml) or _PREFIXED.search(body) or (b"?" in body and b"<?" in body):
        return _Shape.ODD
    small = not _NARROW.search(body) or not _SHORT.search(body)
    if not small and _ODD.search(body):
        return _Shape.ODD
    if b"f" in body and len(_FORMULAS.findall(body)) != len(_FORMULA.findall(body)):
        return _Shape.ODD
    return _Shape.SMALL if small else _Shape.OPEN


def _ensure_inside(body: bytes, name: str) -> None:
    """Check the rectangle of the filled cells: empty ones, however far, take no room."""
    rows = columns = 0
    seen: dict[bytes, int] = {}
    for letters, digits in _FILLED.findall(body):
        row = int(digits)
        if letters not in seen:
            seen[letters] = place_of(letters, digits)[1] + 1
            columns = max(seen.values())
        rows = max(rows, row)
        if row > MAX_ROWS or columns > MAX_COLUMNS:
            raise _outside(name, (letters + digits).decode())
    if rows * columns > MAX_CELLS:
        raise too_many_rows(name)


def _outside(name: str, cell: str) -> InvalidInput:
    return InvalidInput(
        _(
            "“%(sheet)s”在很远的单元格 %(cell)s 还有内容：最多 %(rows)s 行、%(columns)s 列。"
            "请删掉它，或分成几个文件。",
            sheet=name,
            cell=cell,
            rows=f"{MAX_ROWS:,}",
            columns=MAX_COLUMNS,
        )
    )


def _ensure_short(body: bytes, name: str) -> None:
    """Refuse a very long text between two tags, found by looking for a window without any tag."""
    for at in range(0, len(body) - _WINDOW, _WINDOW):
        if body.find(b"<", at, at + _WINDOW) < 0:
            last = body.rfind(b'<c r="', 0, at)
            if last < 0:
                raise cell_too_long(_("“%(sheet)s”里", sheet=name))
            cell = body[last + 6 : last + 17].partition(b'"')[0].decode()
            raise cell_too_long(_("“%(sheet)s”的 %(cell)s ", sheet=name, cell=cell))


def _merges(tail: bytes, name: str) -> list[Merge]:
    found = _MERGE.findall(tail)
    if len(found) > MAX_MERGES:
        raise InvalidInput(_("“%(sheet)s”里合并的单元格太多，请取消合并后再上传。", sheet=name))
    merges = []
    for left, top, right, bottom in found:
        (first_row, first_column), (last_row, last_column) = place_of(left, top), place_of(right, bottom)
        merges.append(Merge(first_row, last_row, first_column, last_column))
    return merges


def _formulas(body: bytes, name: str) -> frozenset[Spot]:
    if b"f" not in body or not _FORMULAS.search(body):
        return frozenset()
    found = _FORMULA.findall(body)
    if len(found) > MAX_FORMULAS:
        raise too_many_formulas(name)
    return frozenset(place_of(*address) for address in found)


def _formula_texts(body: bytes) -> dict[Spot, str]:
    """Return what was typed where a program made a formula of it; unknown for shared and very long ones."""
    return {
        place_of(letters, digits): "=" + unescape(text.decode("utf-8", "replace"))
        for letters, digits, text in _FORMULA_TEXT.findall(body)
    }


def _errors(body: bytes) -> dict[Spot, str]:
    if b"#" not in body:
        return {}
    return {
        place_of(letters, digits): unescape(text.decode("utf-8", "replace"))
        for letters, digits, text in _ERROR.findall(body)
    }


def _rewritten(xml: bytes) -> bytes:
    """Return a sheet in the common shape: other encodings, prefixes, orders and left-out addresses are legal too."""
    writer = _Writer()
    parse(xml, writer.start, writer.end, writer.text)
    merges = "".join(f'<mergeCell ref="{one}"/>' for one in writer.merges if '"' not in one)
    return f"<sheetData>{''.join(writer.out)}</sheetData>{merges}".encode()


class _Writer:
    """Writes the cells of a sheet anew while it is parsed."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.merges: list[str] = []
        self._row = self._column = 0
        self._cell = ""
        self._inside: list[str] = []
        self._into = self._inside
        self._formula: list[str] | None = None
        self._reading = False

    def start(self, name: str, attributes: Attributes) -> None:
        if self._cell:
            if name == "f":
                self._formula = []
            elif name in _INSIDE_CELL:
                self._inside.append('<t xml:space="preserve">' if name == "t" else f"<{name}>")
            self._reading = name in ("v", "t", "f")
            self._into = self._formula if name == "f" and self._formula is not None else self._inside
        elif name == "row":
            self._row = _number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif name == "c":
            self._begin(attributes)
        elif name == "mergeCell":
            self.merges.append(attributes.get("ref", ""))

    def _begin(self, attributes: Attributes) -> None:
        told = attributes.get("r") or f"{letters_of(self._column)}{self._row}"
        address = _ADDRESS.fullmatch(told.upper())
        if address is None or int(address[2]) == 0:
            raise damaged()
        self._column = _column(address[1]) + 1
        style, kind = attributes.get("s", ""), attributes.get("t", "")
        self._cell = f'<c r="{address[0]}"'
        if style.isascii() and style.isdigit():
            self._cell += f' s="{style}"'
        if kind.isascii() and kind.isalpha():
            self._cell += f' t="{kind}"'

    def end(self, name: str) -> None:
        self._reading = False
        if name == "c" and self._cell:
            formula = "" if self._formula is None else f"<f>{''.join(self._formula)}</f>"
            self.out.append(f"{self._cell}>{formula}{''.join(self._inside)}</c>")
            self._cell, self._formula = "", None
            self._inside.clear()
        elif self._cell and name in _INSIDE_CELL:
            self._inside.append(f"</{name}>")

    def text(self, text: str) -> None:
        if self._reading:
            self._into.append(escape(text) if "&" in text or "<" in text or ">" in text else text)


@cache
def _column(letters: str) -> int:
    return place_of(letters.encode(), b"1")[1]


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise
