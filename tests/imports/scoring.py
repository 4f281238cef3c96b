"""The judge's decisions on a folder beside the folder's own truth table, row by row."""

import csv
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.architecture.tree import ROOT

Key = tuple[str, str, str]
Row = dict[str, str]
_WORDS = ("decision", "reasons")
ANYTHING = "*"
"""Stands in a truth table for a value of which the rules say nothing."""


@dataclass
class Score:
    """How many rows were decided as the truth says; odd rows are all but headings and plain accepts."""

    rows: int = 0
    right: int = 0
    odd: int = 0
    odd_right: int = 0
    normalised: int = 0
    canonical: int = 0
    misses: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shares = (
            f"{name} {part}/{whole} = {100 * part / max(whole, 1):.2f}%"
            for name, part, whole in (
                ("rows", self.right, self.rows),
                ("odd rows", self.odd_right, self.odd),
                ("normalised", self.normalised, self.rows),
                ("canonical", self.canonical, self.rows),
            )
        )
        return ", ".join(shares)


def judge(folder: Path, out: Path, *, as_of: str = "2026-11-21") -> dict[Key, Row]:
    """Run ``flask import judge`` as in a bare checkout and return its decisions by file, sheet and row."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ZHONGLI_")}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "import", "judge", str(folder), "--as-of", as_of, "--out", str(out)],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return by_place(out)


def by_place(file: Path) -> dict[Key, Row]:
    """Return the rows of a table of decisions by file, sheet and row."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {(row["file"], row["sheet"], row["row"]): row for row in csv.DictReader(lines)}


def score(decisions: dict[Key, Row], truth: dict[Key, Row]) -> Score:
    """Compare decisions with the truth."""
    total = Score()
    for key, true in truth.items():
        said = decisions.get(key) or dict.fromkeys((*_WORDS, "normalised", "canonical"), "")
        odd = true["decision"] not in {"accept", "skip"} or bool(true["normalised"])
        right = all(said[name] == true[name] for name in _WORDS)
        notes = said["normalised"] == true["normalised"]
        same = true["canonical"] in {said["canonical"], ANYTHING}
        total.rows += 1
        total.right += right
        total.odd += odd
        total.odd_right += odd and right
        total.normalised += notes
        total.canonical += same
        if not (right and notes and same):
            total.misses.append(_miss(key, true, said))
    return total


def _miss(key: Key, true: Row, said: Row) -> str:
    parts = (
        f"{name}: {said[name]!r}, truth {true[name]!r}"
        for name in (*_WORDS, "normalised", "canonical")
        if said[name] != true[name]
    )
    return f"{key[0]} {key[1]} {key[2]}: " + "; ".join(parts)


def reasons(truth: dict[Key, Row]) -> Counter[str]:
    """Return how often each reason stands in a truth table."""
    return Counter(row["reasons"] for row in truth.values() if row["reasons"])
