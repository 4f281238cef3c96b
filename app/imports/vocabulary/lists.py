"""The vocabulary that comes with the program, from the lists beside this file."""

import csv
from functools import cache
from pathlib import Path

from app.imports.vocabulary.terms import Vocabulary

HEADINGS_FILE = Path(__file__).parent / "data" / "headings.csv"
WORDS_FILE = Path(__file__).parent / "data" / "words.csv"

Terms = list[tuple[str, str, str]]


def read_list(path: Path) -> Terms:
    """Return the rows of a list: (register, field, heading), or (list, value, word)."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = iter(csv.reader(lines))
        next(rows)
        return [(first, second, third) for first, second, third in rows]


@cache
def shipped() -> Vocabulary:
    """Return the shipped vocabulary; it never changes while the program runs."""
    return Vocabulary.of(read_list(HEADINGS_FILE), read_list(WORDS_FILE))
