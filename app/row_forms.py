"""The canonical forms of many rows at once, column by column: what signing and checking thousands of rows needs.

The same bytes as ``app.canonical`` makes of one row's values, at a tenth of its cost: a column's values are of one
kind, and most of them are there again and again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, LargeBinary, Table, Text

from app.canonical import canonical
from app.types import KeyType, UtcTimeType

_KEPT = 100_000
"""So many different values of a column are remembered with their forms."""
_FIRST_INSTANT, _FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1)
"""Where PostgreSQL begins to count microseconds and days."""


class RowForms:
    """Makes the canonical forms of a table's rows.

    Rows may be as the program or either driver has them: keys as UUID or 16 bytes, instants and days as values or
    as ISO text; ``binary``: instants and days as PostgreSQL sends them, see ``app.stored.raw_rows``. What cannot be
    in its column gets a form that no right row has; nothing is raised.
    """

    def __init__(self, table: Table, *, binary: bool = False) -> None:
        self._columns = [_column_of(column.type, binary) for column in table.columns]
        self._one_by_one = [column.one() for column in self._columns]

    def of(self, rows: Sequence[Sequence[Any]], start: int = 0, stop: int | None = None) -> list[bytes]:
        """Return of each row the form of its columns from ``start`` up to ``stop``, as in a slice.

        Best of some thousand rows at a time. All rows have as many values as the table has columns, or as many of
        its first columns.
        """
        return self.of_columns(list(zip(*rows, strict=True)), start, stop) if rows else []

    def of_one(self, row: Sequence[Any], start: int = 0, stop: int | None = None) -> bytes:
        """Return the same of one row alone."""
        forms = self._one_by_one[: len(row)][start:stop]
        return b"".join([form(value) for form, value in zip(forms, row[start:stop], strict=True)])

    def of_columns(
        self, columns: Sequence[Sequence[Any]], start: int = 0, stop: int | None = None
    ) -> list[bytes]:
        """Return the same for rows that are given column by column."""
        if not columns or not columns[0]:
            return []
        count, pieces, same = len(columns[0]), list[Iterable[bytes]](), b""
        for at in range(len(columns))[start:stop]:
            begin, rest = self._columns[at].split(columns[at])
            same += begin
            if rest is not None:
                # What all rows have here is joined once, with the columns beside it that all have alike.
                pieces += [repeat(same, count), rest] if same else [rest]
                same = b""
        if same:
            pieces.append(repeat(same, count))
        return list(map(b"".join, zip(*pieces, strict=True))) if pieces else [b""] * count


class _Column(dict[Any, bytes]):
    """The forms of one column's values, remembered; ``write`` returns None for what has no place in the column."""

    def __init__(self, write: Callable[[Any], bytes | None]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> bytes:
        if len(self) >= _KEPT:
            self.clear()
        form = self[value] = self.form(value)
        return form

    def split(self, column: Sequence[Any]) -> tuple[bytes, Sequence[bytes] | None]:
        """Return what the forms of a column's values all begin with, and the rest of each; None: that is all."""
        first = column[0]
        if first == column[-1] and self.is_alike(column):
            return self.form(first), None
        return self.parted(column)

    def is_alike(self, column: Sequence[Any]) -> bool:
        """Return whether all values have one form."""
        return column.count(column[0]) == len(column)

    def parted(self, column: Sequence[Any]) -> tuple[bytes, Sequence[bytes]]:
        """Return the same as ``split`` for values of which some are different."""
        return b"", list(map(self.__getitem__, column))

    def one(self) -> Callable[[Any], bytes]:
        """Return what makes the form of a value that comes alone."""
        return self.__getitem__

    def form(self, value: Any) -> bytes:
        """Return the form of one value, whatever it is."""
        if value is None:
            return b"-"
        form = self._write(value)
        return _foreign(value) if form is None else form


class _Numbers(_Column):
    """Whole numbers. A float or a truth that equals one must not find that one's form."""

    def is_alike(self, column: Sequence[Any]) -> bool:
        """Return whether all values have one form."""
        return super().is_alike(column) and len(set(map(type, column))) == 1

    def parted(self, column: Sequence[Any]) -> tuple[bytes, Sequence[bytes]]:
        """Return the same as ``split`` for values of which some are different."""
        if set(map(type, column)) <= {int, type(None)}:
            return super().parted(column)
        return b"", list(map(self.form, column))

    def one(self) -> Callable[[Any], bytes]:
        """Return what makes the form of a value that comes alone."""
        return self.form


class _Keys(_Column):
    """Keys. Most are of one row only: those of whole columns are made without looking them up."""

    def parted(self, column: Sequence[Any]) -> tuple[bytes, Sequence[bytes]]:
        """Return the same as ``split`` for values of which some are different."""
        kinds = set(map(type, column))
        if kinds == {bytes} and set(map(len, column)) == {16}:
            return b"u16:", column
        if kinds == {UUID}:
            return b"u16:", [value.bytes for value in column]
        return super().parted(column)

    def one(self) -> Callable[[Any], bytes]:
        """Return what makes the form of a value that comes alone."""
        return self.form


class _Single(_Column):
    """Values that hardly come twice."""

    def parted(self, column: Sequence[Any]) -> tuple[bytes, Sequence[bytes]]:
        """Return the same as ``split`` for values of which some are different."""
        return b"", list(map(self.form, column))

    def one(self) -> Callable[[Any], bytes]:
        """Return what makes the form of a value that comes alone."""
        return self.form


class _Texts(_Single):
    """Long texts."""

    def parted(self, column: Sequence[Any]) -> tuple[bytes, Sequence[bytes]]:
        """Return the same as ``split`` for values of which some are different."""
        try:
            return b"", [b"s%d:%b" % (len(body), body) for body in map(str.encode, column)]
        except (TypeError, UnicodeEncodeError):
            return super().parted(column)


class _Hashes(_Single):
    """Bytes."""

    def parted(self, column: Sequence[Any]) -> tuple[bytes, Sequence[bytes]]:
        """Return the same as ``split`` for values of which some are different."""
        if set(map(type, column)) == {bytes}:
            lengths = set(map(len, column))
            if len(lengths) == 1:
                return b"x%d:" % lengths.pop(), column
            return b"", [b"x%d:%b" % (len(value), value) for value in column]
        return super().parted(column)


def _foreign(value: Any) -> bytes:
    try:
        return b"!" + canonical((value,))
    except TypeError:
        return b"!" + repr(value).encode()


def _key(value: Any) -> bytes | None:
    if type(value) is UUID:
        return b"u16:" + value.bytes
    return b"u16:" + value if type(value) is bytes and len(value) == 16 else None


def _instant(value: Any) -> bytes | None:
    if type(value) is datetime:
        return canonical((value,))
    return _lettered(b"t", value)


def _day(value: Any) -> bytes | None:
    if type(value) is date:
        return canonical((value,))
    return _lettered(b"d", value)


def _binary_instant(value: Any) -> bytes | None:
    if type(value) is not bytes or len(value) != 8:
        return None
    try:
        microseconds = int.from_bytes(value, "big", signed=True)
        return canonical((_FIRST_INSTANT + timedelta(microseconds=microseconds),))
    except OverflowError:  # "infinity", or a year that no datetime has
        return None


def _binary_day(value: Any) -> bytes | None:
    day = stored_day(value)
    return None if day is None else canonical((day,))


def stored_day(value: Any) -> date | None:
    """Return the day of what a driver gave for one: ISO text, or PostgreSQL's four bytes; None if it is no day."""
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
        if type(value) is bytes and len(value) == 4:
            return _FIRST_DAY + timedelta(days=int.from_bytes(value, "big", signed=True))
    except (OverflowError, ValueError):
        pass
    return None


def _text(value: Any) -> bytes | None:
    return _lettered(b"s", value)


def _number(value: Any) -> bytes | None:
    if type(value) is not int:
        return None
    body = b"%d" % value
    return b"i%d:%b" % (len(body), body)


def _bytes(value: Any) -> bytes | None:
    return b"x%d:%b" % (len(value), value) if type(value) is bytes else None


def _lettered(letter: bytes, value: Any) -> bytes | None:
    if not isinstance(value, str):
        return None
    # A labelled enum's text is its value; str() of it would be the same, encode() is.
    body = value.encode("utf-8", "surrogateescape")
    return b"%b%d:%b" % (letter, len(body), body)


def _column_of(kind: Any, binary: bool) -> _Column:
    if isinstance(kind, KeyType):
        return _Keys(_key)
    if isinstance(kind, UtcTimeType):
        return _Column(_binary_instant if binary else _instant)
    if isinstance(kind, Date):
        return _Column(_binary_day if binary else _day)
    if isinstance(kind, Integer):
        return _Numbers(_number)
    if isinstance(kind, LargeBinary):
        return _Hashes(_bytes)
    return _Texts(_text) if isinstance(kind, Text) else _Column(_text)
