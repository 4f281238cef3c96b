"""What a line is about: its source; of points that were set aside, the thing for which they were."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.permissions import ANYONE, Actor
from points import sources
from points.ledger.hold_models import Hold
from points.ledger.holds import SOURCE as HOLD
from points.ledger.lines import StatementLine
from points.sources import SourceStory

Origin = tuple[str, UUID]
"""Kind and key of a thing that somebody can tell about."""


def origins(session: Session, shown: Sequence[StatementLine]) -> dict[UUID, Origin]:
    """Return the origins of lines by transfer."""
    keys = {one.source_id for one in shown if one.source_kind == HOLD}
    held: Mapping[UUID, Origin] = {}
    if keys:
        found = session.execute(select(Hold.id, Hold.source_kind, Hold.source_id).where(Hold.id.in_(keys)))
        held = {row.id: (row.source_kind, row.source_id) for row in found}
    return {one.transfer_id: held.get(one.source_id, (one.source_kind, one.source_id)) for one in shown}


def stories(session: Session, shown: Sequence[StatementLine], actor: Actor | None) -> dict[UUID, SourceStory]:
    """Return by transfer what lines are about, as far as a reader may know (None: the public)."""
    known = origins(session, shown)
    told = sources.stories(session, known.values(), actor or ANYONE)
    return {key: told[source_id] for key, (_kind, source_id) in known.items() if source_id in told}
