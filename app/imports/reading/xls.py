"""XLS as of Excel 97 (BIFF 8): its records are walked once before a library opens them ([MS-XLS]).

Older ones are refused: the library garbles their Chinese.

The walk finds formulas, errors and merges, counts the rectangle of every sheet and the text its cells show, and
blanks the sheet sizes that the file claims, for which the library would make room.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.imports.cells import Book, Merge
from app.imports.reading.compound import Compound, contained
from app.imports.reading.limits import (
    MAX_FORMULAS,
    MAX_MERGES,
    MAX_SHEETS,
    Tally,
    cell_too_long,
    damaged,
    locked,
    macros,
    no_sheets,
    too_many_formulas,
    too_many_sheets,
)
from app.imports.reading.tables import Spot, opened, table

_BOF, _EOF, _CONTINUE, _SST, _BOUNDSHEET, _FILEPASS = 0x809, 0x0A, 0x3C, 0xFC, 0x85, 0x2F
_DIMENSIONS, _FORMULA, _MULRK, _MULBLANK, _LABELSST, _BOOLERR, _MERGECELLS = (
    0x200,
    6,
    0xBD,
    0xBE,
    0xFD,
    0x205,
    0xE5,
)
_CELLS = frozenset({0x203, 0x27E, 0x204, 0xD6, _FORMULA, 0x206, 0x406, _LABELSST, _BOOLERR, _MULRK})
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BIFF8 = 0x600
_MAX_RECORDS = 4_000_000
_MAX_SIGNS = 32_767
_BYTES_PER_SIGN = 3  # a Chinese sign in UTF-8

Record = tuple[int, int, int]
"""Kind, where its body begins, how long that is."""


@dataclass
class _Sheet:
    """What the walk found in one sheet."""

    rows: int = 0
    columns: int = 0
    text: int = 0
    merges: list[Merge] = field(default_factory=list)
    formulas: set[Spot] = field(default_factory=set)
    errors: dict[Spot, str] = field(default_factory=dict)


def read_xls(compound: Compound, name: str) -> Book:
    """Read a workbook. Raises InvalidInput with what is wrong and how to mend it."""
    if "_VBA_PROJECT_CUR" in compound or "_VBA_PROJECT" in compound:
        raise macros()
    stream = bytearray(compound.stream("Workbook" if "Workbook" in compound else "Book"))
    walk = _Walk(stream)
    sheets = [walk.sheet(place) for place, _hidden in walk.bound]
    tally = Tally()
    for number, one in enumerate(sheets, start=1):
        tally.add(_nth(number), one.rows, one.columns)
        tally.add_text(_nth(number), one.text)
    tally = Tally()
    with opened(io.BytesIO(contained(bytes(stream)))) as book:
        names = book.sheet_names
        if len(names) != len(sheets):
            raise damaged()
        tables = []
        for place, (one, (_at, hidden)) in enumerate(zip(sheets, walk.bound, strict=True)):
            if not hidden:
                found = table(
                    book,
                    place,
                    names[place],
                    tally,
                    merges=one.merges,
                    formulas=frozenset(one.formulas),
                    errors=one.errors,
                )
                rows = [[float(cell) if type(cell) is int else cell for cell in row] for row in found.rows]
                tables.append(replace(found, rows=rows))
    left_out = tuple(names[place] for place, (_at, hidden) in enumerate(walk.bound) if hidden)
    if not tables:
        raise no_sheets(bool(left_out))
    return Book(name, tuple(tables), left_out)


def _nth(number: int) -> str:
    return _("第 %(number)s 个工作表", number=number)


class _Walk:
    """Walks the records of a workbook's stream; ``bound`` are the sheets: where each begins, and whether hidden."""

    def __init__(self, stream: bytearray) -> None:
        self._stream = stream
        self._left = _MAX_RECORDS
        self.bound: list[tuple[int, bool]] = []
        self._lengths: list[int] = []
        first = next(self._records(0), None)
        version = struct.unpack_from("<H", stream, first[1])[0] if first and first[2] >= 2 else 0
        if first is None or first[0] != _BOF or version != _BIFF8:
            raise InvalidInput(_("这是很旧的 Excel 格式，请用 Excel 或 WPS 打开后另存为 xlsx，再上传。"))
        self._globals()

    def _records(self, at: int) -> Iterator[Record]:
        stream, end = self._stream, len(self._stream) - 4
        while at <= end:
            kind, length = struct.unpack_from("<HH", stream, at)
            self._left -= 1
            if self._left < 0 or at + 4 + length > end + 4:
                raise damaged()
            yield kind, at + 4, length
            at += 4 + length

    def _globals(self) -> None:
        texts: list[bytes] = []
        for kind, at, length in self._records(0):
            if kind == _FILEPASS:
                raise locked()
            if kind == _BOUNDSHEET and length >= 6:
                place, hidden, sheet_kind = struct.unpack_from("<IBB", self._stream, at)
                if sheet_kind in (1, 6):
                    raise macros()
                self.bound.append((place, bool(hidden & 3) or sheet_kind != 0))
            elif kind == _SST or (kind == _CONTINUE and texts):
                texts.append(bytes(self._stream[at : at + length]))
            elif kind == _EOF:
                break
            elif texts and not self._lengths:
                self._lengths = _text_lengths(texts)
                texts = []
        if texts and not self._lengths:
            self._lengths = _text_lengths(texts)
        if len(self.bound) > MAX_SHEETS:
            raise too_many_sheets(len(self.bound))

    def sheet(self, place: int) -> _Sheet:
        """Walk one sheet's records, those of charts inside it aside."""
        found, depth = _Sheet(), 0
        stream = self._stream
        for kind, at, length in self._records(place):
            if kind == _BOF:
                depth += 1
            elif kind == _EOF:
                depth -= 1
                if depth <= 0:
                    break
            elif kind == _DIMENSIONS:
                stream[at : at + length] = bytes(length)
            elif kind in _CELLS and length >= 6:
                row, column = struct.unpack_from("<HH", stream, at)
                found.rows = max(found.rows, row + 1)
                last = struct.unpack_from("<H", stream, at + length - 2)[0] if kind == _MULRK else column
                found.columns = max(found.columns, last + 1)
                self._cell(found, kind, at, length, (row + 1, column))
            elif kind == _MERGECELLS:
                for spot in range(at + 2, at + length - 7, 8):
                    top, bottom, left, right = struct.unpack_from("<HHHH", stream, spot)
                    found.merges.append(Merge(top + 1, bottom + 1, left, right))
        if len(found.merges) > MAX_MERGES or len(found.formulas) > MAX_FORMULAS:
            raise too_many_formulas(_nth([one for one, _hidden in self.bound].index(place) + 1))
        return found

    def _cell(self, found: _Sheet, kind: int, at: int, length: int, spot: Spot) -> None:
        stream = self._stream
        if kind == _LABELSST and length >= 10:
            number = struct.unpack_from("<I", stream, at + 6)[0]
            found.text += self._lengths[number] if number < len(self._lengths) else 0
        elif kind == _BOOLERR and length >= 8 and stream[at + 7]:
            found.errors[spot] = _ERRORS.get(stream[at + 6], "#?")
        elif kind in (_FORMULA, 0x206, 0x406):
            found.formulas.add(spot)
            if length >= 14 and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
                found.errors[spot] = _ERRORS.get(stream[at + 8], "#?")


