"""Reading at 10,000,000 transfers and 1,000,000 parties: what a page costs in SQL, and that it does not grow.

Each figure is the median, over parties and cuts drawn by lot, of the time that the database needs for all statements
of one call of the program's own query. They are caught as the program sends them and sent again by the bare driver,
so nothing but SQL is counted. The same is done in a city of a hundredth of the size.

``python -m benchmarks.scale`` (``make bench-scale``) takes the better part of an hour and 40 GB of disk; ``--quick``
does it with 200,000 and 20,000 transfers; ``--sqlite`` or ``--postgresql`` does one database only.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

import wsgi
from app import clock, db
from app.collecting import collecting_seldom
from app.parties.models import Party, PartyKind
from app.permissions import SYSTEM, region_prefix
from benchmarks.city import cities
from benchmarks.frame import main
from benchmarks.scale_city import is_organisation, make, region
from points.ledger import queries as ledger
from points.ledger.kinds import Purse
from points.rankings import queries as rankings
from points.rankings.boards import Cut
from points.rankings.rollup import rebuild
from points.rulesets.kinds import ContributionKind
from points.seals.sealing import seal
from points.statements import keeping, screens, why
from points.statements.choice import read_choice
from points.statements.reader import Reader

PARTIES, TRANSFERS, SMALLER = 1_000_000, 10_000_000, 100
QUICK = 20_000, 200_000, 10
TARGET_MS = {"sqlite": 2.0, "postgresql": 5.0}
GROWTH = 2.0
DRAWS = 60

FULL = 50

Draw = Callable[[Session, random.Random], Any]
Call = Callable[[Session, Any], object]
Statement = tuple[str, Any]


@dataclass(frozen=True)
class Cost:
    """What one kind of page costs in a city: the median milliseconds of SQL."""

    name: str
    milliseconds: float


def run(quick: bool) -> int:
    """Measure; return 1 when a figure is above its target or grows."""
    parties, transfers, smaller = QUICK if quick else (PARTIES, TRANSFERS, SMALLER)
    short = False
    for dialect in _dialects():
        small = _measured(dialect, parties // smaller, transfers // smaller)
        large = _measured(dialect, parties, transfers)
        short |= _report(dialect, small, large, transfers, transfers // smaller)
    return int(short)


def _dialects() -> list[str]:
    chosen = [name for name in ("sqlite", "postgresql") if f"--{name}" in sys.argv[1:]]
    return chosen or ["sqlite", "postgresql"]


def _measured(dialect: str, parties: int, transfers: int) -> list[Cost]:
    with cities(dialect, (f"scale_{transfers}",)) as (settings,):
        database = db.connect(settings)
        _say(f"{dialect}: a city of {parties:,} parties and {transfers:,} transfers")
        keys = make(parties, transfers)
        with collecting_seldom():
            _timed("leaves", lambda: seal(everything=True))
            _timed("standings", rebuild)
            _timed("flows", keeping.rebuild)
        _settle(database)
        web = wsgi.create_app(settings)
        with web.test_request_context("/my/points"):
            return [Cost(name, _cost(*of)) for name, of in _pages(keys).items()]


def _pages(keys: list[UUID]) -> dict[str, tuple[Draw, Call]]:
    """Return what is measured: how its argument is drawn by lot, and the program's query."""

    def party(_session: Session, chance: random.Random) -> UUID:
        return _drawn(keys, chance)

    def party_and_cut(_session: Session, chance: random.Random) -> tuple[UUID, Cut]:
        number = chance.randrange(len(keys))
        return keys[number], _cut(chance, number)

    def deep(session: Session, chance: random.Random) -> tuple[Cut, int]:
        cut = _full(session, chance)
        return cut, rankings.count(session, cut) * 9 // 10

    return {
        "ranking: page one of any cut": (_full, rankings.page),
        "ranking: the page from rank n on": (deep, lambda session, at: rankings.from_rank(session, *at, size=40)),
        "ranking: my place": (party_and_cut, lambda session, of: rankings.standing_of(session, *of)),
        "ranking: how many": (_full, rankings.count),
        "statement: the newest page, whole": (party, _statement),
        "statement: an older page, whole": (party, partial(_statement, before="4")),
        "statement: a year's page, whole": (party, partial(_statement, period="2025")),
        "statement: redeemable points, whole": (party, partial(_statement, purse="redeemable")),
        "why: the balance and its branches": (party, _why),
        "balance": (party, lambda session, key: ledger.balance(session, key, Purse.HONOUR)),
    }  # fmt: skip


