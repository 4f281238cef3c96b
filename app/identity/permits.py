"""Identity papers of a person other than the resident identity card, and the one door to check any of them.

Builds: the National Immigration Administration's notices on travel permits (2013 and 2015 versions), the
residence permit rules of 2018 (国办发〔2018〕81号), the foreign permanent resident
card of 2023, ICAO 9303 for passports.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.identity.findings import Finding, Problem, normalise
from app.identity.resident_id import check_resident_id
from app.labels import Labelled


class DocumentKind(Labelled):
    """Kinds of identity paper."""

    RESIDENT_ID = "resident_id", _l("居民身份证")
    RESIDENCE_PERMIT = "residence_permit", _l("港澳台居民居住证")
    HK_MACAU_PERMIT = "hk_macau_permit", _l("港澳居民来往内地通行证")
    TAIWAN_PERMIT = "taiwan_permit", _l("台湾居民来往大陆通行证")
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident", _l("外国人永久居留身份证")
    PASSPORT = "passport", _l("护照")


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """Outcome for one paper's number; birth date and sex where the number tells them."""

    kind: DocumentKind
    code: str
    error: Finding | None = None
    warnings: tuple[Finding, ...] = ()
    born_on: date | None = None
    is_female: bool | None = None

    @property
    def ok(self) -> bool:
        """Whether the number may be stored."""
        return self.error is None


# The last two digits of the long Hong Kong and Macau number, and the bracketed letter after the long Taiwan
# number, count re-issues: the person's number is what stands before them.
_HK_MACAU = re.compile(r"([HM]\d{8})(\d{2})?", re.ASCII)
_TAIWAN = re.compile(r"(\d{8})|(\d{10})(\(?[A-Z]\)?)?", re.ASCII)
_PERMANENT_OLD = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_PASSPORT = re.compile(r"[A-Z0-9]{6,9}", re.ASCII)


def check_document(kind: DocumentKind, text: str, *, today: date) -> DocumentCheck:
    """Check the typed number of one kind of identity paper."""
    if kind in {DocumentKind.RESIDENT_ID, DocumentKind.RESIDENCE_PERMIT}:
        return _resident(kind, text, today)
    code = normalise(text)
    if not code:
        return DocumentCheck(kind, code, Finding(Problem.EMPTY, _l("请填写证件号码。")))
    if kind is DocumentKind.HK_MACAU_PERMIT:
        found = _HK_MACAU.fullmatch(code)
        sentence = _l("港澳居民来往内地通行证号码应为 H 或 M 加 8 位数字。")
        return _plain(kind, found.group(1) if found else code, found is not None, sentence)
    if kind is DocumentKind.TAIWAN_PERMIT:
        found = _TAIWAN.fullmatch(code)
        sentence = _l("台湾居民来往大陆通行证号码应为 8 位数字（旧证 10 位数字）。")
        return _plain(kind, found.group(1) or found.group(2) if found else code, found is not None, sentence)
    if kind is DocumentKind.FOREIGN_PERMANENT_RESIDENT:
        return _permanent_resident(code, today)
    return _plain(kind, code, _PASSPORT.fullmatch(code) is not None, _l("护照号码应为 6–9 位字母和数字。"))


def _resident(kind: DocumentKind, text: str, today: date) -> DocumentCheck:
    check = check_resident_id(text, today=today)
    error = check.error
    if error is None and kind is DocumentKind.RESIDENCE_PERMIT and not check.is_residence_permit:
        error = Finding(Problem.REGION, _l("港澳台居民居住证号码应以 810000、820000 或 830000 开头。"), 1)
    if error is None and kind is DocumentKind.RESIDENT_ID and check.is_residence_permit:
        error = Finding(
            Problem.REGION, _l("这是港澳台居民居住证号码，请把证件种类改为“港澳台居民居住证”。"), 1
        )
    return DocumentCheck(kind, check.code, error, check.warnings, check.born_on, check.is_female)


def _permanent_resident(code: str, today: date) -> DocumentCheck:
    kind = DocumentKind.FOREIGN_PERMANENT_RESIDENT
    if code.startswith("9") and len(code) == 18:
        check = check_resident_id(code, today=today)
        # Its first six places name the card, the place and the nationality, not a Chinese region.
        warnings = tuple(one for one in check.warnings if one.problem is not Problem.REGION)
        return DocumentCheck(kind, check.code, check.error, warnings, check.born_on, check.is_female)
    sentence = _l("外国人永久居留身份证号码应为 9 开头的 18 位号码，或 3 个字母加 12 位数字的旧号码。")
    return _plain(kind, code, _PERMANENT_OLD.fullmatch(code) is not None, sentence)


def _plain(kind: DocumentKind, code: str, fits: bool, sentence: Any) -> DocumentCheck:
    return DocumentCheck(kind, code, None if fits else Finding(Problem.FORMAT, sentence))
