"""What a line below the header is: data, the header again, a total, a signature, nothing."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from app.imports.headings import Headings
from app.imports.kinds import RowKind
from app.imports.layout import Layout
from app.imports.vocabulary.terms import Vocabulary, folded

_NUMBER = re.compile(r"[-+¥￥]?[\d,.]+%?", re.ASCII)
# What tells one thing from another and stands in no total: a serial, a code, a date.
_IDENTITY = re.compile(r"(?=.*\d)(?=.*[A-Z])[A-Z0-9\-]{4,}|\d{15}|\d{17}[\dX]", re.ASCII)
_DAY = re.compile(r"(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", re.ASCII)
_AFTER_TOTAL = re.compile(r"(?::.*|\([^()]*\)[:\d,.]*\D{0,3}|[\d,.]+\D{0,6})?", re.ASCII)
_FEW = 3
_BLANKS = " \u3000\xa0\u200b\t\n"
_SENTENCE_SIGNS = ":。;"
_SHORT = 15


class LineKinds:
    """The lines of one layout. Nearly all are data and are told by the number of their filled cells."""

    def __init__(self, layout: Layout, vocabulary: Vocabulary) -> None:
        self.layout = layout
        self.vocabulary = vocabulary
        self._columns = sorted(layout.columns.values())
        self._field_of = {column: name for name, column in layout.columns.items()}
        self._enough = max(_FEW, (len(self._columns) + 1) // 2)
        self._header = frozenset(layout.header_rows)
        self._titles = {folded(title) for title in layout.titles}
        self._last = max(layout.header_rows, default=0)
        words = vocabulary.words
        self._totals = words.get("total", {})
        self._signatures = words.get("signature", {})
        self._remarks = words.get("remark_line", {})
        self._headings = Headings(vocabulary)
        headings = vocabulary.headings.get(layout.register, {})
        footers = [word for word in (*self._totals, *self._signatures, *self._remarks) if word]
        # How a footer's text begins or ends, blanks in between allowed (合　计); all else needs no second look.
        self._odd_starts = {word[:2] for word in footers} | {
            word[0] + blank for word in footers for blank in _BLANKS
        }
        self._odd_ends = {word[-2:] for word in self._totals if word}
        self._heading_signs = {word[0] for word in headings} | {word[0].lower() for word in headings} | {"*"}

    def kind(self, number: int, cells: Sequence[Any]) -> RowKind:
        """Return what a line is; lines are counted from 1."""
        if number <= self._last:
            if number in self._header:
                return RowKind.HEADER
            return RowKind.TITLE if any(not _is_blank(cell) for cell in cells) else RowKind.BLANK
        filled, width, is_odd, headings = 0, len(cells), False, 0
        for column in self._columns:
            if column < width:
                cell = cells[column]
                if cell is not None and cell != "":
                    filled += 1
                    if cell.__class__ is str:
                        if cell[:2] in self._odd_starts or cell[-2:] in self._odd_ends or cell[0] in _BLANKS:
                            is_odd = True
                        if cell[0] in self._heading_signs:
                            headings += 1
        if filled >= self._enough and not is_odd and headings < _FEW:
            return RowKind.DATA
        return self._slowly(cells)

    def _slowly(self, cells: Sequence[Any]) -> RowKind:
        texts = {column: _text(cell) for column, cell in enumerate(cells) if not _is_blank(cell)}
        mapped = [column for column in texts if column in self._field_of]
        if not texts:
            return RowKind.BLANK
        if self._says_headings(texts, mapped):
            return RowKind.HEADER
        named = [column for column in mapped if _names_one(cells[column], texts[column])]
        if len(texts) > 1 and named:
            return RowKind.DATA
        if len(texts) == 1 and any(_is_day(cells[column], text) for column, text in texts.items()):
            return RowKind.FOOTER  # the day below a signature
        if named:
            return RowKind.DATA
        if len(texts) == 1 and self._titles.issuperset(texts.values()):
            return RowKind.TITLE  # a new page
        if self._is_footer(texts):
            return RowKind.FOOTER
        if not mapped:
            # Only a number of the line stands there, or a word beside the table.
            return (
                RowKind.BLANK if all(_NUMBER.fullmatch(text) for text in texts.values()) else RowKind.FOOTER
            )
        if len(texts) == 1 and len(self._columns) > 2:
            (text,) = texts.values()
            if len(text) > _SHORT or any(sign in text for sign in _SENTENCE_SIGNS):
                return RowKind.FOOTER
        return RowKind.DATA

    def _says_headings(self, texts: dict[int, str], mapped: list[int]) -> bool:
        said = 0
        for column in mapped:
            meant = self._headings.meaning(self.layout.register, (texts[column],))
            if meant is not None and meant.field == self._field_of[column]:
                said += 1
        return said >= 2 and 2 * said >= len(mapped)

    def _is_footer(self, texts: dict[int, str]) -> bool:
        first = next(iter(texts.values()))
        if any(text.rstrip(":") in self._totals for text in texts.values()):
            return True
        if len(texts) > _FEW + 2:
            return False
        for text in texts.values():
            for word in self._totals:
                if text.startswith(word) and _AFTER_TOTAL.fullmatch(text[len(word) :]):
                    return True
                if text.endswith(word) and len(text) <= _SHORT:
                    return True
        return any(_opens(first, word) for word in (*self._signatures, *self._remarks) if word)


def _opens(text: str, word: str) -> bool:
    """Whether a text is a word of a footer, or begins with it and a colon or a number."""
    rest = text[len(word) :]
    return text.startswith(word) and (not rest or rest[0] in ":(;,、." or rest[0].isdecimal())


def _names_one(cell: Any, text: str) -> bool:
    return _is_day(cell, text) or _IDENTITY.fullmatch(text) is not None


def _is_day(cell: Any, text: str) -> bool:
    return isinstance(cell, date) or _DAY.fullmatch(text) is not None


def _is_blank(cell: Any) -> bool:
    return (
        cell is None
        or cell == ""
        or (isinstance(cell, str) and not folded(cell[:50]) and not cell[:5000].strip())
    )


def _text(cell: Any) -> str:
    return folded(cell[:500]) if isinstance(cell, str) else str(cell)
