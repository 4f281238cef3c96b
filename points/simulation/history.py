"""What was really awarded: the ledger's own awards with their adjustments and reversals, in the order of posting.

Read from the signed explanations of postings, so that a simulation replays what happened and not what some table of
contributions says today. Points in centipoints.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.rows import parts
from app.stored import STREAMED
from points.ledger.kinds import Reason
from points.ledger.models import Posting
from points.rulesets.kinds import ContributionKind, EvidenceGrade, Factor
from points.rulesets.terms import CapPeriod, Facts

_REASONS = (Reason.AWARD, Reason.ADJUSTMENT, Reason.REVERSAL)
_COLUMNS = (Posting.id, Posting.reason, Posting.source_kind, Posting.source_id, Posting.explanation)


@dataclass(slots=True)
class PastAward:
    """An award as it stands: what was posted for it, with every later adjustment added."""

    posting_id: UUID
    source_kind: str
    source_id: UUID
    party_id: UUID
    facts: Facts
    told: dict[str, Any]
    """The facts as they stand in the ledger."""
    version: int
    """Of the rules by which it stands."""
    rule: str | None
    earned: int
    points: int
    redeemable: int
    taken: dict[CapPeriod, int]
    wording: str
    is_reversed: bool = False
    decisions: set[int] = field(default_factory=set)
    """Numbers of the decisions that have adjusted its source, in whatever revision."""


@dataclass(frozen=True, slots=True)
class Event:
    """An award, or the moment at which it was taken back and its caps became free again."""

    award: PastAward
    is_reversal: bool = False


History = dict[UUID, list[Event]]
"""By party: its events in the order in which they were posted."""


def read(session: Session, programme_id: UUID, first: date, last: date) -> History:
    """Return the events of a programme that matter to a period: all of the calendar years that it touches.

    Caps run over a year at most, so what happened in another year cannot matter.
    """
    statement = (
        select(*_COLUMNS)
        .where(Posting.programme_id == programme_id, Posting.reason.in_(_REASONS))
        .order_by(Posting.id)  # keys rise with time; of one party's caps they are made under their lock
        .execution_options(**STREAMED)
    )
    years = range(first.year, last.year + 1)
    reader = _Reader(years)
    for row in session.execute(statement):
        reader.take(*row)
    return reader.history


def read_sources(session: Session, sources: list[UUID], first: date, last: date) -> History:
    """Return the same for the named sources alone, as they stand now; for whoever holds their locks."""
    reader = _Reader(range(first.year, last.year + 1))
    rows = [
        row
        for part in parts(sources)
        for row in session.execute(
            select(*_COLUMNS).where(Posting.source_id.in_(part), Posting.reason.in_(_REASONS))
        )
    ]
    for row in sorted(rows, key=lambda one: one.id):
        reader.take(*row)
    return reader.history


class _Reader:
    """Puts rows of postings together to awards, reversals and what became of them."""

    def __init__(self, years: range) -> None:
        self.history: History = {}
        self._years = years
        self._live: dict[tuple[str, UUID], PastAward] = {}
        self._decisions: dict[UUID, set[int]] = {}

    def take(
        self, key: UUID, reason: Reason, source_kind: str, source_id: UUID, explanation: str | None
    ) -> None:
        source = source_kind, source_id
        if reason is Reason.REVERSAL:
            award = self._live.pop(source, None)
            if award is not None:
                award.is_reversed = True
                self.history[award.party_id].append(Event(award, is_reversal=True))
            return
        told = json.loads(explanation or "{}")
        if reason is Reason.AWARD:
            if int(told["facts"]["happened_on"][:4]) in self._years:
                award = self._live[source] = _award(key, source_kind, source_id, told)
                award.decisions = self._decisions.setdefault(source_id, award.decisions)
                self.history.setdefault(award.party_id, []).append(Event(award))
        elif source in self._live:
            _adjust(self._live[source], told)


def facts_of(told: dict[str, Any]) -> Facts:
    """Return the facts that an explanation holds."""
    return Facts(
        kind=ContributionKind(told["kind"]),
        happened_on=date.fromisoformat(told["happened_on"]),
        grade=EvidenceGrade(told["grade"]),
        category=told["category"],
        amount_fen=told["amount_fen"],
        minutes=told["minutes"],
        quantity=None if told["quantity"] is None else Decimal(told["quantity"]),
        professional=told["professional"],
        backfilled=told["backfilled"],
        other=tuple((Factor(factor), value) for factor, value in told["other"]),
    )


def _award(key: UUID, source_kind: str, source_id: UUID, told: dict[str, Any]) -> PastAward:
    return PastAward(
        posting_id=key,
        source_kind=source_kind,
        source_id=source_id,
        party_id=UUID(told["party"]),
        facts=facts_of(told["facts"]),
        told=told["facts"],
        version=told["version"],
        rule=told["rule"],
        earned=told["earned"],
        points=told["points"],
        redeemable=told["redeemable"],
        taken=dict(_taken(told)),
        wording=told["wording"],
    )


def _adjust(award: PastAward, told: dict[str, Any]) -> None:
    award.version, award.rule = told["version"], told["rule"]
    award.earned += told["earned"]
    award.points += told["points"]
    award.redeemable += told["redeemable"]
    for period, points in _taken(told):
        award.taken[period] = award.taken.get(period, 0) + points
    award.wording = told["arithmetic"]
    award.decisions.add(told["decision"])


def _taken(told: dict[str, Any]) -> Iterator[tuple[CapPeriod, int]]:
    for one in told["taken"]:
        yield CapPeriod(one["cap"], date.fromisoformat(one["from"])), one["points"]
