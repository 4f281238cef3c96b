"""A folder of spreadsheets judged as one city's import would decide, without a database.

Registers are judged in their order (who takes part before what was done), files within one in the order of the
folder's ``manifest.csv`` where there is one and in natural order otherwise. Files are read one at a time, once to
recognise their tables and once more when their turn comes, so that memory is bounded by the largest of them.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.errors import Refused
from app.imports.judging import Judged, judge_table
from app.imports.reading import read_book
from app.imports.registers import Register
from app.imports.sections import Section, sections
from app.imports.world import World

HEADINGS = ("file", "sheet", "row", "decision", "reasons", "normalised", "canonical")
_MANIFEST = "manifest.csv"
_SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".csv", ".txt", ".tsv"}
_DECISIONS = tuple(one.encode() for one in ("file,sheet,row,", "\ufefffile,sheet,row,"))
_DIGITS = re.compile(r"(\d+)")

Tell = Callable[[str], None]


class Line(NamedTuple):
    """One line of the decisions: where a row stands and what became of it, as texts."""

    file: str
    sheet: str
    row: int
    decision: str
    reasons: str
    normalised: str
    canonical: str


@dataclass(frozen=True)
class Place:
    """Where a table stands: its file, and which of the file's sections it is."""

    path: Path
    file: str
    number: int
    register: Register


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Return the key by which paths sort as people count: 2 before 10."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(text) if part]


def files_of(folder: Path) -> list[tuple[Path, str]]:
    """Return every file under a folder with its name relative to it: those of the manifest first, in its order."""
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    listed = [name for name in _listed(names.get(_MANIFEST)) if name in names]
    others = sorted(set(names) - set(listed), key=natural_key)
    return [(names[name], name) for name in (*dict.fromkeys(listed), *others)]


def _listed(manifest: Path | None) -> list[str]:
    if manifest is None:
        return []
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as lines:
            return [row.get("file") or "" for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


class Folder:
    """The tables of a folder that some register recognises, in the order in which they are judged.

    ``passed`` is told of everything that is no register, ``broken`` of every file that cannot be read.
    """

    def __init__(
        self, folder: Path, registers: Sequence[Register], world: World, *, passed: Tell, broken: Tell
    ) -> None:
        self._registers = registers
        self._world = world
        self._passed = passed
        self._broken = broken
        self._last: tuple[Path, list[Section]] | None = None
        found = [place for path, file in files_of(folder) for place in self._places(path, file)]
        self.places = sorted(found, key=lambda place: place.register.order)

    def judge(self) -> Iterator[tuple[Place, Section, Judged]]:
        """Judge every line of every table; what is accepted is known to the lines after it."""
        for place in self.places:
            section = self._sections(place.path, place.file)[place.number]
            lines = judge_table(section.table, section.layout, place.register, self._world, file=place.file)
            for line in lines:
                if line.number > section.after:
                    yield place, section, line

    def _places(self, path: Path, file: str) -> list[Place]:
        if path.suffix.lower() not in _SPREADSHEETS or file == _MANIFEST:
            self._passed(file)
            return []
        try:
            if _lists_decisions(path):
                self._passed(file)
                return []
            found = self._sections(path, file)
        except (OSError, Refused) as problem:
            self._broken(f"{file}: {problem}")
            return []
        if not found:
            self._passed(file)
        by_name = {one.name: one for one in self._registers}
        return [
            Place(path, file, number, by_name[section.layout.register])
            for number, section in enumerate(found)
        ]

    def _sections(self, path: Path, file: str) -> list[Section]:
        if self._last is not None and self._last[0] == path:
            return self._last[1]
        self._last = None  # lets go of the file before before the next one is read
        book = read_book(path.read_bytes(), path.name)
        found = []
        for table in book.tables:
            some = list(sections(table, self._registers, self._world.vocabulary))
            if not some and len(book.tables) > 1:
                self._passed(f"{file}, sheet {table.sheet}")
            found += some
        self._last = (path, found)
        return found


def _lists_decisions(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(20).startswith(_DECISIONS)


def line_of(place: Place, section: Section, judged: Judged) -> Line:
    """Return a judged line as it is exported."""
    verdict = judged.verdict
    canonical = verdict.canonical
    return Line(
        place.file,
        section.table.sheet,
        judged.number,
        verdict.decision.value,
        "" if verdict.fault is None else verdict.fault.word,
        ";".join(verdict.notes),
        "" if canonical is None else json.dumps(canonical, ensure_ascii=False, sort_keys=True),
    )
