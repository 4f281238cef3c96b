"""Posting to the ledger through the public verb, against the bare driver writing the very same rows.

The limit is what sqlite3 or psycopg alone needs for one durable commit with the rows that the verb wrote:
the posting, the balance, the transfers and the audit row, signatures and key bytes included, into the same
tables with their indexes and triggers. Both write in turn, into a database of their own each.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import make_url

from app import db
from app.config import Settings
from app.ids import new_id
from app.permissions import SYSTEM
from app.rows import driver_row, insert_statement
from benchmarks import pgledger
from benchmarks.city import cities
from benchmarks.frame import Prepared, Row, main, medians, report
from benchmarks.pgledger import Published
from points.ledger import accounts, postings
from points.ledger.accounts import AccountRef
from points.ledger.kinds import AccountKind, Reason
from points.ledger.postings import PostingRequest, TransferRequest
from points.rulesets.models import Programme
from tests.points import city

PARTIES = 1_000
TARGETS = {"sqlite": 0.40, "postgresql": 0.60}
BATCH_TARGET = 0.5
_TABLES = [db.Base.metadata.tables[name] for name in ("posting", "audit_event", "transfer")]
_BALANCE = "UPDATE account_balance SET balance = {0}, last_number = {0} WHERE account_id = {0}"

Held = dict[AccountKind, AccountRef]


def run(quick: bool) -> int:
    """Measure both databases; return 1 when one falls short."""
    rows = []
    for dialect in ("sqlite", "postgresql"):
        with cities(dialect, ("ours", "bare")) as (ours, bare):
            rows += _measure(dialect, ours, bare, quick)
    return report("ledger: durable postings per second", rows)


def _measure(dialect: str, ours: Settings, bare: Settings, quick: bool) -> list[Row]:
    database = db.connect(ours)
    programme_id, parties = _open(database, bare)
    rows = []
    with _bare(dialect, bare) as (connection, mark):
        for purses, name in ((1, "honour only"), (2, "both purses")):
            replay = _Replay(dialect, connection, mark)
            rows += _pair(f"{dialect}, {name}", replay, _requests(programme_id, parties, purses), quick)
        if dialect == "postgresql":
            rows += _published(replay, bare, _requests(programme_id, parties, 1), quick)
    return rows


def _published(
    replay: "_Replay", settings: Settings, requests: Iterator[PostingRequest], quick: bool
) -> list[Row]:
    """Measure against calls of pgledger's function: ours, and our very rows by the driver in as few trips."""
    rounds, count = (9, 40) if quick else (25, 100)
    ours = _Ours(requests)
    database = db.Database(replace(settings, city_schema=pgledger.SCHEMA))
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        keys = Published.make(connection, PARTIES)
        connection.execute(f"SET search_path = {pgledger.SCHEMA}")
        published = Published(connection, database, *keys)
        mine, least, called, bare = medians(
            rounds,
            Prepared(lambda: ours.draw(count), ours.singly),
            Prepared(lambda: replay.read(ours), replay.in_one_trip),
            Prepared(lambda: published.draw(count), published.in_transactions),
            Prepared(lambda: published.draw(count), published.singly),
        )
    database.close()
    name = "postgresql, honour only"
    return [
        Row(f"{name}: ours / pgledger's shape, same client", mine, called, 1.0),
        Row(f"{name}: ours / pgledger's shape, bare driver", mine, bare),
        Row("postgresql, bare driver: our rows in one trip / pgledger's", least, bare),
    ]


def _pair(name: str, replay: "_Replay", requests: Iterator[PostingRequest], quick: bool) -> list[Row]:
    # Short turns: what else the machine does then falls on both sides alike.
    rounds, count, batches = (9, 40, 3) if quick else (25, 100, 7)
    ours = _Ours(requests)
    singly = (
        Prepared(lambda: ours.draw(count), ours.singly),
        Prepared(lambda: replay.read(ours), replay.singly),
    )
    batch = Prepared(lambda: ours.draw(1000), ours.batch), Prepared(lambda: replay.read(ours), replay.batch)
    mine, limit = medians(rounds, *singly)
    single = Row(f"{name}: one posting a commit", mine, limit, TARGETS[replay.dialect])
    mine, limit = medians(batches, *batch)
    return [single, Row(f"{name}: 1,000 postings a commit", mine, limit, BATCH_TARGET)]


def _open(database: db.Database, bare: Settings) -> tuple[UUID, list[Held]]:
    """Open a programme and parties with accounts, the same rows in both cities."""
    with db.transaction() as session:
        programme: Programme = city.programme(session)
        keys = [city.party(session, f"单位{number}") for number in range(PARTIES)]
        held = [accounts.of(session, programme.id, key) for key in keys]
    _copy(database, bare)
    return programme.id, held


def _copy(database: db.Database, bare: Settings) -> None:
    names = ("programme", "party", "account", "account_balance")
    other = db.Database(bare)
    with database.reader.connect() as source, other.writer.connect() as target:
        for name in names:
            table = db.Base.metadata.tables[name]
            rows = [tuple(row) for row in source.execute(table.select())]
            dialect = target.dialect.name
            target.exec_driver_sql(
                insert_statement(table, dialect), [driver_row(row, dialect) for row in rows]
            )
        target.commit()
    other.close()


