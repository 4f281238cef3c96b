"""Verifying the ledger in parts: one after the other within a session, or side by side in several processes.

Every part reads only. On PostgreSQL all processes see one state; on SQLite each sees its own, so what several
found is looked at again in one.
"""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, db, keys
from app.config import Settings
from app.db import Base, reading
from points.verification import accounts, checks, events, seals, signatures, trail, triggers
from points.verification.breaks import Break, BreakKind
from points.verification.events import KeyRange
from points.verification.seals import BLOCK, LeafRange

__all__ = ["Break", "BreakKind", "Outcome", "verify", "verify_all"]

FEW = 100_000
"""Up to so many postings several processes are not worth their start."""
_SHARES = 4
"""Parts of each long table per process: the last ones to end have little left."""
_WALKED = ("posting", "transfer")
_LONG = (*_WALKED, "account", "party_salt")

Part = tuple[str, Any]
"""What is checked: a check's name and what it is given."""


@dataclass(slots=True)
class Outcome:
    """What a verification found. ``oldest`` is the key of the oldest transfer that has no leaf yet."""

    breaks: list[Break] = field(default_factory=list)
    transfers: int = 0
    unsealed: int = 0
    oldest: UUID | None = None

    def add(self, other: "Outcome") -> None:
        """Take in what another part found."""
        self.breaks += other.breaks
        self.transfers += other.transfers
        self.unsealed += other.unsealed
        self.oldest = min((one for one in (self.oldest, other.oldest) if one), default=None)


def verify(session: Session) -> Iterator[Break]:
    """Yield every break of the ledger and its seals as this session sees them; nothing when all is right."""
    yield from outcome_of(session).breaks


def outcome_of(session: Session) -> Outcome:
    """Return what a verification finds in this session's state."""
    outcome = Outcome()
    for part in _parts(session, 1):
        outcome.add(run(session, part))
    return outcome


def verify_all(settings: Settings, processes: int) -> Outcome:
    """Verify a city's whole ledger with so many processes; the database of the settings is connected."""
    with reading(fresh=True) as session:
        parts = _parts(session, processes)
        if processes == 1 or len(parts) == len(_parts(session, 1)):
            return outcome_of(session)
        is_sqlite = session.connection().dialect.name == "sqlite"
        snapshot = (
            None
            if is_sqlite
            else session.connection().exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        )
        outcome = Outcome()
        # A process of its own, never a fork: connections and locks of this one are not for others.
        with ProcessPoolExecutor(
            processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(settings, snapshot),
        ) as pool:
            apart = pool.map(_run_apart, [part for part in parts if _is_long(part)])
            for part in parts:
                if not _is_long(part):
                    outcome.add(run(session, part))
            for one in apart:
                outcome.add(one)
        if is_sqlite and outcome.breaks:
            return outcome_of(session)
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


def run(session: Session, part: Part) -> Outcome:
    """Check one part."""
    name, given = part
    if name == "events":
        seen = events.walk(session, given)
        return Outcome(seen.breaks, seen.transfers, seen.unsealed, seen.oldest)
    if name == "leaves":
        return Outcome(list(seals.walk(session, given)))
    if name in ("unsound", "unsigned"):
        check = signatures.unsound if name == "unsound" else signatures.unsigned
        return Outcome(list(check(session, Base.metadata.tables[given])))
    if name == "registered":
        return Outcome(list(checks.known()[given](session)))
    return Outcome(list(_WHOLE[name](session)))


def _is_long(part: Part) -> bool:
    """Return whether a part goes to another process, which knows only the tables of ledger and seals."""
    return part[0] in ("events", "leaves", "accounts") or part[1] in _LONG


_WHOLE = {"accounts": accounts.check, "seals": seals.check, "trail": trail.check, "triggers": triggers.check}


def _parts(session: Session, processes: int) -> list[Part]:
    """Return all that is to be checked, the longest first."""
    parts: list[Part] = [("events", one) for one in _key_ranges(session, processes)]
    parts.append(("accounts", None))
    parts += [("leaves", one) for one in _leaf_ranges(session, processes)]
    names = [table.name for table in signatures.tables()]
    parts += [("unsound", name) for name in names]
    parts += [("unsigned", name) for name in names if name not in _WALKED]
    parts += [(name, None) for name in ("trail", "seals", "triggers")]
    return parts + [("registered", name) for name in checks.known()]


def _key_ranges(session: Session, processes: int) -> list[KeyRange]:
    connection = session.connection()
    count = connection.exec_driver_sql("SELECT count(*) FROM posting").scalar_one() if processes > 1 else 0
    if count <= FEW:
        return [KeyRange()]
    shares = processes * _SHARES
    ends = [
        connection.exec_driver_sql(
            f"SELECT id FROM posting ORDER BY id LIMIT 1 OFFSET {count * at // shares}"
        )
        .scalars()
        .one()
        for at in range(1, shares)
    ]
    return [KeyRange(first, last) for first, last in zip([None, *ends], [*ends, None], strict=True)]


def _leaf_ranges(session: Session, processes: int) -> list[LeafRange]:
    connection = session.connection()
    count = connection.exec_driver_sql("SELECT count(*) FROM seal_leaf").scalar_one() if processes > 1 else 0
    if count <= FEW:
        return [LeafRange()]
    ends = [count * at // processes // BLOCK * BLOCK for at in range(1, processes)]
    return [LeafRange(first, last) for first, last in zip([0, *ends], [*ends, None], strict=True)]


_snapshot: str | None = None


def _start(settings: Settings, snapshot: str | None) -> None:
    global _snapshot
    keys.use(settings)
    db.connect(settings)
    _snapshot = snapshot


def _run_apart(part: Part) -> Outcome:
    with reading(fresh=True) as session:
        if _snapshot is not None:
            session.connection().exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{_snapshot}'")
        return run(session, part)
