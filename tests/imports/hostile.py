"""Hostile spreadsheets, made in code. Each is refused with a sentence, or read right: ``FILES`` says which.

A text is a part of the sentence that must be told; a function judges the book that was read.
"""

from tests.imports.hostile_texts import TEXTS
from tests.imports.hostile_xls import XLS
from tests.imports.hostile_xlsx import XLSX

FILES = XLSX | XLS | TEXTS
