"""What givers' names and remarks say beyond the name: who passed a gift on, and what it is for. Pure functions."""

import re
from dataclasses import dataclass

from app.imports.vocabulary.terms import Vocabulary

_BRACKETS = re.compile(r"[（(]([^（()）]*)[）)]")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Two names in one cell: who passed a gift on, and for whom."""

    by: str
    of: str


def forwarded(text: str, vocabulary: Vocabulary) -> Forwarded | None:
    """Return the two names of a giver such as 甲转来乙捐款, None when there is one name."""
    for word in vocabulary.words.get("passed_on", {}):
        by, mark, rest = text.partition(word)
        if mark and by and rest:
            for tail in vocabulary.words.get("gift_tail", {}):
                rest = rest.removesuffix(tail)
            return Forwarded(by.strip(), rest.strip()) if rest.strip() else None
    return None


def earmark_of(texts: tuple[str | None, ...], vocabulary: Vocabulary) -> str | None:
    """Return the first purpose that one of these texts names (定向…, 用于…), without what stands outside brackets."""
    words = vocabulary.words.get("earmark", {})
    for text in texts:
        if text and any(word in text for word in words):
            inside = [part for part in _BRACKETS.findall(text) if any(word in part for word in words)]
            return inside[0] if inside else text
    return None
