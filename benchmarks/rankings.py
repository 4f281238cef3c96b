"""Rankings: pages, one's own place and counts against the bare index read that each needs at least; the roll-up.

The limit of a page is one range read of 50 rows of the index by the bare driver: what a page costs when the database
does nothing else. Ours is all SQL of the public query, timed as the statements that the program sends, sent again by
the bare driver. The roll-up is measured in leaves a second, and in what is left of the speed of posting while it runs.
"""

import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app import db
from app.parties.models import PartyKind
from app.permissions import SYSTEM
from app.rows import pour, ready_instant, ready_keys
from benchmarks.city import cities
from benchmarks.frame import Row, main, medians, report
from benchmarks.questions import milliseconds
from points.awards import award
from points.rankings import freezing, histogram, queries
from points.rankings.boards import Cut
from points.rankings.mark import hold_mark
from points.rankings.models import LISTED, FrozenRanking, Ranking
from points.rankings.recounting import recount
from points.rankings.rollup import next_ranking_id, rebuild, roll_up
from points.rulesets.models import Programme
from points.seals.sealing import seal, tree_size
from tests.points import city

STANDINGS = {True: 200_000, False: 1_000_000}
POSTINGS = {True: 600, False: 3_000}
LIMIT_MS = {"sqlite": 2.0, "postgresql": 5.0}
KEEPS = 0.90
_ROWS = 50
_PERIOD = "2026"
_COUNTIES = 12
_STANDING = (
    "party_id",
    "ranking_id",
    "county",
    "town",
    "village",
    "size_class",
    "points",
    "disputed",
    "named",
)
_PARTY = (
    "id", "code", "kind", "name", "sort_key", "match_key", "region_code", "state", "state_since", "revision",
    "created_at",
)  # fmt: skip


def run(quick: bool) -> int:
    """Measure both databases; return 1 when one falls short."""
    rows: list[Row] = []
    short = False
    for dialect in ("sqlite", "postgresql"):
        with cities(dialect, ("rankings",)) as (settings,):
            database = db.connect(settings)
            parties = _post(quick)
            rows += _roll(dialect, parties, quick)
            keys = _fill(STANDINGS[quick])
            with database.writer.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
            short |= _pages(dialect, keys)
    return int(report("rankings: operations per second", rows)) | int(short)


def _post(quick: bool) -> list[UUID]:
    with db.transaction() as session:
        city.programme(session)
        parties = [city.party(session, f"单位{number}") for number in range(200)]
    _award(parties, POSTINGS[quick])
    return parties


def _award(parties: list[UUID], count: int) -> int:
    for number in range(count):
        with db.transaction() as session:
            award(session, city.gift(parties[number % len(parties)], yuan=100 + number), actor=SYSTEM)
    return count


def _roll(dialect: str, parties: list[UUID], quick: bool) -> list[Row]:
    """Return what the minute job leaves of the speed of posting, and how fast it and a rebuild add up."""
    few = 200 if quick else 500

    def with_job() -> int:
        done = _award(parties, few)
        roll_up()
        return done

    def sealed() -> int:
        return _award(parties, few) + 0 * seal()

    seal()
    roll_up()
    # Both seal, since sealing is measured by itself; one of them also rolls up what was sealed.
    ours, limit = medians(3 if quick else 5, lambda: with_job() + 0 * seal(), sealed)
    rows = [Row(f"{dialect}: postings while the standings are kept", ours, limit, KEEPS)]
    seal(everything=True)
    begun = time.perf_counter()
    leaves = rebuild()
    rebuilt = leaves / (time.perf_counter() - begun)
    begun = time.perf_counter()
    with db.reading() as session:
        session.execute(text("SELECT count(*) FROM seal_leaf l JOIN transfer t ON t.id = l.thing_id")).all()
    read = leaves / (time.perf_counter() - begun)
    rows.append(Row(f"{dialect}: leaves a rebuild adds up / bare join", rebuilt, read))
    rows.append(_frozen(dialect, leaves, read))
    return rows


