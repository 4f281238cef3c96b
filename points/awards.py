"""The one door through which a verified contribution becomes points.

It runs inside the caller's transaction: the contribution, its points and the audit row stand or fall
together. Caps are locked before anything else here, so that one party's awards use them up one after the other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict, Refused
from app.parties.models import ActingRole
from app.permissions import Actor
from points.ledger import accounts, postings, queries
from points.ledger.accounts import AccountRef
from points.ledger.form import input_hash
from points.ledger.kinds import AccountKind, Reason
from points.ledger.models import Posting
from points.ledger.postings import PostingRequest, TransferRequest
from points.ledger.rules import last_day
from points.rulesets import caps
from points.rulesets import queries as rulesets
from points.rulesets.caps import CapKey
from points.rulesets.rules import Facts, Rules, Score, cap_periods, score

_KNOWN = (Reason.AWARD, Reason.REVERSAL)


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
    known = queries.postings_of_many(session, [request.source_id], _KNOWN)
    first = _earlier(known, request, input_hash(inputs))
    if first is not None:
        return first
    result = score(rules, request.facts, used)
    caps.take(session, programme.id, request.party_id, result.taken)
    held = accounts.of(session, programme.id, request.party_id) if result.points else {}
    posting = _posting(request, rules, result, inputs, held)
    posted = postings.post(session, posting, actor=actor, verb="points.award")
    return Award(posted.id, result.points, result.redeemable, result.wording, posted.is_new)


def award_many(session: Session, requests: Sequence[AwardRequest], *, actor: Actor) -> list[Award]:
    """Award many contributions as ``award`` would one after the other, in few statements and with one audit event.

    All or none. Raises what ``award`` raises for the first that is refused; the error's ``place`` tells which.
    """
    reckoning = _Reckoning(session, requests)
    for place, request in enumerate(requests):
        try:
            reckoning.add(request)
        except Refused as refused:
            refused.place = place
            raise
    return reckoning.post(actor)


class _Reckoning:
    """A batch of awards: what is known of all of them at once, and then each in its turn."""

    def __init__(self, session: Session, requests: Sequence[AwardRequest]) -> None:
        self._session = session
        self._rules: dict[tuple[str, date], Rules | Refused] = {}
        self._programmes: dict[str, UUID] = {}
        for request in requests:
            self._look_up(request.programme, request.facts.happened_on)
        self._used = caps.hold_many(session, [key for request in requests for key in self._caps(request)])
        self._taken: dict[CapKey, int] = {}
        self._known: dict[tuple[str, UUID], list[Posting]] = {}
        sources = [request.source_id for request in requests]
        for one in queries.postings_of_many(session, sources, _KNOWN):
            self._known.setdefault((one.source_kind, one.source_id), []).append(one)
        self._new: dict[tuple[str, UUID], tuple[int, bytes, int]] = {}
        self._scored: list[tuple[AwardRequest, Rules, Score, tuple[Any, ...]]] = []
        self._awards: list[Award | int] = []
        """Of each request its earlier award, or the place of its score."""

    def add(self, request: AwardRequest) -> None:
        """Score the next request; what it takes of its caps is gone for those after it."""
        rules = self._rules[request.programme, request.facts.happened_on]
        if isinstance(rules, Refused):
            raise rules
        inputs = _inputs(request)
        hashed, source = input_hash(inputs), (request.source_kind, request.source_id)
        if source in self._new:
            revision, first, place = self._new[source]
            if request.revision == revision and hashed == first:
                self._awards.append(place)
                return
        earlier = _earlier(self._known.get(source, ()), request, hashed)
        if earlier is not None:
            self._awards.append(earlier)
            return
        if source in self._new:
            raise _other_facts() if self._new[source][0] == request.revision else _not_reversed()
        periods = {key.period: key for key in self._caps(request)}
        result = score(rules, request.facts, {period: self._used[key] for period, key in periods.items()})
        for one in result.taken:
            key = periods[one.period]
            self._used[key] += one.points
            self._taken[key] = self._taken.get(key, 0) + one.points
        place = len(self._scored)
        self._new[source] = request.revision, hashed, place
        self._scored.append((request, rules, result, inputs))
        self._awards.append(place)

    def post(self, actor: Actor) -> list[Award]:
        """Use the caps up and post all that was scored; return the awards in the order of the requests."""
        caps.take_many(self._session, self._taken)
        earning: dict[UUID, dict[UUID, None]] = {}
        for request, rules, result, _inputs_of in self._scored:
            if result.points:
                earning.setdefault(rules.programme_id, {})[request.party_id] = None
        held = {
            programme_id: accounts.of_many(self._session, programme_id, list(parties))
            for programme_id, parties in earning.items()
        }
        posted = postings.post_many(
            self._session,
            [
                _posting(
                    request, rules, result, inputs, held.get(rules.programme_id, {}).get(request.party_id, {})
                )
                for request, rules, result, inputs in self._scored
            ],
            actor=actor,
            verb="points.award_many",
        )
        new = [
            Award(one.id, result.points, result.redeemable, result.wording, one.is_new)
            for one, (_request, _rules, result, _inputs_of) in zip(posted, self._scored, strict=True)
        ]
        seen: set[int] = set()
        awards = []
        for found in self._awards:
            if isinstance(found, Award):
                awards.append(found)
                continue
            awards.append(new[found] if found not in seen else replace(new[found], is_new=False))
            seen.add(found)
        return awards

    def _look_up(self, programme: str, day: date) -> None:
        """Find the rules of a day once; what stands against it is raised when the request has its turn."""
        if (programme, day) in self._rules:
            return
        try:
            if programme not in self._programmes:
                self._programmes[programme] = rulesets.programme(self._session, programme).id
            self._rules[programme, day] = rulesets.in_force(self._session, self._programmes[programme], day)
        except Refused as refused:
            self._rules[programme, day] = refused

    def _caps(self, request: AwardRequest) -> list[CapKey]:
        rules = self._rules[request.programme, request.facts.happened_on]
        if isinstance(rules, Refused):
            return []
        return [
            CapKey(rules.programme_id, request.party_id, period)
            for period in cap_periods(rules, request.facts)
        ]


def _earlier(known: Iterable[Posting], request: AwardRequest, hashed: bytes) -> Award | None:
    """Return the award that this very revision has already got; refuse a second one of another."""
    of_source = [one for one in known if one.source_kind == request.source_kind]
    awards = [one for one in of_source if one.reason is Reason.AWARD]
    for one in awards:
        if one.revision == request.revision:
            if one.input_hash != hashed:
                raise _other_facts()
            told = _told(one)
            return Award(one.id, told["points"], told["redeemable"], told["wording"], is_new=False)
    reversed_revisions = {one.revision for one in of_source if one.reason is Reason.REVERSAL}
    if {one.revision for one in awards} - reversed_revisions:
        raise _not_reversed()
    return None


def _other_facts() -> Conflict:
    return Conflict(_("这件事已经按另一内容记过积分：请先冲正，再重新登记。"))


def _not_reversed() -> Conflict:
    return Conflict(_("这件事的上一次记账还没有冲正，不能再次记账。"))


def _posting(
    request: AwardRequest,
    rules: Rules,
    result: Score,
    inputs: tuple[Any, ...],
    held: Mapping[AccountKind, AccountRef],
) -> PostingRequest:
    return PostingRequest(
        programme_id=rules.programme_id,
        reason=Reason.AWARD,
        source_kind=request.source_kind,
        source_id=request.source_id,
        revision=request.revision,
        inputs=inputs,
        happened_on=request.facts.happened_on,
        transfers=_transfers(held, rules, result),
        party_id=request.party_id,
        ruleset_id=rules.id,
        rule_id=result.rule.id if result.rule else None,
        contribution_kind=request.facts.kind,
        acting_role=request.acting_role,
        region_code=request.region_code,
        explanation=_explanation(rules, request.facts, result, request.party_id),
    )


def _transfers(
    held: Mapping[AccountKind, AccountRef], rules: Rules, result: Score
) -> tuple[TransferRequest, ...]:
    if not result.points:
        return ()
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
