"""Headings of real import sheets beside those that the vocabulary knows."""

import csv
from collections import Counter
from pathlib import Path

from app.imports import registers
from app.imports.headings import Headings
from app.imports.vocabulary import Vocabulary
from portal.real.report import Report

_LINE = "heading-row"


def check_headings(folder: Path, vocabulary: Vocabulary, report: Report) -> None:
    """Tell for each sheet of the lists in a folder how many of its headings are known, and name the others.

    A list has the columns source, sheet, kind and heading; nothing in it can be wrong, sheets of other offices
    have headings that are nobody's here.
    """
    words = Headings(vocabulary)
    names = [one.name for one in registers.known()]
    unknown: Counter[str] = Counter()
    for file in sorted(folder.rglob("*.csv")):
        sheets: dict[str, list[str]] = {}
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                if (row.get("kind") or "").startswith(_LINE) and row.get("heading"):
                    sheets.setdefault(row["source"], []).append(row["heading"])
        report.head(f"Headings: {file.relative_to(folder.parent)}")
        known_all = all_told = 0
        for source, labels in sheets.items():
            lost = [one for one in labels if not (words.is_known(one, names) or words.is_ordinal(one))]
            unknown.update(lost)
            known_all += len(labels) - len(lost)
            all_told += len(labels)
            report.line(f"{len(labels) - len(lost):>4} of {len(labels):>4} known  {source}")
        report.line(f"{known_all:>4} of {all_told:>4} known in all")
    if unknown:
        report.line("Unknown headings, with how often each stands there:")
        report.line(
            "、".join(f"{' '.join(name.split())} {count}" for name, count in unknown.most_common()), 1
        )
