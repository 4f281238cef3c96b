"""The canonical form of a row: the bytes under its HMAC, the same on every machine and database.

Each value is written as a type letter, its length and its bytes, so that no two different rows share a
form and no value can run into the next. A form's version is its first value.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any


def _time(value: datetime) -> bytes:
    return (value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z").encode()


def _text(value: str) -> bytes:
    body = value.encode()
    return b"s%d:%b" % (len(body), body)


def _number(value: int) -> bytes:
    body = b"%d" % value
    return b"i%d:%b" % (len(body), body)


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda value: b"-",
    str: _text,
    int: _number,
    bool: lambda value: b"b1:1" if value else b"b1:0",
    bytes: lambda value: b"x%d:%b" % (len(value), value),
    uuid.UUID: lambda value: b"u16:" + value.bytes,
    datetime: lambda value: b"t27:" + _time(value),
    date: lambda value: b"d10:" + value.isoformat().encode(),
}


def canonical(values: Iterable[Any]) -> bytes:
    """Return the canonical bytes of values: None, str, int, bool, bytes, UUID, aware datetime, date.

    Raises TypeError for any other type (a float has no place in a signed row).
    """
    return b"".join([(_WRITERS.get(type(value)) or _by_base(value))(value) for value in values])


def _by_base(value: Any) -> Callable[[Any], bytes]:
    if isinstance(value, str):  # labelled enums are text
        return lambda text: _text(str(text.value) if hasattr(text, "value") else str(text))
    raise TypeError(f"no canonical form for {type(value).__name__}")
