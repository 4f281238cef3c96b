"""What a heading means: looked up as it stands, with its group, and without what stands in brackets."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.imports.vocabulary.terms import Vocabulary, folded

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_TAIL = re.compile(r"[/:,]([^/:,()]+)$")
_MARKS = "*★☆※#:·.?"
_LONGEST = 100


class Meaning(NamedTuple):
    """The field of a heading, and the unit that it names."""

    field: str
    unit: str | None = None


class Headings:
    """The vocabulary as headings are looked up in it, each text folded once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._folded: dict[str, str] = {}
        words = vocabulary.words
        self._money_units = words.get("money_unit", {})
        self._units = {**words.get("unit_in_heading", {}), **{word: word for word in self._money_units}}
        self._marks = words.get("required_mark", {})
        self._ordinals = words.get("ordinal", {})
        self._money = words.get("money_heading", {})
        self._unit_labels = words.get("unit_label", {})
        self._registers = words.get("register", {})
        self._number_starts = words.get("number_start", {})

    def folded(self, text: str) -> str:
        """Return a heading folded, without the marks of a column that must be filled."""
        found = self._folded.get(text)
        if found is None:
            found = folded(text).strip(_MARKS) if len(text) <= _LONGEST else ""
            self._folded[text] = found
        return found

    def is_known(self, text: str, registers: Iterable[str]) -> bool:
        """Whether a text is a heading in one of the registers."""
        return any(self._lookup(one, self.folded(text)) is not None for one in registers)

    def is_ordinal(self, text: str) -> bool:
        """Whether a column only counts the lines."""
        return self.folded(text) in self._ordinals

    def is_money(self, parts: Sequence[str]) -> bool:
        """Whether a heading speaks of sums of money."""
        return any(word in self.folded(part) for part in parts for word in self._money)

    def names_register(self, register: str, told: Iterable[str]) -> bool:
        """Whether a sheet's name or a title has a word for a register."""
        texts = [self.folded(text) for text in told]
        return any(
            name == register and any(word in text for text in texts) for word, name in self._registers.items()
        )

    def register_of_number(self, text: str) -> str | None:
        """Return the register that a credit code's first signs tell, None for any other text."""
        if len(text) < 18 or not self._number_starts:
            return None
        code = folded(text[:40])
        return self._number_starts.get(code[:2]) if len(code) == 18 and code[:17].isalnum() else None

    def unit_of_titles(self, titles: Iterable[str]) -> str | None:
        """Return the money unit that a line above the header names (单位：万元), None where none does."""
        for title in titles:
            label, _colon, unit = self.folded(title).strip("()").partition(":")
            if label in self._unit_labels and unit in self._money_units:
                return unit
        return None

    def unit_alone(self, text: str) -> str | None:
        """Return the unit when a text is nothing else, as （万元）, None for any other text."""
        word = self.folded(text).strip("()").removeprefix("单位").lstrip(":")
        return self._units.get(word)

    def meaning(self, register: str, parts: Sequence[str]) -> Meaning | None:
        """Return what a column's headings mean in a register, the group's name in front where that is known."""
        own = self.folded(parts[-1])
        for group in reversed(parts[:-1]):
            found = self._lookup(register, self.folded(group) + own)
            if found is not None:
                return found
        return self._lookup(register, own)

    def _lookup(self, register: str, text: str) -> Meaning | None:
        fields = self._vocabulary.headings.get(register)
        if not fields or not text:
            return None
        if text in fields:
            return Meaning(fields[text], self._unit_in(text))
        bare = _BRACKETS.sub("", text).strip(_MARKS)
        if bare in fields:
            return Meaning(fields[bare], self._unit_in(text))
        tail = _TAIL.search(bare)
        if tail and bare[: tail.start()] in fields and tail.group(1) in self._units:
            return Meaning(fields[bare[: tail.start()]], self._units[tail.group(1)])
        return None

    def _unit_in(self, text: str) -> str | None:
        for inner in _BRACKETS.findall(text):
            word = inner[1:-1].removeprefix("单位").lstrip(":")
            if word in self._units:
                return self._units[word]
        return None