READER = Reader("layouts/staff.html", "/staff/points/x/why", [], SYSTEM, tuple(Purse))


def _statement(session: Session, key: UUID, **asked: str) -> object:
    return screens.screen(session, session.get_one(Party, key), read_choice(asked), READER, clock.today())


def _why(session: Session, key: UUID) -> object:
    return why.root(session, session.get_one(Party, key), READER)


def _drawn(keys: list[UUID], chance: random.Random) -> UUID:
    """Return any party; every second time an organisation, whose account is long."""
    number = chance.randrange(len(keys))
    return keys[number - number % 50 if chance.random() < 0.5 else number]


def _full(session: Session, chance: random.Random) -> Cut:
    """Return any cut that fills a page: a small city's villages do not, and would flatter it."""
    while True:
        cut = _cut(chance)
        if rankings.count(session, cut) >= FULL:
            return cut


def _cut(chance: random.Random, number: int | None = None) -> Cut:
    """Return any cut, or one in which the n-th party stands."""
    one = chance.randrange(1_000_000) if number is None else number
    organisations = is_organisation(one) if number is not None else chance.random() < 0.5
    length = chance.choice((4, 6, 9, 12))
    return Cut(
        period=chance.choice(("all", "2025", "2026", "2025-Q4", "2026-03")),
        kind=None if chance.random() < 0.5 else ContributionKind.MONEY if organisations else ContributionKind.SERVICE,
        party_kind=PartyKind.ORGANISATION if organisations else PartyKind.PERSON,
        region_code=region_prefix(region(one)[:length].ljust(12, "0")).ljust(12, "0"),
    )  # fmt: skip


def _cost(draw: Draw, call: Call) -> float:
    """Return the median milliseconds of SQL of a call, over draws; the first sending of each warms."""
    chance = random.Random(19)
    took = []
    for _ in range(DRAWS):
        with db.reading() as session:
            argument = draw(session, chance)
            connection = session.connection()
            with _caught(connection) as statements:
                call(session, argument)
            _send(connection, statements)
            took.append(_send(connection, statements))
    return statistics.median(took) * 1000


@contextmanager
def _caught(connection: Connection) -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def catch(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", catch)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", catch)


def _send(connection: Connection, statements: list[Statement]) -> float:
    cursor = connection.connection.cursor()
    begun = time.perf_counter()
    for statement, parameters in statements:
        cursor.execute(statement, parameters)
        cursor.fetchall()
    return time.perf_counter() - begun


def _settle(database: db.Database) -> None:
    """Let the database gather its statistics, as a city's own upkeep does at night."""
    with database.writer.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _report(dialect: str, small: list[Cost], large: list[Cost], transfers: int, fewer: int) -> bool:
    target, short = TARGET_MS[dialect], False
    print(f"\nscale: {dialect}, milliseconds of SQL, medians of {DRAWS} draws")
    print(
        f"{'page':<34} | {f'{fewer:,}':>12} | {f'{transfers:,}':>12} | {'growth':>6} | target ≤ {target:.0f} ms, ≤ 2×"
    )
    for before, after in zip(small, large, strict=True):
        growth = after.milliseconds / before.milliseconds
        # Below a tenth of a millisecond the growth is that of the clock, not of the query.
        misses = after.milliseconds > target or (growth > GROWTH and after.milliseconds > 0.1)
        short |= misses
        mark = "SHORT" if misses else ""
        print(
            f"{after.name:<34} | {before.milliseconds:>12.3f} | {after.milliseconds:>12.3f} | {growth:>6.2f} | {mark}"
        )
    return short


def _timed(what: str, work: Callable[[], object]) -> None:
    begun = time.perf_counter()
    work()
    _say(f"{what}: {time.perf_counter() - begun:,.0f} s")


def _say(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(run)
