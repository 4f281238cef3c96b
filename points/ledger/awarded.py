"""What a source (a contribution) has earned that still stands: its awards and adjustments but what was reversed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.ledger import queries
from points.ledger.kinds import AccountKind, Purse, Reason
from points.ledger.models import Posting
from points.ledger.queries import TransferView


def lock(session: Session, source_kind: str, source_id: UUID) -> list[Posting]:
    """Lock and return the awards of a source, oldest first; none when it was never awarded.

    Whoever reverses, adjusts or disputes takes this lock first, so that they come one after the other.
    """
    found = session.scalars(
        select(Posting)
        .where(
            Posting.source_id == source_id,
            Posting.source_kind == source_kind,
            Posting.reason == Reason.AWARD,
        )
        .order_by(Posting.revision)
        .with_for_update()
    )
    return list(found)


def standing(session: Session, source_kind: str, source_id: UUID) -> list[Posting]:
    """Return the awards and adjustments of a source that no reversal names, oldest first."""
    every = queries.postings_of(session, source_kind, source_id)
    gone = {key for one in every if one.reason is Reason.REVERSAL for key in reversed_by(told(one))}
    kinds = (Reason.AWARD, Reason.ADJUSTMENT)
    return sorted(
        (one for one in every if one.reason in kinds and one.id not in gone), key=lambda one: one.id
    )


def transfers(session: Session, of: Sequence[Posting]) -> list[TransferView]:
    """Return the transfers of postings, in the order of the postings."""
    return [one for posting in of for one in queries.transfers_of(session, posting.id)]


def net(found: Sequence[TransferView], purse: Purse) -> int:
    """Return the centipoints that transfers brought to a purse less those that they took from it."""
    kind = AccountKind(purse.value)
    comes = sum(one.points for one in found if one.to_kind is kind)
    return comes - sum(one.points for one in found if one.from_kind is kind)


def told(posting: Posting) -> dict[str, Any]:
    """Return what a posting explains: facts, rule, what it took of the caps."""
    found: dict[str, Any] = json.loads(posting.explanation or "{}")
    return found


def reversed_by(explained: Mapping[str, Any]) -> list[UUID]:
    """Return the postings that a reversal names. The first version of this program named one, as a plain text."""
    named = explained.get("reverses", [])
    return [UUID(key) for key in ([named] if isinstance(named, str) else named)]


def explanation(value: Mapping[str, Any]) -> str:
    """Return an explanation as it is stored and signed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