def _text_lengths(texts: list[bytes]) -> list[int]:
    """Return the length in bytes of each shared text; a text may run on in the next record."""
    if len(texts[0]) < 8:
        raise damaged()
    count = struct.unpack_from("<I", texts[0], 4)[0]
    if count * 3 > sum(map(len, texts)):
        raise damaged()
    lengths = []
    try:
        reader = _Texts(texts)
        for _number in range(count):
            signs = reader.skip_one()
            if signs > _MAX_SIGNS:
                raise cell_too_long("")
            lengths.append(signs * _BYTES_PER_SIGN)
    except (IndexError, struct.error) as broken:
        raise damaged() from broken
    return lengths


class _Texts:
    """Steps over shared texts one by one."""

    def __init__(self, texts: list[bytes]) -> None:
        self._texts, self._place, self._at = texts, 0, 8

    def skip_one(self) -> int:
        """Step over a text and return how many signs it has."""
        if self._at >= len(self._texts[self._place]):
            self._place, self._at = self._place + 1, 0
        body = self._texts[self._place]
        signs, flags = struct.unpack_from("<HB", body, self._at)
        self._at += 3
        more = 0
        if flags & 8:
            more += 4 * struct.unpack_from("<H", body, self._at)[0]
            self._at += 2
        if flags & 4:
            more += struct.unpack_from("<I", body, self._at)[0]
            self._at += 4
        self._skip_signs(signs, flags & 1)
        self._skip_bytes(more)
        return int(signs)

    def _skip_signs(self, left: int, wide: int) -> None:
        while left:
            taken = min(left, (len(self._texts[self._place]) - self._at) >> wide)
            self._at += taken << wide
            left -= taken
            if left:
                self._place, self._at = self._place + 1, 1
                wide = self._texts[self._place][0] & 1

    def _skip_bytes(self, left: int) -> None:
        while left:
            taken = min(left, len(self._texts[self._place]) - self._at)
            self._at += taken
            left -= taken
            if left:
                self._place, self._at = self._place + 1, 0
