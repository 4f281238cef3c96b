"""Verifying the ledger in parts: one after the other within a session, or side by side in several processes.

Every part reads only. On PostgreSQL all processes see one state; on SQLite each sees its own, so what several
found is looked at again in one.
"""

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, db, keys
from app.config import Settings
from app.db import Base, reading
from points.verification import accounts, checks, events, holds, rules, seals, signatures, trail, triggers
from points.verification.breaks import Break, BreakKind
from points.verification.marks import added
from points.verification.seals import BLOCK, LeafRange
from points.verification.walks import KeyRange, Known

__all__ = ["Break", "BreakKind", "Outcome", "verify", "verify_all"]

FEW = 5_000
"""Up to so many leaves several processes are not worth their start."""
_MOST = 1 << 40
"""A number that is higher is not a leaf's."""
_KEY = 16
_SHARES = 4
"""Parts of each long table per process: the last ones to end have little left."""
_WALKED = ("posting", "transfer")
_LONG = ("account", "party_salt")
_SECRET = 32

Part = tuple[str, Any]
"""What is checked: a check's name and what it is given."""


@dataclass(slots=True)
class Outcome:
    """What a verification found. ``oldest`` is the key of the oldest transfer that has no leaf yet.

    ``marks`` is the sum of ``points.verification.marks`` over the transfers, None in doubt.
    """

    breaks: list[Break] = field(default_factory=list)
    transfers: int = 0
    unsealed: int = 0
    oldest: UUID | None = None
    marks: int | None = 0
    leaves: int = 0
    """How many leaves say that they are a transfer's."""

    def add(self, other: "Outcome") -> None:
        """Take in what another part found."""
        self.breaks += other.breaks
        self.transfers += other.transfers
        self.unsealed += other.unsealed
        self.oldest = min((one for one in (self.oldest, other.oldest) if one), default=None)
        self.marks = added(self.marks, other.marks)
        self.leaves += other.leaves


def verify(session: Session) -> Iterator[Break]:
    """Yield every break of the ledger and its seals as this session sees them; nothing when all is right."""
    yield from outcome_of(session).breaks


def outcome_of(session: Session) -> Outcome:
    """Return what a verification finds in this session's state."""
    outcome, known = Outcome(), Known(os.urandom(_SECRET))
    for part in _long_parts(session, 1) + _other_parts():
        outcome.add(run(session, part, known))
    return _concluded(session, outcome, known)


def verify_all(settings: Settings, processes: int) -> Outcome:
    """Verify a city's whole ledger with so many processes; the database of the settings is connected.

    No other thread may use the database meanwhile unless threads were running before: a process of one thread
    gives back its connections and forks, which costs next to nothing; another one starts new processes.
    """
    secret = os.urandom(_SECRET)
    with reading(fresh=True) as session:
        is_sqlite = session.connection().dialect.name == "sqlite"
        parts = _long_parts(session, processes)
        if processes == 1 or len(parts) == len(_long_parts(session, 1)):
            return outcome_of(session)
    # Connections and locks of this process are not for others.
    db.database().close()
    method = "fork" if threading.active_count() == 1 else "spawn"
    context, given = multiprocessing.get_context(method), (settings, secret)
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_start, initargs=given) as pool:
        pool.submit(int).result()  # all are there before this process opens a connection again
        with reading(fresh=True) as session:
            outcome = _together(session, pool, parts, Known(secret))
            return outcome_of(session) if is_sqlite and outcome.breaks else outcome


def _together(session: Session, pool: Executor, parts: Sequence[Part], known: Known) -> Outcome:
    """Return what several processes find: the long parts by them, all others in this one."""
    outcome, connection = Outcome(), session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    snapshot = None if is_sqlite else connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    apart = [pool.submit(_run_apart, snapshot, part) for part in parts]
    for part in _other_parts():
        outcome.add(run(session, part, known))
    for one in apart:
        outcome.add(one.result())
    return _concluded(session, outcome, known)


def _concluded(session: Session, outcome: Outcome, known: Known) -> Outcome:
    """Add what can be said only when all transfers were seen."""
    outcome.breaks += accounts.runs(session, outcome.marks, known.marks)
    if outcome.leaves != outcome.transfers - outcome.unsealed:
        outcome.breaks += seals.astray(session)
    return outcome


