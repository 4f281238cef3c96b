"""Sixteen clients that post at once: all on one issuer, against each on an issuer of its own.

Each client is a process with a connection of its own, as a server's workers are, and posts to its own parties
through the public verb. Were there a row that all postings of one issuer need, the first figure would fall. On
PostgreSQL the same clients also call pgledger's function (`pgledger.py`), which changes the issuer's balance too, in
transactions of the same kind.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg

from app import db, keys
from app.config import Settings
from app.ids import new_id
from app.permissions import SYSTEM
from benchmarks import pgledger
from benchmarks.city import cities
from benchmarks.frame import Row, main, medians, report
from benchmarks.pgledger import Published
from points.ledger import accounts, postings
from points.ledger.accounts import AccountRef
from points.ledger.kinds import AccountKind, Reason
from points.ledger.postings import PostingRequest, TransferRequest
from points.rulesets import publication
from points.rulesets.kinds import ProgrammeScope
from points.rulesets.models import Programme
from tests.points import city

CLIENTS = 16
PARTIES = 8
TARGET = 0.9
END = -1
PUBLISHED = 0
"""Orders to the clients besides the number of issuers."""
LONGEST = 300
"""Seconds after which a client that died stops the others."""

Held = dict[AccountKind, AccountRef]


def run(quick: bool) -> int:
    """Measure both databases; return 1 when one falls short."""
    rows = []
    for dialect in ("sqlite", "postgresql"):
        with cities(dialect, ("ours",)) as (settings,):
            rows += _measure(dialect, settings, quick)
    return report(f"{CLIENTS} clients posting at once: durable postings per second", rows)


def _measure(dialect: str, settings: Settings, quick: bool) -> list[Row]:
    programmes, held = _open(settings)
    published = _publish(settings) if dialect == "postgresql" else None
    rounds, count = (5, 12) if quick else (15, 40)
    context = multiprocessing.get_context("fork")
    gate, order = context.Barrier(CLIENTS + 1, timeout=LONGEST), context.Value("i", 0)
    clients = [
        context.Process(
            target=_client, args=(settings, programmes, held, published, number, count, gate, order)
        )
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()

    def turn(issuers: int) -> Callable[[], int]:
        def work() -> int:
            order.value = issuers
            gate.wait()
            gate.wait()
            return CLIENTS * count

        return work

    turns = [turn(1), turn(CLIENTS), *([turn(PUBLISHED)] if published else [])]
    for one_turn in turns:
        one_turn()  # connections are opened and statements prepared
    one, many, *other = medians(rounds, *turns)
    order.value = END
    gate.wait()
    for client in clients:
        client.join()
    rows = [Row(f"{dialect}: all on one issuer, limit on {CLIENTS} issuers", one, many, TARGET)]
    return rows + [Row(f"{dialect}: all on one issuer, against pgledger's shape", one, its) for its in other]


def _open(settings: Settings) -> tuple[list[Any], list[tuple[list[Held], list[Held]]]]:
    """Open the programmes, and for each client parties in the first and parties in its own."""
    db.connect(settings)
    with db.transaction() as session:
        programmes = [_programme(session, number).id for number in range(CLIENTS)]
        held = []
        for number in range(CLIENTS):
            parties = [city.party(session, f"单位{number}-{place}") for place in range(PARTIES)]
            common = accounts.of_many(session, programmes[0], parties)
            own = accounts.of_many(session, programmes[number], parties)
            held.append(([common[key] for key in parties], [own[key] for key in parties]))
    db.database().close()  # no client may share a connection
    return programmes, held


def _publish(settings: Settings) -> tuple[str, list[str]]:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        return Published.make(connection, CLIENTS * PARTIES)


def _programme(session: Any, number: int) -> Programme:
    return publication.open_programme(
        session,
        code=f"programme-{number}",
        name=f"方案{number}",
        scope=ProgrammeScope.CITY,
        region_code=city.CITY,
        actor=SYSTEM,
    )


def _client(
    settings: Settings,
    programmes: list[Any],
    every: list[tuple[list[Held], list[Held]]],
    published: tuple[str, list[str]] | None,
    number: int,
    count: int,
    gate: Barrier,
    order: Any,
) -> None:
    keys.use(settings)
    db.connect(settings)
    held, other = every[number], None
    if published:
        issuer, accounts_of_all = published
        pool = db.Database(replace(settings, city_schema=pgledger.SCHEMA))
        own = accounts_of_all[number * PARTIES : (number + 1) * PARTIES]
        other = Published(None, pool, issuer, own)
    while True:
        gate.wait()
        if order.value == END:
            break
        if order.value == PUBLISHED and other:
            other.draw(count)
            other.in_transactions()
            gate.wait()
            continue
        is_own = order.value > 1
        programme = programmes[number if is_own else 0]
        parties = held[1 if is_own else 0]
        for place in range(count):
            with db.transaction() as session:
                postings.post(session, _request(programme, parties[place % PARTIES]), actor=SYSTEM)
        gate.wait()
    db.database().close()


def _request(programme_id: Any, held: Held) -> PostingRequest:
    wording = "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分"
    return PostingRequest(
        programme_id=programme_id,
        reason=Reason.AWARD,
        source_kind="contribution",
        source_id=new_id(),
        revision=1,
        inputs=("contribution", 1, 150),
        happened_on=date(2026, 11, 20),
        transfers=(TransferRequest(held[AccountKind.ISSUER], held[AccountKind.HONOUR], 225, wording),),
    )


if __name__ == "__main__":
    main(run)
