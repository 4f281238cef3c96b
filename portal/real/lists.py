"""Real lists of gifts: what an import would take, to the fen, and what it leaves out and why."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from app.errors import Refused
from app.imports import registers
from app.imports.faults import Fault
from app.imports.folders import files_of
from app.imports.judging import Judged, judge_table
from app.imports.kinds import Decision
from app.imports.reading import read_book
from app.imports.registers import Binding
from app.imports.sections import Section, sections
from app.imports.values import Figure, figure
from app.imports.vocabulary import Vocabulary
from app.imports.world import World
from portal.real.report import Report, yuan
from projects.gifts.gifts import Gift
from projects.gifts.kinds import GiftKind
from projects.gifts.register import CASH, GOODS

_SHOWN = 60
_OVERLAP = 0.8


def check_lists(folder: Path, vocabulary: Vocabulary, report: Report, *, today: date) -> None:
    """Judge every list of a folder, one after the other, so that one that comes twice is known again."""
    world = World(today=today, city="", vocabulary=vocabulary)
    before: dict[str, Counter[tuple[Any, ...]]] = {}
    for path, name in files_of(folder):
        report.head(f"List: {name}")
        try:
            book = read_book(path.read_bytes(), path.name)
        except Refused as problem:
            report.fail(f"cannot be read: {problem}")
            continue
        found = [one for table in book.tables for one in sections(table, registers.known(), vocabulary)]
        found = [one for one in found if one.layout.register in {CASH.name, GOODS.name}]
        if not found:
            report.line("is no list of gifts; left out")
        for section in found:
            register = registers.by_name(section.layout.register)
            last = len(section.table.rows)
            report.line(
                f"sheet {section.table.sheet!r}, lines {section.after + 1} to {last}: {register.label}"
            )
            for title in section.layout.titles:
                report.line(f"title: {' '.join(title.split())}", 1)
            lines = [
                one
                for one in judge_table(section.table, section.layout, register, world, file=name)
                if one.number > section.after
            ]
            _Told(section, lines, world, report).tell()
            said = Counter(_said(one.verdict.data) for one in lines if one.verdict.data is not None)
            _tell_overlap(said, before, report)
            before[f"{name} {section.table.sheet}, line {section.after + 1}"] = said


def _said(gift: Gift) -> tuple[Any, ...]:
    return (
        gift.given_on,
        gift.giver,
        gift.receiver,
        gift.item,
        gift.specification,
        gift.quantity,
        gift.amount_fen,
    )


def _tell_overlap(
    said: "Counter[tuple[Any, ...]]", before: dict[str, "Counter[tuple[Any, ...]]"], report: Report
) -> None:
    """Tell when most of a list's lines stand in an earlier one, or most of an earlier one's in it: one list twice."""
    for name, other in before.items():
        same = (said & other).total()
        fewer = min(said.total(), other.total())
        if fewer and same >= _OVERLAP * fewer:
            report.line(
                f"{same} of {said.total()} lines stand in {name} too (which has {other.total()}): "
                "the same list once more, count it once",
                1,
            )


class _Told:
    """One list, told."""

    def __init__(self, section: Section, lines: list[Judged], world: World, report: Report) -> None:
        self.section = section
        self.lines = lines
        self.report = report
        self.read_figure = figure(Binding("amount", section.layout.units.get("amount"), world))
        self.taken = [one for one in lines if one.verdict.data is not None]
        self.known = [one for one in lines if one.verdict.decision is Decision.DUPLICATE]
        self.out = [one for one in lines if one.verdict.decision in {Decision.REJECT, Decision.REVIEW}]

    def tell(self) -> None:
        """Tell how many lines, their sums, the list's own total, what was left out."""
        gifts: list[Gift] = [one.verdict.data for one in self.taken]
        self.report.line(
            f"{len(self.taken)} lines taken, {len(self.known)} known from another list, {len(self.out)} left out",
            1,
        )
        if self.section.layout.register == CASH.name:
            self._tell_money(gifts)
        else:
            self._tell_goods(gifts)
        if self.known:
            fault = self.known[0].verdict.fault
            self.report.line(f"line {self.known[0].number}: {fault.sentence if fault else ''}", 1)
        for one in self.out[:_SHOWN]:
            fault = one.verdict.fault
            said = " | ".join(str(cell).strip() for cell in self._cells(one) if cell not in (None, ""))
            self.report.line(f"left out, line {one.number} ({said}): {self._why(fault)}", 1)
        for gift in gifts:
            if gift.forwarded_for:
                self.report.line(f"passed on by {gift.forwarded_by} for {gift.forwarded_for}", 2)
        earmarks = Counter(gift.earmark for gift in gifts if gift.earmark)
        for earmark, count in earmarks.most_common():
            self.report.line(f"earmark: {earmark} ({count})", 2)

    def _tell_money(self, gifts: Sequence[Gift]) -> None:
        report = self.report
        taken = sum(gift.amount_fen or 0 for gift in gifts)
        known = sum(self._fen(one) or 0 for one in self.known)
        out = sum(self._fen(one) or 0 for one in self.out)
        report.line(f"sum of the lines taken: {yuan(taken)} yuan", 1)
        if known:
            report.line(f"sum of the lines known from another list: {yuan(known)} yuan", 1)
        column = self.section.layout.columns["amount"]
        totals = {one.number for one in self.lines if one.verdict.decision is Decision.SKIP}
        every = sum(
            self._in_cell(cells, column) or 0
            for number, cells in enumerate(self.section.table.rows, start=1)
            if number > self.section.layout.header_rows[-1] and number not in totals
        )
        if taken + known + out != every:
            report.fail(f"the lines add up to {yuan(taken + known + out)}, their cells to {yuan(every)}", 1)
        for number in sorted(totals):
            total = self._total(self.section.table.rows[number - 1], column)
            if total is not None and number > self.section.layout.header_rows[-1]:
                self._compare(number, total, taken + known)

    def _compare(self, number: int, total: int, sum_fen: int) -> None:
        difference = total - sum_fen
        if not difference:
            self.report.line(f"equal to the list's own total in line {number}, which is not counted", 1)
        else:
            self.report.line(
                f"the list's own total in line {number} is {yuan(total)}: {yuan(difference)} more than its lines",
                1,
            )

    def _tell_goods(self, gifts: Sequence[Gift]) -> None:
        report = self.report
        units: dict[str, Decimal] = {}
        for gift in gifts:
            if gift.quantity is not None:
                unit = gift.unit or "(no unit)"
                units[unit] = units.get(unit, Decimal(0)) + Decimal(gift.quantity)
        names = {gift.giver or gift.receiver for gift in gifts}
        report.line(f"{len(names)} names, {len(units)} units:", 1)
        report.line("，".join(f"{number.normalize():,f} {unit}" for unit, number in units.items()), 2)
        value = sum(gift.amount_fen or 0 for gift in gifts)
        if value:
            report.line(f"value: {yuan(value)} yuan", 1)
        column = self.section.layout.columns.get("quantity")
        if column is None or any(gift.kind is not GiftKind.GOODS for gift in gifts):
            return
        every = Decimal(0)
        for number, cells in enumerate(self.section.table.rows, start=1):
            figure_there = self._figure(cells, column)
            if number > self.section.layout.header_rows[-1] and figure_there is not None:
                every += figure_there.number
        counted = sum((Decimal(gift.quantity or 0) for gift in gifts), Decimal(0))
        counted += sum((one.number for one in self._figures((*self.known, *self.out), column)), Decimal(0))
        if counted != every:
            report.fail(f"the lines count {counted:,f}, their cells {every:,f}", 1)

    def _why(self, fault: Fault | None) -> str:
        if fault is None:
            return ""
        fields = {one.name: one.label for one in registers.by_name(self.section.layout.register).fields}
        return f"{fields.get(fault.field or '', '')}：{fault.sentence}"

    def _figures(self, lines: Sequence[Judged], column: int) -> list[Figure]:
        there = [self._figure(self._cells(one), column) for one in lines]
        return [one for one in there if one is not None]

    def _cells(self, one: Judged) -> list[Any]:
        return self.section.table.rows[one.number - 1]

    def _figure(self, cells: list[Any], column: int) -> Figure | None:
        if column >= len(cells) or isinstance(cells[column], date):
            return None
        reading = self.read_figure(cells[column])
        return reading.value if isinstance(reading.value, Figure) else None

    def _in_cell(self, cells: list[Any], column: int) -> int | None:
        """Return the fen that a cell says, by the unit of its heading."""
        there = self._figure(cells, column)
        if there is None:
            return None
        units = there.vocabulary.words.get("money_unit", {})
        unit = there.unit or self.section.layout.units.get("amount") or ""
        fen = units.get(unit.upper(), "100")
        # A spreadsheet's total is added up in floats: 9360600.01999999 is meant as 9360600.02.
        return int((there.number * Decimal(fen)).to_integral_value(ROUND_HALF_EVEN))

    def _fen(self, one: Judged) -> int | None:
        return self._in_cell(self._cells(one), self.section.layout.columns["amount"])

    def _total(self, cells: list[Any], column: int) -> int | None:
        """Return the total that a line tells, in the column of sums or behind the word itself."""
        for cell in cells[column : column + 1]:
            text = (
                "".join(sign for sign in str(cell) if sign in "0123456789.,")
                if isinstance(cell, str)
                else cell
            )
            if text not in (None, ""):
                return self._in_cell([text], 0)
        return None
