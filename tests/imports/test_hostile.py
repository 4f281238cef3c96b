"""Hostile files: a sentence or the right book, in bounded time, never a crash."""

import re
import time

import pytest

from app.errors import InvalidInput
from app.imports.reading import read_book
from tests.imports.hostile import FILES

HAN = re.compile(r"[\u4e00-\u9fff]")
MACHINE_WORDS = re.compile(r"Error|Traceback|Exception|None|python|zlib|utf-8|codec", re.IGNORECASE)
SECONDS = 5


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_words_or_read_right(name: str) -> None:
    make, expected = FILES[name]
    data = make()
    began = time.monotonic()
    try:
        book = read_book(data, name)
    except InvalidInput as refused:
        sentence = str(refused)
        assert HAN.search(sentence) and not MACHINE_WORDS.search(sentence)
        assert isinstance(expected, str), sentence
        assert expected in sentence
    else:
        assert not isinstance(expected, str), [table.rows[:3] for table in book.tables]
        assert expected(book), [(table.rows[:5], table.merges, table.formulas) for table in book.tables]
    assert time.monotonic() - began < SECONDS


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 83