def _frozen(dialect: str, leaves: int, read: float) -> Row:
    with db.transaction() as session:
        programme = session.query(Programme).one()
        begun = time.perf_counter()
        frozen = freezing.freeze(session, programme, "all", tree_size(session), actor=SYSTEM)
    if recount_of(frozen.id) is not None:
        raise RuntimeError("a frozen ranking is not what the ledger says")
    took = time.perf_counter() - begun
    return Row(f"{dialect}: leaves frozen and counted anew / bare join", leaves / took, read)


def recount_of(frozen_id: UUID) -> str | None:
    """Return in what a frozen ranking differs from the ledger."""
    with db.reading() as session:
        return recount(session, session.get_one(FrozenRanking, frozen_id))


def _fill(count: int) -> list[UUID]:
    """Write standings of so many parties into one ranking, as a rebuild would, and return the parties' keys."""
    chance = random.Random(11)
    with db.transaction() as session:
        dialect = session.get_bind().dialect.name
        hold_mark(session)
        number = next_ranking_id(session)
        programme = session.query(Programme).one()
        ranking = Ranking(
            id=number,
            programme_id=programme.id,
            period=_PERIOD,
            kind="all",
            party_kind=PartyKind.PERSON,
            points=0,
        )
        session.add(ranking)
        session.flush()
        keys = [UUID(int=chance.getrandbits(128)) for _ in range(count)]
        named: Any = 1 if dialect == "sqlite" else True
        now = ready_instant(city.NOON)
        standings, people, persons, consents = [], [], [], []
        for place, key in enumerate(ready_keys([one.bytes for one in keys], dialect)):
            county = f"6103{place % _COUNTIES:02d}"
            town = f"{county}{place // _COUNTIES % 20:03d}"
            village, points = f"{town}201", int(chance.lognormvariate(8, 1.2)) + 1
            standings.append((key, number, f"{county}000000", f"{town}000", village, None, points, 0, named))
            code = f"B{place:011d}"
            people.append((key, code, "person", code, code, code, village, "approved", now, 1, now))
            persons.append((key, "1990-01-01"))
            consents.append((key, key, "publish_name", now))
        pour(session, "party", _PARTY, people)
        pour(session, "person", ("party_id", "born_on"), persons)
        pour(session, "consent", ("id", "party_id", "purpose", "given_at"), consents)
        pour(session, "standing", _STANDING, standings)
        session.execute(
            text(
                "DELETE FROM standing_bucket WHERE ranking_id IN (SELECT id FROM ranking WHERE frozen_id IS NULL)"
            )
        )
        histogram.count_all(session)
    return keys


def _pages(dialect: str, keys: list[UUID]) -> bool:
    """Print the median milliseconds of SQL of each kind of question beside the bare range read."""
    chance = random.Random(5)
    cuts = [
        Cut(_PERIOD, party_kind=PartyKind.PERSON, region_code=code)
        for code in (None, "610303000000", "610303004000", "610303004201")
    ]

    def deep(session: Session) -> object:
        cut = chance.choice(cuts)
        return queries.from_rank(session, cut, queries.count(session, cut) * 9 // 10)

    questions: dict[str, Callable[[Session], object]] = {
        "page one": lambda session: queries.page(session, chance.choice(cuts)),
        "a page at nine tenths": deep,
        "one's own place": lambda session: queries.standing_of(session, chance.choice(keys), cuts[0]),
        "how many": lambda session: queries.count(session, chance.choice(cuts)),
    }
    bare = milliseconds(_bare_read)
    print(
        f"\nrankings: {dialect}, {len(keys):,} standings, milliseconds of SQL (bare read of 50 rows: {bare:.3f})"
    )
    short = False
    for name, question in questions.items():
        took = milliseconds(question)
        misses = took > LIMIT_MS[dialect]
        short |= misses
        print(
            f"{name:<30} | {took:>8.3f} | {took / bare:>6.1f} of the bare read | "
            f"≤ {LIMIT_MS[dialect]:.0f} ms{'  SHORT' if misses else ''}"
        )
    return short


def _bare_read(session: Session) -> object:
    statement = (
        "SELECT points, party_id FROM standing WHERE ranking_id = (SELECT max(id) FROM ranking) "
        f"AND {LISTED} ORDER BY points DESC, party_id DESC LIMIT 50"
    )
    return session.connection().exec_driver_sql(statement).all()


if __name__ == "__main__":
    main(run)
