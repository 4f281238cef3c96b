"""The posting of one adjustment: what the award comes to more or less, with its words and the decision's number."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.parties.models import ActingRole, Party
from app.rows import parts
from points.adjustments.models import AdjustmentDecision
from points.adjustments.words import adjustment_words
from points.ledger import accounts
from points.ledger.accounts import AccountRef
from points.ledger.kinds import AccountKind, Reason
from points.ledger.models import Transfer
from points.ledger.postings import PostingRequest, TransferRequest
from points.ledger.rules import last_day
from points.rulesets.rules import Rules
from points.simulation.replay import Outcome


@dataclass(frozen=True, slots=True)
class Head:
    """What an award's transfers say, which its adjustment repeats; an award of 0 points had none."""

    acting_role: ActingRole | None
    region_code: str | None
    expires_on: date | None = None


def heads(session: Session, outcomes: Iterable[Outcome]) -> dict[UUID, Head]:
    """Return the heads of awards by posting; those without transfers get their party's region."""
    found: dict[UUID, Head] = {}
    awards = {one.award.posting_id: one.award.party_id for one in outcomes}
    regions: dict[UUID, str] = {}
    for some in parts(sorted(set(awards.values()))):
        rows = session.execute(select(Party.id, Party.region_code).where(Party.id.in_(some)))
        regions |= {row.id: row.region_code for row in rows}
    found = {key: Head(None, regions.get(party_id)) for key, party_id in awards.items()}
    for some in parts(sorted(awards)):
        columns = Transfer.posting_id, Transfer.acting_role, Transfer.region_code, Transfer.expires_on
        for row in session.execute(select(*columns).where(Transfer.posting_id.in_(some))):
            expires_on = row.expires_on or found[row.posting_id].expires_on
            found[row.posting_id] = Head(row.acting_role, row.region_code, expires_on)
    return found


def request_of(
    session: Session,
    decision: AdjustmentDecision,
    rules: Rules,
    one: Outcome,
    known: Mapping[UUID, Head],
) -> PostingRequest:
    """Return the posting that brings an award to what the decision's version gives."""
    award, score, head = one.award, one.score, known[one.award.posting_id]
    held = accounts.of(session, decision.programme_id, award.party_id)
    issuer = held[AccountKind.ISSUER]
    ended = head.expires_on is not None and head.expires_on < clock.today()
    # Points that have ended: nothing is left to take back, and nothing comes to life again.
    redeemable = award.redeemable if ended else score.redeemable
    ends = last_day(clock.today(), rules.redeemable_months)
    if redeemable < award.redeemable:
        ends = head.expires_on or ends
    transfers = [
        *_transfer(
            issuer,
            held[AccountKind.HONOUR],
            score.honour - award.points,
            _words(decision, rules, score.wording, award.points, score.honour),
        ),
        *_transfer(
            issuer,
            held[AccountKind.REDEEMABLE],
            redeemable - award.redeemable,
            _words(decision, rules, score.wording, award.redeemable, redeemable),
            ends,
        ),
    ]
    return PostingRequest(
        programme_id=decision.programme_id,
        reason=Reason.ADJUSTMENT,
        source_kind=award.source_kind,
        source_id=award.source_id,
        revision=decision.number,
        inputs=(decision.id, award.posting_id),
        happened_on=award.facts.happened_on,
        transfers=tuple(transfers),
        party_id=award.party_id,
        ruleset_id=rules.id,
        rule_id=score.rule.id if score.rule else None,
        contribution_kind=award.facts.kind,
        acting_role=head.acting_role,
        region_code=head.region_code,
        explanation=_explanation(decision, rules, one, redeemable - award.redeemable),
    )


def _transfer(
    issuer: AccountRef, purse: AccountRef, points: int, words: str, ends: date | None = None
) -> list[TransferRequest]:
    if not points:
        return []
    source, target = (issuer, purse) if points > 0 else (purse, issuer)
    return [TransferRequest(source, target, abs(points), words, expires_on=ends)]


def _words(decision: AdjustmentDecision, rules: Rules, arithmetic: str, before: int, after: int) -> str:
    return adjustment_words(
        decision.number, decision.document_number, rules.version, arithmetic, before, after
    )


def _explanation(decision: AdjustmentDecision, rules: Rules, one: Outcome, redeemable: int) -> str:
    """Return why, as an award tells it; earned, points, redeemable and what the caps took are more or less by it."""
    award, score = one.award, one.score
    told = {
        "decision": decision.number,
        "party": str(award.party_id),
        "facts": award.told,
        "version": rules.version,
        "rule": score.rule.code if score.rule else None,
        "earned": score.earned - award.earned,
        "points": one.points,
        "redeemable": redeemable,
        "taken": [
            {"cap": period.code, "from": period.starts_on.isoformat(), "points": points}
            for period, points in one.caps().items()
        ],
        "arithmetic": score.wording,
        "wording": _words(decision, rules, score.wording, award.points, score.points),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
