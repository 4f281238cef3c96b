"""How the tables of a made city are written: workbooks and texts, titles and footers, merged cells."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.imports.cities.entries import HEADINGS, Entry

TRUTH = ("file", "sheet", "row", "kind", "decision", "reasons", "normalised", "key", "canonical")
_FILED = "填报单位：宝鸡市民政局\u3000\u3000\u3000填报日期：2026年11月20日"
_SIGNED = "填表人：\u3000\u3000\u3000审核人：\u3000\u3000\u3000单位负责人："
ENCODINGS = ("gbk", "utf-8-sig", "gb18030", "utf-8", "utf-16")


@dataclass
class Style:
    """A clerk's way with a table: the order of its columns, its headings, what stands above and below."""

    columns: list[str]
    headings: list[str]
    titles: tuple[str, ...] = ()
    groups: bool = False
    footers: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, rng: random.Random, kind: str, *, title: str, headings: dict[str, str] | None = None
    ) -> "Style":
        """Return some clerk's style for a register; ``headings`` are given ones."""
        columns = list(HEADINGS[kind])
        if rng.random() < 0.5:
            rng.shuffle(columns)
        names = [(headings or {}).get(one) or rng.choice(HEADINGS[kind][one]) for one in columns]
        titles = rng.choice(
            ((), (title,), (title, "填报单位：宝鸡市民政局\u3000\u3000\u3000填报日期：2026年11月20日"))
        )
        footers = rng.choice(
            ((), ("合计",), ("合计", "填表人：\u3000\u3000\u3000审核人：\u3000\u3000\u3000单位负责人："))
        )
        return cls(columns, names, titles, groups=rng.random() < 0.3, footers=footers)


@dataclass
class Sheet:
    """A sheet to be written, or a text file when its name is empty."""

    name: str
    style: Style
    entries: Sequence[Entry]
    lines: list[list[Any]] = field(default_factory=list)
    kinds: list[Entry | str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)

    def lay_out(self) -> None:
        """Fill in the lines with what each of them is, merging runs of one value where the style says so."""
        style, width = self.style, len(self.style.columns)
        for title in style.titles:
            self._add([title] + [""] * (width - 1), "title")
        if style.groups and self.name:
            self._add_groups()
        else:
            self._add(list(style.headings), "header")
        first = len(self.lines) + 1
        for number, entry in enumerate(self.entries, start=1):
            cells = {"no": number, **entry.cells}
            self._add([cells[one] for one in style.columns], entry)
        for name in style.merged:
            self._merge(first, style.columns.index(name))
        for text in style.footers:
            self._add([text, *[""] * (width - 2), f"{len(self.entries)}条"][:width], "footer")

    def _add(self, line: list[Any], kind: Entry | str) -> None:
        self.lines.append(line)
        self.kinds.append(kind)

    def _add_groups(self) -> None:
        """Write a header of two lines: groups of columns above, the first column's heading beside both."""
        headings, width = self.style.headings, len(self.style.columns)
        middle, above = width // 2, len(self.lines) + 1
        groups = [headings[0], "基本情况", *[""] * (width - 2)]
        groups[middle] = "其他情况"
        self._add(groups, "header")
        self._add(["", *headings[1:]], "header")
        second, last, end = (get_column_letter(one) for one in (middle, middle + 1, width))
        self.merges += [f"A{above}:A{above + 1}", f"B{above}:{second}{above}", f"{last}{above}:{end}{above}"]

    def _merge(self, first: int, column: int) -> None:
        start = first
        for number in range(first, first + len(self.entries) + 1):
            last = number == first + len(self.entries)
            if not last and self.lines[number - 1][column] == self.lines[start - 1][column]:
                continue
            if number - start > 1:
                letter = get_column_letter(column + 1)
                self.merges.append(f"{letter}{start}:{letter}{number - 1}")
                for below in range(start + 1, number):
                    self.lines[below - 1][column] = ""
                    kind = self.kinds[below - 1]
                    if isinstance(kind, Entry):
                        kind.notes.add("MERGED_CELL")
            start = number


class Writer:
    """Writes the files of a city into a folder, with its manifest and truth."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.truth: list[tuple[Any, ...]] = []
        self.files: list[str] = []

    def workbook(self, name: str, sheets: Sequence[Sheet]) -> None:
        """Write an xlsx file."""
        book = Workbook()
        book.remove(book.active)  # type: ignore[arg-type]
        for sheet in sheets:
            sheet.lay_out()
            page = book.create_sheet(sheet.name)
            for line in sheet.lines:
                page.append([None if cell == "" else cell for cell in line])
            for row in page.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str):
                        cell.data_type = "s"  # what begins with = stays a text
            for merge in sheet.merges:
                page.merge_cells(merge)
            self._remember(name, sheet)
        book.save(self._path(name))

    def text(self, name: str, sheet: Sheet, encoding: str) -> None:
        """Write a text file: tabs for UTF-16, commas for all others."""
        sheet.lay_out()
        lines = io.StringIO()
        writer = csv.writer(lines, delimiter="\t" if encoding == "utf-16" else ",")
        for line in sheet.lines:
            writer.writerow([cell.isoformat() if isinstance(cell, date) else cell for cell in line])
        self._path(name).write_bytes(lines.getvalue().encode(encoding, errors="strict"))
        self._remember(name, sheet)

    def finish(self) -> None:
        """Write the manifest and the truth."""
        with (self.folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("file",), *((name,) for name in self.files), ("truth.csv",)])
        with (self.folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([TRUTH, *self.truth])

    def _path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files.append(name)
        return path

    def _remember(self, name: str, sheet: Sheet) -> None:
        for number, kind in enumerate(sheet.kinds, start=1):
            if isinstance(kind, str):
                self.truth.append((name, sheet.name, number, kind, "skip", "", "", "", ""))
            else:
                row = (kind.kind, kind.decision, kind.reason, kind.normalised, "", kind.canonical_text)
                self.truth.append((name, sheet.name, number, *row))
