"""Carrying a decision out: for each award one posting of what it comes to more or less, party by party.

A run reads the history, replays it and adjusts what comes out different, some parties in a transaction: each batch is
whole or absent, and a posting's key (source, decision) lets none come twice, so a run that was killed is simply run
again. A decision is done when a run finds nothing left to adjust: what was being verified by the old version while
it was adopted is found by the next run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import reading, transaction
from app.permissions import SYSTEM
from app.rows import parts
from app.states import ensure_move
from points.adjustments import letters, signals
from points.adjustments.decisions import THING, ensure_adopted, hold, sign
from points.adjustments.models import MOVES, AdjustmentDecision, AdjustmentState
from points.adjustments.postings import Head, heads, request_of
from points.ledger import postings
from points.ledger.kinds import Reason
from points.ledger.models import Posting
from points.rulesets import caps
from points.rulesets import queries as rulesets
from points.rulesets.rules import CapPeriod, CapTaken, Rules
from points.rulesets.words import points_words
from points.simulation import history
from points.simulation.history import PastAward
from points.simulation.replay import Outcome, replay

Unscored = dict[UUID, tuple[PastAward, str]]
"""By posting: the awards that a version cannot score, and why."""
BATCH = 200
"""Awards in one transaction, about: one party's are never divided."""
_SETTLES = timedelta(minutes=2)
"""A request that began before the adoption has ended after this."""


def carry_out_due() -> int:
    """Carry on with each adopted decision; return how many awards were adjusted."""
    with reading(fresh=True) as session:
        due = session.scalars(
            select(AdjustmentDecision.id)
            .where(AdjustmentDecision.state == AdjustmentState.ADOPTED)
            .order_by(AdjustmentDecision.number)
        ).all()
    return sum(carry_out(key) for key in due)


def carry_out(decision_id: UUID) -> int:
    """Adjust all that still differs, and end the decision when nothing does; return how many awards were adjusted.

    Opens its own transactions. Two runs at once do the work once: each batch holds the decision.
    """
    with reading(fresh=True) as session:
        decision = session.get_one(AdjustmentDecision, decision_id)
        ensure_adopted(session, decision)
        rules = rulesets.published_terms(session, decision.ruleset_id)
        past = history.read(session, decision.programme_id, decision.first_day, decision.last_day)
        looked_at = clock.now()
    unscored: Unscored = {}
    due = {
        party_id: [event.award.source_id for event in events if not event.is_reversal]
        for party_id, events in sorted(past.items())
        if list(_left(decision, events, rules, unscored))
    }
    if due:
        return sum(_carry_out_batch(decision_id, rules, batch) for batch in _batches(due))
    if decision.adopted_at is not None and looked_at >= decision.adopted_at + _SETTLES:
        _finish(decision_id, unscored)
    return 0


def _left(
    decision: AdjustmentDecision, past: Iterable[history.Event], rules: Rules, unscored: Unscored
) -> Iterator[Outcome]:
    """Yield the awards that this decision has still to adjust; one that only takes other caps is among them.

    What was verified after the simulation may be more than the version can score: it stands as it is.
    """
    for one in replay(past, rules, decision.first_day, decision.last_day, unscored):
        if decision.number not in one.award.decisions and (one.is_changed or one.caps()):
            yield one


def _batches(due: Mapping[UUID, Sequence[UUID]]) -> Iterator[list[UUID]]:
    """Yield the sources of whole parties, about ``BATCH`` at a time."""
    batch: list[UUID] = []
    for sources in due.values():
        batch += sources
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _carry_out_batch(decision_id: UUID, rules: Rules, sources: list[UUID]) -> int:
    """Adjust the awards of some parties in one transaction; return how many."""
    with transaction() as session:
        decision = hold(session, decision_id)
        if decision.state is not AdjustmentState.ADOPTED:
            return 0
        _lock_awards(session, sources)
        past = history.read_sources(session, sources, decision.first_day, decision.last_day)
        left = {
            party_id: list(_left(decision, events, rules, {})) for party_id, events in sorted(past.items())
        }
        changes = {party_id: _cap_changes(found) for party_id, found in left.items() if found}
        for party_id, change in changes.items():
            caps.hold(session, decision.programme_id, party_id, change)
        adjusted = [one for found in left.values() for one in found]
        known: dict[UUID, Head] = heads(session, adjusted)
        requests = [request_of(session, decision, rules, one, known) for one in adjusted]
        if requests:
            postings.post_many(session, requests, actor=SYSTEM, verb="points.adjust")
        for party_id, change in changes.items():
            taken = [CapTaken(period, points) for period, points in sorted(change.items())]
            caps.take(session, decision.programme_id, party_id, taken)
        for kind in {one.award.source_kind for one in adjusted}:
            points = {
                one.award.source_id: one.score.honour for one in adjusted if one.award.source_kind == kind
            }
            signals.adjusted.send(session, source_kind=kind, points=points)
        letters.tell(session, decision, adjusted)
        _count(decision, adjusted, sum(bool(found) for found in left.values()))
        sign(session, decision)
        return len(adjusted)


def _lock_awards(session: Session, sources: Sequence[UUID]) -> None:
    """Lock the awards, so that none of them is reversed or disputed meanwhile."""
    for some in parts(sorted(sources)):
        session.scalars(
            select(Posting.id)
            .where(Posting.source_id.in_(some), Posting.reason == Reason.AWARD)
            .order_by(Posting.id)
            .with_for_update()
        ).all()


def _cap_changes(outcomes: Iterable[Outcome]) -> dict[CapPeriod, int]:
    changes: dict[CapPeriod, int] = {}
    for one in outcomes:
        for period, points in one.caps().items():
            changes[period] = changes.get(period, 0) + points
    return {period: points for period, points in changes.items() if points}


def _count(decision: AdjustmentDecision, adjusted: Sequence[Outcome], parties: int) -> None:
    decision.adjusted += len(adjusted)
    decision.parties += parties
    for one in adjusted:
        decision.more += max(0, one.points)
        decision.fewer += max(0, -one.points)
        decision.redeemable_more += max(0, one.redeemable)
        decision.redeemable_fewer += max(0, -one.redeemable)


def _finish(decision_id: UUID, unscored: Unscored) -> None:
    with transaction() as session:
        decision = hold(session, decision_id)
        if decision.state is not AdjustmentState.ADOPTED:
            return
        ensure_move(MOVES, decision.state, AdjustmentState.DONE)
        decision.state, decision.finished_at = AdjustmentState.DONE, clock.now()
        lines = [
            _(
                "%(day)s 发生的%(kind)s（编号 %(source)s，原计 %(points)s 分）按新规则算不出，仍按原来的分数：%(why)s",
                day=award.facts.happened_on.isoformat(),
                kind=award.facts.kind.label,
                source=award.source_id,
                points=points_words(award.points),
                why=why,
            )
            for _key, (award, why) in sorted(unscored.items())
        ]
        decision.unscored = "\n".join(lines) or None
        sign(session, decision)
        events.record(
            session,
            "adjustment.finish",
            THING,
            decision.id,
            actor=SYSTEM,
            after={
                "adjusted": decision.adjusted,
                "more": decision.more,
                "fewer": decision.fewer,
                "unscored": lines,
            },
        )