def _requests(programme_id: UUID, parties: list[Held], purses: int) -> Iterator[PostingRequest]:
    number = 0
    while True:
        held = parties[number % len(parties)]
        number += 1
        issuer = held[AccountKind.ISSUER]
        transfers = [
            TransferRequest(
                issuer, held[AccountKind.HONOUR], 225, "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分"
            )
        ]
        if purses == 2:
            transfers.append(
                TransferRequest(
                    issuer,
                    held[AccountKind.REDEEMABLE],
                    225,
                    "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分",
                    expires_on=date(2029, 11, 21),
                )
            )
        yield PostingRequest(
            programme_id=programme_id,
            reason=Reason.AWARD,
            source_kind="contribution",
            source_id=new_id(),
            revision=1,
            inputs=("contribution", 1, 150),
            happened_on=date(2026, 11, 20),
            transfers=tuple(transfers),
        )


class _Ours:
    """Posts through the public verbs, in a commit each or in one."""

    def __init__(self, requests: Iterator[PostingRequest]) -> None:
        self._requests = requests
        self._drawn: list[PostingRequest] = []
        self.posted: list[UUID] = []

    def draw(self, count: int) -> None:
        """Have so many requests ready, as whoever scores contributions has them."""
        self._drawn = list(islice(self._requests, count))

    def singly(self) -> int:
        """Post each in a durable commit of its own."""
        posted = []
        for request in self._drawn:
            with db.transaction() as session:
                posted.append(postings.post(session, request, actor=SYSTEM).id)
        self.posted = posted
        return len(posted)

    def batch(self) -> int:
        """Post all in one durable commit."""
        with db.transaction() as session:
            posted = postings.post_many(session, self._drawn, actor=SYSTEM)
        self.posted = [one.id for one in posted]
        return len(posted)


class _Replay:
    """Writes with the bare driver what our side has just written; reading it back is not timed."""

    def __init__(self, dialect: str, connection: Any, mark: str) -> None:
        self.dialect, self.connection = dialect, connection
        self.inserts = [insert_statement(table, dialect) for table in _TABLES]
        self.update = _BALANCE.format(mark)
        self._rows: list[tuple[Any, Any, list[Any], list[Any]]] = []

    def read(self, ours: _Ours) -> None:
        """Have the rows ready that our side has written."""
        self._rows = _read_back(self.dialect, ours.posted)

    def singly(self) -> int:
        """Write each posting in a durable commit of its own."""
        for row in self._rows:
            self._write(*row)
        return len(self._rows)

    def _write(self, posting: Any, audit: Any, transfers: list[Any], balances: list[Any]) -> None:
        connection = self.connection
        insert_posting, insert_audit, insert_transfer = self.inserts
        connection.execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")
        connection.execute(insert_posting, posting)
        connection.execute(insert_audit, audit)
        for balance in balances:
            connection.execute(self.update, balance)
        for transfer in transfers:
            connection.execute(insert_transfer, transfer)
        connection.execute("COMMIT")

    def in_one_trip(self) -> int:
        """Write each posting in a durable commit of its own, whose statements and commit wait for one answer."""
        for row in self._rows:
            with self.connection.pipeline():
                self._write(*row)
        return len(self._rows)

    def batch(self) -> int:
        """Write all postings in one durable commit: executemany, or COPY where there is one."""
        cursor = self.connection.cursor()
        insert_posting, insert_audit, insert_transfer = self.inserts
        transfers = [one for row in self._rows for one in row[2]]
        balances = [one for row in self._rows for one in row[3]]
        cursor.execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")
        if self.dialect == "sqlite":
            cursor.executemany(insert_posting, [row[0] for row in self._rows])
            cursor.executemany(insert_transfer, transfers)
        else:
            _copy_in(cursor, insert_posting, [row[0] for row in self._rows])
            _copy_in(cursor, insert_transfer, transfers)
        cursor.execute(insert_audit, self._rows[0][1])
        cursor.executemany(self.update, balances)
        cursor.execute("COMMIT")
        return len(self._rows)


def _copy_in(cursor: Any, insert: str, rows: list[Any]) -> None:
    head = insert.removeprefix("INSERT INTO ").split(" VALUES ")[0]
    with cursor.copy(f"COPY {head} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _read_back(dialect: str, keys: list[UUID]) -> list[tuple[Any, Any, list[Any], list[Any]]]:
    """Return of each posting its row, audit row, transfers' rows and balances, as the driver takes them."""
    mark = "?" if dialect == "sqlite" else "%s"
    found = []
    with db.reading() as session:
        connection = session.connection()

        def read(table: str, column: str, key: UUID) -> list[tuple[Any, ...]]:
            rows = connection.exec_driver_sql(
                f"SELECT * FROM {table} WHERE {column} = {mark}", driver_row((key,), dialect)
            )
            return [tuple(row) for row in rows]

        audit_of_all = read("audit_event", "thing_id", keys[0])
        for key in keys:
            transfers = read("transfer", "posting_id", key)
            balances = [(row[8], row[6], row[4]) for row in transfers]
            audit = read("audit_event", "thing_id", key) or audit_of_all
            found.append((read("posting", "id", key)[0], audit[0], transfers, balances))
    return found


@contextmanager
def _bare(dialect: str, settings: Settings) -> Iterator[tuple[Any, str]]:
    if dialect == "sqlite":
        file = str(make_url(settings.database_url).database)
        connection: Any = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA cache_size=-65536")
        yield connection, "?"
    else:
        connection = psycopg.connect(settings.database_url, autocommit=True)
        connection.execute(f"SET search_path = {settings.city_schema}")
        yield connection, "%s"
    connection.close()


if __name__ == "__main__":
    main(run)