def tail_words(outcome: Outcome) -> str:
    """Return in a sentence how many transfers were looked at, and how many of them no seal has yet."""
    if outcome.oldest is None:
        return f"{outcome.transfers} transfers, all sealed"
    oldest = datetime.fromtimestamp((outcome.oldest.int >> 80) / 1000, clock.CITY_ZONE)
    return (
        f"{outcome.transfers} transfers, {outcome.unsealed} not yet sealed, "
        f"the oldest posted at {oldest.isoformat(timespec='minutes')}"
    )


def run(session: Session, part: Part, known: Known) -> Outcome:
    """Check one part; ``known`` is what earlier parts in this process have read and made already."""
    name, given = part
    if name == "events":
        seen = events.walk(session, given, known)
        return Outcome(seen.breaks, seen.transfers, seen.unsealed, seen.oldest, seen.marks)
    if name == "leaves":
        return Outcome(list(seals.walk(session, given)))
    if name in ("unsound", "unsigned"):
        check = signatures.unsound if name == "unsound" else signatures.unsigned
        return Outcome(list(check(session, Base.metadata.tables[given])))
    if name == "count":
        return Outcome(leaves=seals.count(session))
    if name == "registered":
        return Outcome(list(checks.known()[given](session)))
    return Outcome(list(_WHOLE[name](session)))


_WHOLE = {
    "trail": trail.check,
    "rules": rules.check,
    "holds": holds.check,
    "triggers": triggers.check,
    "accounts": accounts.check,
    "seals": seals.check,
}


def _long_parts(session: Session, processes: int) -> list[Part]:
    """Return what other processes may check, which know only the tables of ledger and seals; the longest first."""
    parts: list[Part] = [("events", one) for one in _key_ranges(session, processes)]
    parts += [("leaves", one) for one in _leaf_ranges(session, processes)]
    return parts + [(name, table) for table in _LONG for name in ("unsound", "unsigned")]


def _other_parts() -> list[Part]:
    # The walk looks at signatures and types of what it walks over.
    names = [table.name for table in signatures.tables() if table.name not in (*_WALKED, *_LONG)]
    parts: list[Part] = [(check, name) for name in names for check in ("unsound", "unsigned")]
    parts += [(name, None) for name in ("count", *_WHOLE)]
    return parts + [("registered", name) for name in checks.known()]


def _key_ranges(session: Session, processes: int) -> list[KeyRange]:
    """Return ranges of postings' keys of about the same size; what has a leaf lies in the order of its number."""
    size = _tree_size(session) if processes > 1 else 0
    if size <= FEW:
        return [KeyRange()]
    shares = processes * _SHARES
    numbers = ", ".join(str(size * at // shares) for at in range(1, shares))
    found = session.connection().exec_driver_sql(
        f"SELECT t.posting_id FROM seal_leaf l JOIN transfer t ON t.id = l.thing_id WHERE l.number IN ({numbers})"
    )
    keys_of = [row[0].bytes if isinstance(row[0], UUID) else row[0] for row in found]
    ends = sorted({key for key in keys_of if isinstance(key, bytes) and len(key) == _KEY})
    return [KeyRange(first, last) for first, last in zip([None, *ends], [*ends, None], strict=True)]


def _leaf_ranges(session: Session, processes: int) -> list[LeafRange]:
    size = _tree_size(session) if processes > 1 else 0
    if size <= FEW:
        return [LeafRange()]
    ends = [size * at // processes // BLOCK * BLOCK for at in range(1, processes)]
    return [LeafRange(first, last) for first, last in zip([0, *ends], [*ends, None], strict=True)]


def _tree_size(session: Session) -> int:
    """Return about how many leaves there are: by the last one's number, so that none has to be counted."""
    last = session.connection().exec_driver_sql("SELECT max(number) FROM seal_leaf").scalar_one()
    return 0 if last is None else min(int(last), _MOST) + 1


_known: Known | None = None
"""Of a process of the pool, whose parts all belong to one verification."""


def _start(settings: Settings, secret: bytes) -> None:
    global _known
    # Millions of rows come and go, and none of them in a cycle: looking for cycles takes a fifth of the time.
    gc.disable()
    keys.use(settings)
    db.connect(settings)
    _known = Known(secret)


def _run_apart(snapshot: str | None, part: Part) -> Outcome:
    assert _known is not None
    with reading(fresh=True) as session:
        if snapshot is not None:
            session.connection().exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        return run(session, part, _known)
