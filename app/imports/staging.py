"""What an upload keeps between its steps, sealed: how its tables were understood, and its judged rows.

Everything that may name a person is JSON, compressed, encrypted and bound to the row that holds it.
"""

import json
import uuid
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from flask_babel import gettext as _

from app import keys
from app.errors import Refused
from app.imports.cells import Book, Table
from app.imports.kinds import Decision
from app.imports.layout import Layout

TOP = 30
"""Lines of a table that are kept with its plan: titles, header and the first rows, to be looked at."""


class Unreadable(Refused):
    """What was kept cannot be opened: damaged, or sealed under a key that is not here."""

    status = 503


@dataclass(frozen=True)
class Section:
    """One table of a file, and how it was understood. ``sheet_number`` counts the file's sheets from 0.

    Its lines are those from ``after`` + 1 to ``last``. ``layout`` is None when no register was recognised.
    """

    sheet_number: int
    sheet: str
    after: int
    last: int
    top: tuple[tuple[Any, ...], ...]
    layout: Layout | None
    is_used: bool

    def table_of(self, book: Book) -> Table:
        """Return the section's own lines as a table whose lines keep the sheet's numbers."""
        table = book.tables[self.sheet_number]
        if self.after == 0 and self.last >= len(table.rows):
            return table
        blank: list[list[Any]] = [[] for _ in range(self.after)]
        return replace(table, rows=blank + table.rows[self.after : self.last])

    @property
    def head(self) -> tuple[tuple[Any, ...], ...]:
        """The lines above the data."""
        if self.layout is None:
            return ()
        return self.top[: self.layout.first_data_row - 1 - self.after]

    @property
    def width(self) -> int:
        """How many columns the first lines have."""
        return max((len(line) for line in self.top), default=0)

    def headings(self) -> list[str]:
        """Return what stands above each column: the texts of the header's lines, one below the other."""
        found = []
        lines = self.layout.header_rows if self.layout else ()
        for column in range(self.width):
            parts: list[str] = []
            for number in lines:
                line = (
                    self.top[number - 1 - self.after] if 0 <= number - 1 - self.after < len(self.top) else ()
                )
                text = (
                    printable(str(line[column])).strip()
                    if column < len(line) and line[column] is not None
                    else ""
                )
                if text and text not in parts:
                    parts.append(text)
            found.append(" ".join(parts))
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """A judged row. ``cells`` are kept of rows that do not go in by themselves, to be shown and given back.

    ``can_be_taken``: a row in review of which a person may say that it goes in. ``changed``: it was decided
    otherwise when it should have gone in.
    """

    number: int
    decision: Decision
    reason: str = ""
    field: str | None = None
    sentence: str = ""
    notes: tuple[str, ...] = ()
    can_be_taken: bool = False
    cells: tuple[Any, ...] | None = None
    admitted: bool = False
    changed: bool = False


def printable(text: str) -> str:
    """Return a text with a question mark for each half character, which no page can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def seal(value: Any, bound_to: uuid.UUID) -> bytes:
    """Return a JSON value sealed for a row."""
    return seal_bytes(json.dumps(value, default=_tag, separators=(",", ":")).encode(), bound_to)


def seal_bytes(data: bytes, bound_to: uuid.UUID) -> bytes:
    """Return bytes compressed and sealed for a row."""
    return keys.encryption.encrypt(zlib.compress(data, 3), bound_to=bound_to.bytes)


def unseal(sealed: bytes, bound_to: uuid.UUID) -> Any:
    """Return the value again. Raises Unreadable."""
    return json.loads(unseal_bytes(sealed, bound_to), object_hook=_untag)


def unseal_bytes(sealed: bytes, bound_to: uuid.UUID) -> bytes:
    """Return the bytes again. Raises Unreadable."""
    try:
        return zlib.decompress(keys.encryption.decrypt(bytes(sealed), bound_to=bound_to.bytes))
    except (InvalidTag, KeyError, ValueError, IndexError, zlib.error) as problem:
        raise Unreadable(_("上传的内容暂时读不出来，请重新上传，并告知管理员。")) from problem


def seal_plan(sections: Sequence[Section], bound_to: uuid.UUID) -> bytes:
    """Seal how a file's tables were understood."""
    return seal([_section_out(one) for one in sections], bound_to)


def unseal_plan(sealed: bytes, bound_to: uuid.UUID) -> list[Section]:
    """Return how a file's tables were understood. Raises Unreadable."""
    return [_section_in(one) for one in unseal(sealed, bound_to)]


def seal_lines(lines: Sequence[Line], bound_to: uuid.UUID) -> bytes:
    """Seal judged rows."""
    return seal(
        [
            [
                one.number,
                one.decision.value,
                one.reason,
                one.field,
                one.sentence,
                one.notes,
                one.can_be_taken,
                one.cells,
                one.admitted,
                one.changed,
            ]
            for one in lines
        ],
        bound_to,
    )


def unseal_lines(sealed: bytes, bound_to: uuid.UUID) -> list[Line]:
    """Return judged rows. Raises Unreadable."""
    return [
        Line(
            one[0],
            Decision(one[1]),
            one[2],
            one[3],
            one[4],
            tuple(one[5]),
            one[6],
            None if one[7] is None else tuple(one[7]),
            one[8],
            one[9],
        )
        for one in unseal(sealed, bound_to)
    ]


def _section_out(one: Section) -> dict[str, Any]:
    layout = one.layout
    return {
        "sheet_number": one.sheet_number,
        "sheet": one.sheet,
        "after": one.after,
        "last": one.last,
        "top": one.top,
        "is_used": one.is_used,
        "layout": None
        if layout is None
        else [
            layout.register,
            layout.header_rows,
            layout.columns,
            layout.units,
            layout.unknown,
            layout.titles,
        ],
    }


def _section_in(one: dict[str, Any]) -> Section:
    kept = one["layout"]
    layout = None
    if kept is not None:
        register, header_rows, columns, units, unknown, titles = kept
        pairs = tuple((column, heading) for column, heading in unknown)
        layout = Layout(register, tuple(header_rows), columns, units, pairs, tuple(titles))
    top = tuple(tuple(line) for line in one["top"])
    return Section(one["sheet_number"], one["sheet"], one["after"], one["last"], top, layout, one["is_used"])


def _tag(value: Any) -> dict[str, Any]:
    """Return a cell's value that JSON has no word for."""
    if isinstance(value, datetime | date | time):
        return {"$" + type(value).__name__: value.isoformat()}
    if isinstance(value, timedelta):
        return {"$timedelta": [value.days, value.seconds, value.microseconds]}
    return {"$text": str(value)}


_UNTAG: dict[str, Callable[[Any], Any]] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$timedelta": lambda parts: timedelta(*parts),
    "$text": str,
}


def _untag(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        ((name, value),) = found.items()
        read = _UNTAG.get(name)
        if read is not None:
            return read(value)
    return found
