"""The one door through which the points of a contribution are taken back.

Runs inside the caller's transaction: the contribution, its points and the audit row stand or fall together.
Lock order: the awards of the source, caps, disputed holds, balances.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.permissions import Actor, ensure_four_eyes
from points.awards import Award
from points.ledger import awarded, expiry, holds, postings, queries, words
from points.ledger.accounts import AccountRef
from points.ledger.kinds import HoldPurpose, Reason
from points.ledger.models import Posting
from points.ledger.postings import PostingRequest, TransferRequest
from points.ledger.queries import TransferView
from points.rulesets import caps
from points.rulesets.rules import CapPeriod, CapTaken


def reverse_award(session: Session, *, source_kind: str, source_id: UUID, reason: str, actor: Actor) -> Award:
    """Take back what a source has earned, its adjustments too: each transfer by one that names it; its caps are freed.

    Points that are held because they are disputed go back to their purse first; then somebody else must do
    this than who disputed them. ``reason`` goes to the audit log. A second call returns the first reversal. A
    purse may fall below zero by what was spent, never by what had ended. Raises NotFound when the source has
    no award.
    """
    awards = awarded.lock(session, source_kind, source_id)
    if not awards:
        raise NotFound(_("这件事没有记过积分，不需要冲正。"))
    latest = awards[-1]
    done = queries.postings_of(session, source_kind, source_id, Reason.REVERSAL)
    for one in done:
        if one.revision == latest.revision:
            return _first(session, one)
    standing = awarded.standing(session, source_kind, source_id)
    told = [awarded.told(one) for one in standing]
    taken = _taken(told)
    party_id = UUID(told[0]["party"])
    caps.hold(session, latest.programme_id, party_id, [one.period for one in taken])
    disputed = [
        hold
        for hold in holds.active_of_source(session, source_kind, source_id)
        if hold.purpose is HoldPurpose.DISPUTE
    ]
    ensure_four_eyes(actor, *(hold.held_by_id for hold in disputed))
    for hold in disputed:
        holds.release(session, hold, actor=actor, reason=reason)
    transfers = awarded.transfers(session, standing)
    request = _request(latest, standing, transfers, taken, told)
    posted = postings.post(session, request, actor=actor, verb="points.reverse", note=reason)
    caps.give_back(session, latest.programme_id, party_id, taken)
    if any(one.expires_on is not None and one.expires_on < clock.today() for one in transfers):
        expiry.give_back(
            session,
            programme_id=latest.programme_id,
            party_id=party_id,
            posting_id=posted.id,
            actor=actor,
        )
    return _award(posted.id, told, is_new=posted.is_new)


def _request(
    latest: Posting,
    standing: list[Posting],
    transfers: list[TransferView],
    taken: list[CapTaken],
    told: list[dict[str, Any]],
) -> PostingRequest:
    head = transfers[0] if transfers else None
    return PostingRequest(
        programme_id=latest.programme_id,
        reason=Reason.REVERSAL,
        source_kind=latest.source_kind,
        source_id=latest.source_id,
        revision=latest.revision,
        inputs=tuple(one.id for one in standing),
        happened_on=date.fromisoformat(told[0]["facts"]["happened_on"]),
        transfers=tuple(
            TransferRequest(
                source=AccountRef(one.to_account_id, one.to_kind),
                target=AccountRef(one.from_account_id, one.from_kind),
                points=one.points,
                wording=words.reversed_words(one.wording),
                expires_on=one.expires_on,
                reverses_id=one.id,
            )
            for one in transfers
        ),
        party_id=UUID(told[0]["party"]),
        ruleset_id=head.ruleset_id if head else None,
        rule_id=head.rule_id if head else None,
        contribution_kind=head.contribution_kind if head else None,
        acting_role=head.acting_role if head else None,
        region_code=head.region_code if head else None,
        explanation=awarded.explanation(
            {
                "party": told[0]["party"],
                "reverses": [str(one.id) for one in standing],
                "taken": [
                    {"cap": one.period.code, "from": one.period.starts_on.isoformat(), "points": -one.points}
                    for one in taken
                ],
            }
        ),
    )


def _taken(told: Iterable[dict[str, Any]]) -> list[CapTaken]:
    """Return what awards and adjustments together took of each cap."""
    sums: dict[CapPeriod, int] = {}
    for one in told:
        for cap in one["taken"]:
            period = CapPeriod(cap["cap"], date.fromisoformat(cap["from"]))
            sums[period] = sums.get(period, 0) + cap["points"]
    return [CapTaken(period, points) for period, points in sorted(sums.items()) if points]


def _first(session: Session, reversal: Posting) -> Award:
    """Return the reversal that was made before."""
    every = queries.postings_of(session, reversal.source_kind, reversal.source_id)
    named = set(awarded.reversed_by(awarded.told(reversal)))
    told = [awarded.told(one) for one in every if one.id in named]
    return _award(reversal.id, told, is_new=False)


def _award(key: UUID, told: list[dict[str, Any]], *, is_new: bool) -> Award:
    points, redeemable = (-sum(one[name] for one in told) for name in ("points", "redeemable"))
    return Award(key, points, redeemable, words.reversed_words(told[0]["wording"]), is_new)
