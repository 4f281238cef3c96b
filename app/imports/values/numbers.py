"""Numbers that identify somebody: resident IDs, credit codes, either of the two, telephone numbers.

The checks and their sentences are those of ``app.identity``; here they get the reasons of an import.
"""

import re
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.identity import Finding, Problem, check_phone, check_resident_id, check_uscc
from app.identity.findings import looks_like_spreadsheet_number, spreadsheet_finding
from app.identity.uscc import ALPHABET
from app.imports.faults import Fault
from app.imports.kinds import Note, Reason
from app.imports.registers import BLANK, Binding, CellReader, Reader, Reading
from app.imports.values.folding import squeezed, typed
from app.imports.values.texts import unkept

_DIGITS_KEPT = 10**15
_LONGEST = 200
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_RESIDENT_REASONS = {
    Problem.SPREADSHEET: Reason.ID_SCIENTIFIC,
    Problem.BIRTH_DATE: Reason.ID_BIRTHDATE,
    Problem.BIRTH_IN_FUTURE: Reason.ID_BIRTHDATE,
    Problem.CHECK_DIGIT: Reason.ID_CHECK_DIGIT,
}


class PartyNumber(NamedTuple):
    """The number of a giver: a credit code, or a resident ID of eighteen characters."""

    code: str
    is_uscc: bool


def resident_id(binding: Binding) -> CellReader:
    """Read a resident ID; the value has eighteen characters, fifteen are brought up to them."""
    field, today = binding.field, binding.world.today

    def read(cell: Any) -> Reading:
        code, notes, fault = _number(cell, field, Reason.ID_SCIENTIFIC, Reason.ID_LENGTH)
        if fault is not None:
            return Reading(fault=fault)
        if not code:
            return BLANK
        check = check_resident_id(code, today=today)
        if check.error is not None:
            return Reading(fault=_resident_fault(check.error, field))
        if len(code) == 15:
            notes = (*notes, Note.ID15)
        return Reading(check.code, notes)

    return read


def uscc(binding: Binding) -> CellReader:
    """Read a unified social credit code."""
    field = binding.field

    def read(cell: Any) -> Reading:
        code, notes, fault = _number(cell, field, Reason.USCC_LENGTH, Reason.USCC_LENGTH)
        if fault is not None:
            return Reading(fault=fault)
        if not code:
            return BLANK
        check = check_uscc(code)
        if check.error is not None:
            return Reading(fault=_uscc_fault(check.error, check.code, field))
        return Reading(check.code, notes)

    return read


def party_number(binding: Binding) -> CellReader:
    """Read the number of a giver; whether it is a person's or an organisation's is told by its look."""
    read_person, read_organisation = resident_id(binding), uscc(binding)
    today = binding.world.today

    def read(cell: Any) -> Reading:
        code = squeezed(typed(cell)[: _LONGEST + 1])[0].lstrip("'").upper()
        is_uscc = not _looks_like_a_person(code, lambda: check_resident_id(code, today=today).ok)
        reading = read_organisation(cell) if is_uscc else read_person(cell)
        if reading.value is None:
            return reading
        return Reading(PartyNumber(reading.value, is_uscc), reading.notes)

    return read


def phone(strict: bool = False) -> Reader:
    """Return the reader of a telephone number; what is none is kept as typed unless ``strict``."""

    def bind(binding: Binding) -> CellReader:
        field = binding.field

        def read(cell: Any) -> Reading:
            if isinstance(cell, str) and _MOBILE.fullmatch(cell):
                return Reading(cell)
            raw = typed(cell)
            if len(raw) > _LONGEST:
                sentence = _("这里有 %(length)s 个字，不是一个电话号码。", length=len(raw))
                return Reading(fault=Fault(Reason.PHONE_INVALID, sentence, field))
            fault = unkept(raw, field)
            if fault is not None:
                return Reading(fault=fault)
            code, notes = squeezed(raw)
            if not code:
                return BLANK
            check = check_phone(code)
            if check.error is None:
                return Reading(check.code, notes)
            if strict or len(code) > 40:
                return Reading(fault=Fault(Reason.PHONE_INVALID, check.error.sentence, field))
            return Reading(code, notes)

        return read

    return bind


def _number(
    cell: Any, field: str, lost: Reason, length: Reason
) -> tuple[str, tuple[Note, ...], Fault | None]:
    """Return a number tidied and upper-cased with its notes, or the fault of one whose digits are lost."""
    if isinstance(cell, str):
        if cell.isascii() and cell.isalnum() and not cell.islower():
            upper = cell.upper()
            return upper, () if upper == cell else (Note.LOWERCASE,), None
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and not abs(cell) < _DIGITS_KEPT:
        return "", (), Fault(lost, spreadsheet_finding().sentence, field)
    raw = typed(cell)
    if len(raw) > _LONGEST:
        sentence = _("号码应为 18 位，这里填了 %(length)s 个字。", length=len(raw))
        return "", (), Fault(length, sentence, field)
    fault = unkept(raw, field)
    if fault is not None:
        return "", (), fault
    code, notes = squeezed(raw)
    code = code.lstrip("'‘’`")
    upper = code.upper()
    if looks_like_spreadsheet_number(upper):
        return "", (), Fault(lost, spreadsheet_finding().sentence, field)
    return upper, notes if upper == code else (*notes, Note.LOWERCASE), None


def _looks_like_a_person(code: str, is_valid: Any) -> bool:
    """Whether a tidied number is meant as a resident ID: digits with at most one letter, and not an organisation's."""
    if looks_like_spreadsheet_number(code):
        return True
    if len(code) > 18 and code[17] == "X" and code[:17].isascii() and code[:17].isdecimal():
        return True  # something was typed behind a whole number
    letters = sum(1 for sign in code[:-1] if not "0" <= sign <= "9")
    if not letters:
        if code[-1:] not in "0123456789X":
            return False
        if len(code) == 18:
            # Some credit codes have digits only; a person's number tells a century in its seventh place.
            return is_valid() or code[6:8] in {"18", "19", "20"}
        return len(code) not in {9, 13}
    return (
        letters == 1
        and len(code) == 18
        and code[:2] < "66"
        and code[6:8] in {"19", "20"}
        and code[8:17].isdecimal()
    )


def _resident_fault(finding: Finding, field: str) -> Fault:
    return Fault(_RESIDENT_REASONS.get(finding.problem, Reason.ID_LENGTH), finding.sentence, field)


def _uscc_fault(finding: Finding, code: str, field: str) -> Fault:
    if finding.problem is Problem.CHECK_DIGIT:
        reason = Reason.USCC_CHECK_DIGIT
    elif finding.problem is Problem.CHARACTER:
        # A letter of the alphabet among the digits of the place: every sign is in use, the number is not right.
        in_use = all(sign in ALPHABET for sign in code)
        reason = Reason.USCC_CHECK_DIGIT if in_use else Reason.USCC_CHARSET
    else:
        reason = Reason.USCC_LENGTH
    return Fault(reason, finding.sentence, field)
