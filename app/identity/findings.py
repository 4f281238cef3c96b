"""What the check of a number says, and how a typed number is tidied before it is checked."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Problem(StrEnum):
    """Why a number is refused or doubted. Stored with overrides and in error workbooks: never rename."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTER = "character"
    CHECK_DIGIT = "check_digit"
    INNER_CHECK_DIGIT = "inner_check_digit"
    OLD_REGISTRATION_NUMBER = "old_registration_number"
    OLD_ORGANISATION_CODE = "old_organisation_code"
    CLASS = "class"
    REGION = "region"
    BIRTH_DATE = "birth_date"
    BIRTH_IN_FUTURE = "birth_in_future"
    AGE = "age"
    SPREADSHEET = "spreadsheet"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or odd about a number.

    ``place`` is the position of the wrong character, counted from 1 in the tidied number, where one can be named.
    """

    problem: Problem
    sentence: Any
    place: int | None = None


# Full-width ASCII and the look-alike dashes that word processors make of a minus.
_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES: dict[int, int | str] = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－ー"), "-")
_TABLE = {**_WIDTH, **_DASHES}
# Spaces of all kinds, control characters, zero-width and bidirectional marks.
_INVISIBLE_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_INVISIBLE_OTHERS = frozenset("\u034f\u115f\u1160\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")


def normalise(text: str) -> str:
    """Return a typed number tidied: half-width, upper case, without spaces and invisible characters.

    A leading apostrophe, by which spreadsheets mark text, goes too. Nothing is guessed: a letter O stays an O.
    """
    if text.isascii() and text.isalnum():  # nearly every number of a large register
        return text.upper()
    kept = (sign for sign in text if not _is_invisible(sign))
    return "".join(kept).translate(_TABLE).upper().lstrip("'‘’`")


def looks_like_spreadsheet_number(code: str) -> bool:
    """Whether a spreadsheet has turned the tidied number into a floating-point one, so that digits are lost."""
    return bool(_SCIENTIFIC.fullmatch(code)) or (code.endswith(".0") and code[:-2].isdecimal())


def spreadsheet_finding() -> Finding:
    """Say that the digits are lost and how to get them back."""
    return Finding(
        Problem.SPREADSHEET,
        _l("这是表格软件改写过的数值（如 6.1E+17），原来的数字已经丢失，请把该列设为“文本”后重新填写。"),
    )


def wrong_character(code: str, allowed: str, sentence: Any) -> Finding | None:
    """Return a finding for the first character outside ``allowed``; ``sentence`` makes it from place and sign."""
    if not code.strip(allowed):
        return None
    for place, sign in enumerate(code, start=1):
        if sign not in allowed:
            return Finding(Problem.CHARACTER, sentence(place, sign), place)
    return None


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) in _INVISIBLE_CATEGORIES or sign in _INVISIBLE_OTHERS
