"""Telephone numbers of mainland China: mobile, landline with area code, and service numbers."""

import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from app.identity.findings import (
    Finding,
    Problem,
    looks_like_spreadsheet_number,
    normalise,
    spreadsheet_finding,
)
from app.labels import Labelled


class PhoneKind(Labelled):
    """What a number rings at; only a mobile gets text messages."""

    MOBILE = "mobile", _l("手机")
    LANDLINE = "landline", _l("固定电话")
    SERVICE = "service", _l("服务热线")


@dataclass(frozen=True, slots=True)
class PhoneCheck:
    """Outcome for one number. ``code`` is ``13912345678``, ``0917-3262000`` (``-801`` an extension) or ``12345``."""

    code: str
    error: Finding | None = None
    kind: PhoneKind | None = None

    @property
    def ok(self) -> bool:
        """Whether the number may be stored."""
        return self.error is None


_COUNTRY = re.compile(r"^(\+86|0086)-?")
_EXTENSION = re.compile(r"(?:转|EXT\.?|X|#)(?=\d{1,6}$)")
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
# Area codes have three digits in Beijing and the 02x cities, four elsewhere; local numbers seven or eight.
_LANDLINE = re.compile(r"0?(10|2\d|[3-9]\d\d)-?([2-8]\d{6,7})(?:-(\d{1,6}))?", re.ASCII)
_SERVICE = re.compile(r"(?:[48]00\d{7}|1[12]\d{1,3}|9[56]\d{3,4})", re.ASCII)
_LOCAL = re.compile(r"[2-8]\d{6,7}", re.ASCII)


def check_phone(text: str, *, mobile_only: bool = False) -> PhoneCheck:
    """Check a typed telephone number; ``mobile_only`` where messages are to be sent to it."""
    code = normalise(text)
    if not code:
        return PhoneCheck(code, Finding(Problem.EMPTY, _l("请填写电话号码。")))
    if looks_like_spreadsheet_number(code):
        return PhoneCheck(code, spreadsheet_finding())
    code = code.replace("(", "").replace(")", "-").replace("--", "-")
    code = _EXTENSION.sub("-", _COUNTRY.sub("", code))
    bare = code.replace("-", "")
    if _MOBILE.fullmatch(bare):
        return PhoneCheck(bare, kind=PhoneKind.MOBILE)
    found = _LANDLINE.fullmatch(code)
    if found and code.startswith("0"):
        area, local, extension = found.groups()
        number = f"0{area}-{local}" + (f"-{extension}" if extension else "")
        return _unless(mobile_only, PhoneCheck(number, kind=PhoneKind.LANDLINE))
    if _SERVICE.fullmatch(bare):
        return _unless(mobile_only, PhoneCheck(bare, kind=PhoneKind.SERVICE))
    return PhoneCheck(code, _fault(code, bare))


def _unless(mobile_only: bool, check: PhoneCheck) -> PhoneCheck:
    if mobile_only:
        return PhoneCheck(
            check.code, Finding(Problem.FORMAT, _l("请填写 11 位手机号，这里要接收短信。")), check.kind
        )
    return check


def _fault(code: str, bare: str) -> Finding:
    place = next((place for place, sign in enumerate(code, start=1) if sign not in "0123456789-"), None)
    if place is not None:
        sentence = _l("第 %(place)s 位“%(sign)s”不能出现在电话号码中。", place=place, sign=code[place - 1])
        return Finding(Problem.CHARACTER, sentence, place)
    if _LOCAL.fullmatch(bare):
        return Finding(Problem.FORMAT, _l("固定电话请加区号，例如 0917-3262000。"))
    if bare.startswith("1") and len(bare) == 11:
        return Finding(
            Problem.CHARACTER, _l("没有以“%(start)s”开头的手机号，请核对第 2 位。", start=bare[:2]), 2
        )
    if bare.startswith("1"):
        return Finding(Problem.LENGTH, _l("手机号应为 11 位，现在是 %(length)s 位。", length=len(bare)))
    return Finding(Problem.FORMAT, _l("电话号码应为 11 位手机号，或带区号的固定电话（如 0917-3262000）。"))
