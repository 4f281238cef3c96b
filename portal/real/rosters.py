"""Real rosters of organisations: which rows an import would take and why not the others."""

from collections import Counter
from datetime import date
from pathlib import Path

from app.errors import Refused
from app.identity import check_uscc, normalise
from app.imports import registers
from app.imports.folders import files_of
from app.imports.judging import Judged, judge_table
from app.imports.kinds import TAKEN, Decision, Note, Reason
from app.imports.reading import read_book
from app.imports.sections import sections
from app.imports.vocabulary import Vocabulary
from app.imports.world import World
from portal.real.report import Report

_SHOWN = 100
_OLD_LENGTHS = {13, 15}
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_REASONS = {Reason.USCC_LENGTH, Reason.USCC_CHARSET, Reason.USCC_CHECK_DIGIT}


def check_rosters(folder: Path, vocabulary: Vocabulary, report: Report, *, today: date) -> None:
    """Judge every roster of a folder by itself, places anywhere; a code must be refused just when it is wrong."""
    for path, name in files_of(folder):
        report.head(f"Roster: {name}")
        try:
            book = read_book(path.read_bytes(), path.name)
        except Refused as problem:
            report.fail(f"cannot be read: {problem}")
            continue
        world = World(today=today, city="", vocabulary=vocabulary)
        found = [one for table in book.tables for one in sections(table, registers.known(), vocabulary)]
        if not found:
            report.line("is no register that this program knows; left out")
        for section in found:
            register = registers.by_name(section.layout.register)
            if "uscc" not in section.layout.columns:
                report.line(f"read as {register.name}, which has no code; left out")
                continue
            unknown = "、".join(text for _column, text in section.layout.unknown)
            report.line(f"read as {register.name} ({register.label}); columns not used: {unknown or 'none'}")
            lines = judge_table(section.table, section.layout, register, world, file=name)
            _tell(
                [one for one in lines if one.row is not None],
                section.table.rows,
                section.layout.columns,
                report,
            )


def _tell(lines: list[Judged], rows: list[list[object]], columns: dict[str, int], report: Report) -> None:
    reasons: Counter[str] = Counter()
    lower = inner = old = 0
    for one in lines:
        verdict = one.verdict
        reasons[verdict.fault.word if verdict.fault else verdict.decision.value] += 1
        cells = rows[one.number - 1]
        code = normalise(str(cells[columns["uscc"]])) if columns["uscc"] < len(cells) else ""
        lower += verdict.decision in TAKEN and Note.LOWERCASE in verdict.notes
        inner += verdict.decision in TAKEN and bool(check_uscc(code).warnings)
        refused = verdict.fault is not None and verdict.fault.reason in _CODE_REASONS
        old += refused and len(code) in _OLD_LENGTHS
        if code and refused == is_right(code):
            report.fail(f"row {one.number}: the code {code} was {'refused' if refused else 'taken'}", 1)
    report.line(
        f"{len(lines)} rows: " + ", ".join(f"{word} {count}" for word, count in reasons.most_common())
    )
    report.line(f"put in capitals {lower}, inner check only warned of {inner}, old numbers told apart {old}")
    shown = [one for one in lines if one.verdict.decision is not Decision.ACCEPT and one.verdict.fault]
    for one in shown[:_SHOWN]:
        fault = one.verdict.fault
        assert fault is not None
        cells = rows[one.number - 1]
        place = columns.get(fault.field or "", len(cells))
        cell = cells[place] if place < len(cells) else ""
        report.line(f"row {one.number}: {fault.word} {cell!s}: {fault.sentence}", 1)
    if len(shown) > _SHOWN:
        report.line(f"… and {len(shown) - _SHOWN} more", 1)


def is_right(code: str) -> bool:
    """Whether a code has its 18 signs and the check character of GB 32100, counted here once more."""
    if len(code) != 18 or any(sign not in _SIGNS for sign in code):
        return False
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return _SIGNS.index(code[17]) == -total % 31
