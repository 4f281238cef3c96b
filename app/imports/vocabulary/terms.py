"""The vocabulary as it is used: pure lookups, the same whether it came from the tables or from the shipped lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.identity import normalise


def folded(text: str) -> str:
    """Return a heading or word folded for comparing: half-width, upper case, without blanks and invisible signs."""
    return normalise(text)


@dataclass(frozen=True)
class Vocabulary:
    """Headings by register and words by list, both folded.

    ``headings["volunteers"]["身份证号"]`` is a field's name; ``words["yes_no"]["是"]`` is the value that is stored.
    """

    headings: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(
        cls, headings: Iterable[tuple[str, str, str]], words: Iterable[tuple[str, str, str]]
    ) -> "Vocabulary":
        """Return the vocabulary of (register, field, heading) and (list, value, word) rows."""
        by_register: dict[str, dict[str, str]] = {}
        for register, field, heading in headings:
            by_register.setdefault(register, {})[folded(heading)] = field
        by_list: dict[str, dict[str, str]] = {}
        for name, value, word in words:
            by_list.setdefault(name, {})[folded(word)] = value
        return cls(by_register, by_list)

    def field_of(self, register: str, heading: str) -> str | None:
        """Return the field that a heading means in a register, or None."""
        return self.headings.get(register, {}).get(folded(heading))

    def meaning(self, list_name: str, word: str) -> str | None:
        """Return what a word of a list stands for, or None."""
        return self.words.get(list_name, {}).get(folded(word))
