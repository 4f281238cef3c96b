"""The frame of every benchmark: interleaved medians, a table, an exit status."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measure: our figure and the limit's, both in operations per second, and the least ratio wanted."""

    measure: str
    ours: float
    limit: float
    target: float | None = None

    @property
    def ratio(self) -> float:
        """Ours as a part of the limit."""
        return self.ours / self.limit

    @property
    def is_short(self) -> bool:
        """Whether the target is missed."""
        return self.target is not None and self.ratio < self.target


@dataclass(frozen=True)
class Prepared:
    """A work with what has to be ready before it, which is not timed."""

    ready: Callable[[], None]
    work: Callable[[], int]


def medians(rounds: int, *works: Callable[[], int] | Prepared) -> list[float]:
    """Run each work once a round, one after the other, so that a busy machine is busy for all of them.

    A work returns how many operations it did. Returns each work's median of operations per second.
    """
    speeds: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for place, one in enumerate(works):
            if isinstance(one, Prepared):
                one.ready()
            work = one.work if isinstance(one, Prepared) else one
            begun = time.perf_counter()
            done = work()
            speeds[place].append(done / (time.perf_counter() - begun))
    return [statistics.median(one) for one in speeds]


def report(title: str, rows: list[Row]) -> int:
    """Print the rows and return the exit status: 1 when a target is missed."""
    print(f"\n{title}")
    print(f"{'measure':<58} | {'ours':>10} | {'limit':>10} | {'ratio':>6} | {'target':>6}")
    for row in rows:
        target = "" if row.target is None else f"{row.target:.2f}"
        mark = "  SHORT" if row.is_short else ""
        print(
            f"{row.measure:<58} | {row.ours:>8,.0f}/s | {row.limit:>8,.0f}/s | {row.ratio:>6.2f} | {target:>6}{mark}"
        )
    return int(any(row.is_short for row in rows))


def main(run: Callable[[bool], int]) -> None:
    """Run a benchmark as a command: ``--quick`` for fewer rounds."""
    sys.exit(run("--quick" in sys.argv[1:]))
