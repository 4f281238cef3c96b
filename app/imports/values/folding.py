"""What is dropped and folded before a cell is understood: blanks of all kinds, full-width signs. Pure."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from app.imports.kinds import Note
from app.imports.registers import Reading

MOST_CELL = 32_767
"""What a spreadsheet's cell can hold; nothing longer is looked at."""

_BLANKS = (
    "\\x01-\\x20\\x7f-\\xa0\\xad\u034f\u061c\u115f\u1160\u1680\u180b-\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
BLANK_SIGNS = re.compile(f"[{_BLANKS}]+")
"""Blanks and signs that nobody sees: spaces of all widths, zero-width, bidirectional and control signs."""

_SEEN_AS_BLANK = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
SPACES = re.compile(f"[{_SEEN_AS_BLANK}]+")
UNSEEN = re.compile(f"(?![{_SEEN_AS_BLANK}])[{_BLANKS}]")
_WIDE = re.compile("[\uff01-\uff5e]")
_WIDE_LETTERS = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_NARROW: dict[int, int] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES: dict[int, str] = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u30fc"), "-"
)
_NARROW_AND_DASHES: dict[int, int | str] = {**_NARROW, **_DASHES}
_NARROW_LETTERS = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}


_BROKEN = re.compile("[\x00\ud800-\udfff]")
_MOST_SHOWN = 30


def broken_place(text: str) -> int | None:
    """Return where a text has a sign that no database keeps (NUL, half a character), counted from 1, or None."""
    if text.isascii() and "\x00" not in text:
        return None
    found = _BROKEN.search(text)
    return None if found is None else found.start() + 1


def shown(text: str) -> str:
    """Return a text as a sentence may quote it: short, and without signs that cannot be seen or kept."""
    text = text[: _MOST_SHOWN * 4].strip()
    text = text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def squeezed(text: str) -> tuple[str, tuple[Note, ...]]:
    """Return a number or date without any blank and half-width, its letters as typed, and what was put right."""
    if text.isascii() and text.isalnum():
        return text, ()
    notes = []
    if BLANK_SIGNS.search(text):
        text = BLANK_SIGNS.sub("", text)
        notes.append(Note.SPACES)
    if not text.isascii():
        if _WIDE.search(text):
            notes.append(Note.FULLWIDTH)
        text = text.translate(_NARROW_AND_DASHES)
    return text, tuple(notes)


def narrow_letters(text: str) -> tuple[str, bool]:
    """Return a text with full-width digits and letters made half-width, punctuation left, and whether any was."""
    if text.isascii() or not _WIDE_LETTERS.search(text):
        return text, False
    return text.translate(_NARROW_LETTERS), True


def typed(cell: Any) -> str:
    """Return a cell that should hold a text or number as it reads: 2.0 is "2", a day "2026-11-21", None ""."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return str(cell)


def remembering(read: Callable[[Any], Reading]) -> Callable[[Any], Reading]:
    """Return a reader that reads a repeated text once (counties, kinds, days); a reading depends on its cell alone."""
    known: dict[str, Reading] = {}

    def reader(cell: Any) -> Reading:
        if not isinstance(cell, str):
            return read(cell)
        found = known.get(cell)
        if found is None:
            found = read(cell)
            if len(known) < 20_000 and len(cell) <= 100:
                known[cell] = found
        return found

    return reader
