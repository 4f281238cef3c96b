"""Sealing against posting the same transfers, verifying against 100,000 a second, and what a proof costs.

``--quick``: 40,000 transfers instead of 200,000. Posting and sealing take turns, batch by batch.
"""

import os
import statistics
import time
from itertools import islice
from random import Random

from app import db
from app.db import reading
from app.permissions import SYSTEM
from benchmarks.city import cities
from benchmarks.frame import Row, main, report
from benchmarks.ledger import PARTIES, _requests
from points.ledger import accounts, postings
from points.rulesets.models import Programme
from points.seals import proofs
from points.seals.sealing import seal, tree_size
from points.verification.verifying import verify_all
from tests.points import city

BATCH = 1_000
SEALING_AT_MOST = 0.20
"""Of the time that posting the same transfers in batches takes."""
VERIFY_AT_LEAST = 100_000
PROOFS = 200
PROOFS_AT_LEAST = 200
"""A second: 5 ms each."""


def run(quick: bool) -> int:
    """Measure both databases; return 1 when one falls short."""
    rows = []
    for dialect in ("sqlite", "postgresql"):
        rows += _measure(dialect, 20 if quick else 100)
    return report("seals: transfers sealed, transfers verified, proofs", rows)


def _measure(dialect: str, batches: int) -> list[Row]:
    with cities(dialect, ("ours",)) as (settings,):
        db.connect(settings)
        with db.transaction() as session:
            programme: Programme = city.programme(session)
            keys = [city.party(session, f"单位{number}") for number in range(PARTIES)]
            held = [accounts.of(session, programme.id, key) for key in keys]
        requests = _requests(programme.id, held, 2)
        posting, sealing = [], []
        for _ in range(batches):
            batch = list(islice(requests, BATCH))
            begun = time.perf_counter()
            with db.transaction() as session:
                postings.post_many(session, batch, actor=SYSTEM)
            posted = time.perf_counter()
            count = seal()
            posting.append(count / (posted - begun))
            sealing.append(count / (time.perf_counter() - posted))
        processes = os.cpu_count() or 1
        begun = time.perf_counter()
        outcome = verify_all(settings, processes)
        verified = outcome.transfers / (time.perf_counter() - begun)
        assert not outcome.breaks
        post, leaf = statistics.median(posting), statistics.median(sealing)
        return [
            Row(f"{dialect}: sealed, against posted in batches", leaf, post, 1 / SEALING_AT_MOST),
            Row(f"{dialect}: verified, {processes} processes", verified, VERIFY_AT_LEAST, 1.0),
            Row(f"{dialect}: inclusion proofs", _proofs(), PROOFS_AT_LEAST, 1.0),
        ]


def _proofs() -> float:
    random = Random(7)
    with reading() as session:
        size = tree_size(session)
        numbers = [random.randrange(size) for _ in range(PROOFS)]
        begun = time.perf_counter()
        for number in numbers:
            proofs.inclusion(session, number, size)
        return PROOFS / (time.perf_counter() - begun)


if __name__ == "__main__":
    main(run)
