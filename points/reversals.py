"""The one door through which the points of a contribution are taken back.

Runs inside the caller's transaction: the contribution, its points and the audit row stand or fall together.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.permissions import Actor
from points.awards import Award
from points.ledger import postings, queries
from points.ledger.accounts import AccountRef
from points.ledger.kinds import Reason
from points.ledger.postings import PostingRequest, TransferRequest
from points.rulesets import caps
from points.rulesets.rules import CapPeriod, CapTaken


def reverse_award(session: Session, *, source_kind: str, source_id: UUID, reason: str, actor: Actor) -> Award:
    """Take back the award of a source: each transfer by one that names it, and what it took of its caps.

    ``reason`` goes to the audit log. A second call returns the first reversal. A purse may fall below zero.
    Raises NotFound when the source has no award.
    """
    awards = queries.postings_of(session, source_kind, source_id, Reason.AWARD)
    if not awards:
        raise NotFound(_("这件事没有记过积分，不需要冲正。"))
    latest = max(awards, key=lambda one: one.revision)
    told = _told(latest.explanation)
    taken = [
        CapTaken(CapPeriod(one["cap"], date.fromisoformat(one["from"])), one["points"])
        for one in told["taken"]
    ]
    party_id = UUID(told["party"])
    caps.hold(session, latest.programme_id, party_id, [one.period for one in taken])
    transfers = queries.transfers_of(session, latest.id)
    head = transfers[0] if transfers else None
    posted = postings.post(
        session,
        PostingRequest(
            programme_id=latest.programme_id,
            reason=Reason.REVERSAL,
            source_kind=source_kind,
            source_id=source_id,
            revision=latest.revision,
            inputs=(latest.id,),
            happened_on=date.fromisoformat(told["facts"]["happened_on"]),
            transfers=tuple(
                TransferRequest(
                    source=AccountRef(one.to_account_id, one.to_kind),
                    target=AccountRef(one.from_account_id, one.from_kind),
                    points=one.points,
                    wording=f"冲正：{one.wording}",
                    expires_on=one.expires_on,
                    reverses_id=one.id,
                )
                for one in transfers
            ),
            party_id=party_id,
            ruleset_id=head.ruleset_id if head else None,
            rule_id=head.rule_id if head else None,
            contribution_kind=head.contribution_kind if head else None,
            acting_role=head.acting_role if head else None,
            region_code=head.region_code if head else None,
            explanation=_json({"reverses": str(latest.id)}),
        ),
        actor=actor,
        verb="points.reverse",
        note=reason,
    )
    if posted.is_new:
        caps.give_back(session, latest.programme_id, party_id, taken)
    return Award(posted.id, -told["points"], -told["redeemable"], f"冲正：{told['wording']}", posted.is_new)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _told(explanation: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(explanation or "{}")
    return found
