"""Resident identity number 公民身份号码 (GB 11643-1999), and the fifteen digits of before 1999.

Eighteen characters: six of region, eight of birth date, three of sequence (odd male, even female), check digit
(ISO 7064 mod 11-2, ten is X). The region is the one of the first registration and often abolished by now,
so it only warns. Holders of a residence permit for people from Hong Kong (810000), Macau (820000) and
Taiwan (830000) have a number of the same build.
"""

from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Any

from flask_babel import lazy_gettext as _l

from app.identity.findings import (
    Finding,
    Problem,
    looks_like_spreadsheet_number,
    normalise,
    spreadsheet_finding,
    wrong_character,
)

_DIGITS = "0123456789"
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_SURPLUS = ord("0") * sum(_WEIGHTS)
_CHECK_SIGNS = "10X98765432"
_OLDEST = 130

# First two digits: the province. 81-83 stand in residence permits only, which is a kind of its own.
_PROVINCES = frozenset(
    map(
        str,
        [
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ],
    )
)
_RESIDENCE_PERMIT_REGIONS = frozenset({"810000", "820000", "830000"})


@dataclass(frozen=True, slots=True)
class ResidentIdCheck:
    """Outcome for one number. ``code`` is tidied and, where fifteen digits came, the eighteen they stand for."""

    code: str
    error: Finding | None = None
    warnings: tuple[Finding, ...] = ()
    born_on: date | None = None
    is_female: bool | None = None
    region_prefix: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the number may be stored."""
        return self.error is None

    @property
    def is_residence_permit(self) -> bool:
        """Whether the number belongs to a residence permit 港澳台居民居住证."""
        return self.region_prefix in _RESIDENCE_PERMIT_REGIONS


def check_digit(first_17: str) -> str:
    """Return the eighteenth character for seventeen digits (ISO 7064 mod 11-2)."""
    if len(first_17) != 17:
        raise ValueError("a check digit is made from seventeen digits")
    # The bytes of digits count 48 too much each; a generator over characters costs three times as much.
    return _CHECK_SIGNS[(sum(map(mul, first_17.encode("ascii"), _WEIGHTS)) - _SURPLUS) % 11]


def from_15_digits(code: str) -> str:
    """Return the eighteen characters that fifteen digits of before 1999 stand for.

    The sequences 996-999 were kept for people who were over a hundred then, born in the 1800s.
    """
    century = "18" if code[12:] in {"996", "997", "998", "999"} else "19"
    first_17 = code[:6] + century + code[6:]
    return first_17 + check_digit(first_17)


def check_resident_id(text: str, *, today: date) -> ResidentIdCheck:
    """Check a typed resident identity number; ``today`` is the civil date after which nobody can be born yet."""
    code = normalise(text)
    if len(code) == 15 and code.isascii() and code.isdecimal():
        code = from_15_digits(code)
    if len(code) != 18:
        return ResidentIdCheck(code, _wrong_length(code))
    error = wrong_character(code[:17], _DIGITS, _character_sentence)
    if error is None and code[17] not in _CHECK_SIGNS:
        error = Finding(Problem.CHARACTER, _l("第 18 位“%(sign)s”应为数字或字母 X。", sign=code[17]), 18)
    if error is not None:
        return ResidentIdCheck(code, error)
    born_on, error = _birth(code, today)
    if error is None and code[17] != check_digit(code[:17]):
        error = Finding(
            Problem.CHECK_DIGIT,
            _l("第 18 位校验码“%(given)s”与前 17 位不符，请对照证件逐位核对。", given=code[17]),
            18,
        )
    return ResidentIdCheck(
        code,
        error,
        tuple(_warnings(code, born_on, today)),
        born_on=born_on,
        is_female=int(code[16]) % 2 == 0,
        region_prefix=code[:6],
    )


def _wrong_length(code: str) -> Finding:
    if not code:
        return Finding(Problem.EMPTY, _l("请填写公民身份号码。"))
    if looks_like_spreadsheet_number(code):
        return spreadsheet_finding()
    return Finding(
        Problem.LENGTH, _l("公民身份号码应为 18 位（旧号 15 位），现在是 %(length)s 位。", length=len(code))
    )


def _character_sentence(place: int, sign: str) -> Any:
    return _l("第 %(place)s 位“%(sign)s”应为数字。", place=place, sign=sign)


def _birth(code: str, today: date) -> tuple[date | None, Finding | None]:
    year, month, day = int(code[6:10]), int(code[10:12]), int(code[12:14])
    try:
        born_on = date(year, month, day)
    except ValueError:
        sentence = _l(
            "第 7–14 位的出生日期 %(year)s 年 %(month)s 月 %(day)s 日不存在，请核对。",
            year=code[6:10],
            month=code[10:12],
            day=code[12:14],
        )
        return None, Finding(
            Problem.BIRTH_DATE, sentence, 7 if not year else 11 if not 1 <= month <= 12 else 13
        )
    if born_on > today:
        sentence = _l("第 7–14 位的出生日期 %(day)s 晚于今天，请核对。", day=born_on.isoformat())
        return born_on, Finding(Problem.BIRTH_IN_FUTURE, sentence, 7)
    return born_on, None


def _warnings(code: str, born_on: date | None, today: date) -> list[Finding]:
    warnings = []
    if code[:2] not in _PROVINCES:
        sentence = _l("前两位“%(signs)s”不是已知的省级代码，请核对。", signs=code[:2])
        warnings.append(Finding(Problem.REGION, sentence, 1))
    if born_on is not None and today.year - born_on.year > _OLDEST:
        sentence = _l(
            "按出生日期 %(day)s 计算已超过 %(age)s 岁，请核对。", day=born_on.isoformat(), age=_OLDEST
        )
        warnings.append(Finding(Problem.AGE, sentence, 7))
    return warnings
