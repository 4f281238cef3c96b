"""The canonical form of a row: the bytes under its HMAC, the same on every machine and database.

Each value is written as a type letter, its length and its bytes, so that no two different rows share a
form and no value can run into the next. A form's version is its first value.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any


def _time(value: datetime) -> bytes:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


_WRITERS: dict[type, tuple[bytes, Callable[[Any], bytes]]] = {
    str: (b"s", str.encode),
    int: (b"i", lambda value: b"%d" % value),
    bool: (b"b", lambda value: b"1" if value else b"0"),
    bytes: (b"x", bytes),
    uuid.UUID: (b"u", lambda value: value.bytes),
    datetime: (b"t", _time),
    date: (b"d", lambda value: value.isoformat().encode()),
}


def canonical(values: Iterable[Any]) -> bytes:
    """Return the canonical bytes of values: None, str, int, bool, bytes, UUID, aware datetime, date.

    Raises TypeError for any other type (a float has no place in a signed row).
    """
    parts = []
    for value in values:
        if value is None:
            parts.append(b"-")
            continue
        writer = _WRITERS.get(type(value)) or _by_base(value)
        letter, write = writer
        body = write(value)
        parts.append(b"%b%d:%b" % (letter, len(body), body))
    return b"".join(parts)


def _by_base(value: Any) -> tuple[bytes, Callable[[Any], bytes]]:
    if isinstance(value, str):  # labelled enums are text
        return b"s", lambda text: str(text.value).encode() if hasattr(text, "value") else str.encode(text)
    raise TypeError(f"no canonical form for {type(value).__name__}")
