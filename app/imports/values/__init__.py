"""How cells are read: one reader per kind of value, made for a column (`Binding`), from a cell to a `Reading`.

Nouns, one file each: folding (blanks, widths), texts, numbers (that identify somebody), days, figures
(numbers with the unit beside them), amounts (money, time, quantities across columns), choices (words of lists).
A reader never raises: what is wrong stands in the reading. Functions that compose several cells raise `Found`.
"""

from app.imports.values.amounts import fen_of, minutes_of, number_of
from app.imports.values.choices import choice, choices, yes_no, yes_or_no
from app.imports.values.days import day, day_past
from app.imports.values.figures import Figure, figure, whole
from app.imports.values.numbers import PartyNumber, party_number, phone, resident_id, uscc
from app.imports.values.texts import label, text

__all__ = [
    "Figure",
    "PartyNumber",
    "choice",
    "choices",
    "day",
    "day_past",
    "fen_of",
    "figure",
    "label",
    "minutes_of",
    "number_of",
    "party_number",
    "phone",
    "resident_id",
    "text",
    "uscc",
    "whole",
    "yes_no",
    "yes_or_no",
]
