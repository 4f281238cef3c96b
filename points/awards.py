"""The one door through which a verified contribution becomes points.

It runs inside the caller's transaction: the contribution, its points and the audit row stand or fall
together. Caps are locked before anything else here, so that one party's awards use them up one after the other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict
from app.parties.models import ActingRole
from app.permissions import Actor
from points.ledger import accounts, postings, queries
from points.ledger.form import input_hash
from points.ledger.kinds import AccountKind, Reason
from points.ledger.models import Posting
from points.ledger.postings import PostingRequest, TransferRequest
from points.ledger.rules import last_day
from points.rulesets import caps
from points.rulesets import queries as rulesets
from points.rulesets.rules import Facts, Rules, Score, cap_periods, score


@dataclass(frozen=True, slots=True)
class AwardRequest:
    """A verified contribution that is to earn points."""

    programme: str
    source_kind: str
    source_id: UUID
    revision: int
    party_id: UUID
    acting_role: ActingRole
    region_code: str
    """The party's region, by which rankings place it."""
    facts: Facts


@dataclass(frozen=True, slots=True)
class Award:
    """What a posting of an award or of its reversal says. Points in centipoints, negative when reversed."""

    id: UUID
    points: int
    redeemable: int
    wording: str
    is_new: bool


def award(session: Session, request: AwardRequest, *, actor: Actor) -> Award:
    """Score a contribution by the rules in force when it happened, use up its caps and post its points.

    The same source and revision with the same facts returns the first award. Raises Conflict when it was
    awarded with other facts, or in another revision that has not been reversed; InvalidInput when no
    ruleset was in force on that day.
    """
    programme = rulesets.programme(session, request.programme)
    rules = rulesets.in_force(session, programme.id, request.facts.happened_on)
    used = caps.hold(session, programme.id, request.party_id, cap_periods(rules, request.facts))
    inputs = _inputs(request)
    first = _earlier(session, request, inputs)
    if first is not None:
        return first
    result = score(rules, request.facts, used)
    caps.take(session, programme.id, request.party_id, result.taken)
    explanation = _explanation(rules, request.facts, result, request.party_id)
    posted = postings.post(
        session,
        PostingRequest(
            programme_id=programme.id,
            reason=Reason.AWARD,
            source_kind=request.source_kind,
            source_id=request.source_id,
            revision=request.revision,
            inputs=inputs,
            happened_on=request.facts.happened_on,
            transfers=_transfers(session, request, rules, result),
            party_id=request.party_id,
            ruleset_id=rules.id,
            rule_id=result.rule.id if result.rule else None,
            contribution_kind=request.facts.kind,
            acting_role=request.acting_role,
            region_code=request.region_code,
            explanation=explanation,
        ),
        actor=actor,
        verb="points.award",
    )
    return Award(posted.id, result.points, result.redeemable, result.wording, posted.is_new)


def _earlier(session: Session, request: AwardRequest, inputs: tuple[Any, ...]) -> Award | None:
    """Return the award that this very revision has already got; refuse a second one of another."""
    awards = queries.postings_of(session, request.source_kind, request.source_id, Reason.AWARD)
    for one in awards:
        if one.revision == request.revision:
            if one.input_hash != input_hash(inputs):
                raise Conflict(_("这件事已经按另一内容记过积分：请先冲正，再重新登记。"))
            told = _told(one)
            return Award(one.id, told["points"], told["redeemable"], told["wording"], is_new=False)
    reversals = queries.postings_of(session, request.source_kind, request.source_id, Reason.REVERSAL)
    if {one.revision for one in awards} - {one.revision for one in reversals}:
        raise Conflict(_("这件事的上一次记账还没有冲正，不能再次记账。"))
    return None


def _transfers(
    session: Session, request: AwardRequest, rules: Rules, result: Score
) -> tuple[TransferRequest, ...]:
    if not result.points:
        return ()
    held = accounts.of(session, rules.programme_id, request.party_id)
    issuer = held[AccountKind.ISSUER]
    honour = TransferRequest(issuer, held[AccountKind.HONOUR], result.honour, result.wording)
    if not result.redeemable:
        return (honour,)
    last = last_day(clock.today(), rules.redeemable_months)
    return honour, TransferRequest(
        issuer, held[AccountKind.REDEEMABLE], result.redeemable, result.wording, expires_on=last
    )


def _inputs(request: AwardRequest) -> tuple[Any, ...]:
    """Return what the award is made from: never the score, so that new rules never look like other inputs."""
    facts = request.facts
    return (
        request.source_kind,
        request.source_id,
        request.revision,
        request.party_id,
        request.acting_role.value,
        json.dumps(_facts(facts), sort_keys=True),
    )


def _facts(facts: Facts) -> dict[str, Any]:
    quantity = None if facts.quantity is None else format(facts.quantity.normalize(), "f")
    return {
        "kind": facts.kind.value,
        "category": facts.category,
        "happened_on": facts.happened_on.isoformat(),
        "grade": facts.grade.value,
        "amount_fen": facts.amount_fen,
        "minutes": facts.minutes,
        "quantity": quantity,
        "professional": facts.professional,
        "backfilled": facts.backfilled,
        "other": [[factor.value, value] for factor, value in facts.other],
    }


def _explanation(rules: Rules, facts: Facts, result: Score, party_id: UUID) -> str:
    """Return why, as it is signed into the posting: facts, rule and version, what the caps took, the words."""
    return _json(
        {
            "party": str(party_id),
            "facts": _facts(facts),
            "version": rules.version,
            "rule": result.rule.code if result.rule else None,
            "earned": result.earned,
            "points": result.points,
            "redeemable": result.redeemable,
            "taken": [
                {"cap": one.period.code, "from": one.period.starts_on.isoformat(), "points": one.points}
                for one in result.taken
                if one.points
            ],
            "wording": result.wording,
        }
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _told(posting: Posting) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(posting.explanation or "{}")
    return found
