"""Reading holds, cut to the regions of whoever reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.paging import Order, Page, fetch
from app.parties import queries as parties
from app.parties.models import Party
from app.permissions import Actor, Permission, ensure_may
from app.rows import among
from points.ledger import awarded
from points.ledger.hold_models import Hold
from points.ledger.kinds import HoldPurpose, HoldState, Purse, Reason
from points.ledger.models import Posting
from points.ledger.queries import TransferView


@dataclass(frozen=True, slots=True)
class Disputable:
    """A contribution's points as one who may dispute them sees them. Points in centipoints."""

    party: Party
    honour: int
    redeemable: int
    holds: Sequence[Hold]
    """All disputes of it, newest first."""

    @property
    def active(self) -> list[Hold]:
        """The holds that are not ended."""
        return [hold for hold in self.holds if hold.state is HoldState.ACTIVE]


def active(
    session: Session,
    actor: Actor,
    purpose: HoldPurpose | None = None,
    *,
    after: str | None = None,
    before: str | None = None,
) -> Page[tuple[Hold, Party]]:
    """Return a page of active holds of parties in the actor's regions, the oldest first."""
    query = (
        select(Hold, Party)
        .join(Party, Party.id == Hold.party_id)
        .where(Hold.state == HoldState.ACTIVE, parties.in_regions(actor, Permission.READ_POINTS))
    )
    if purpose is not None:
        query = query.where(Hold.purpose == purpose)
    return fetch(session, query, (Order(Hold.held_at), Order(Hold.id)), after=after, before=before)


def disputed_count(session: Session, actor: Actor) -> int:
    """Return how many disputes wait for a decision in the actor's regions."""
    query = (
        select(func.count(func.distinct(Hold.source_id)))
        .select_from(Hold)
        .join(Party, Party.id == Hold.party_id)
        .where(
            Hold.state == HoldState.ACTIVE,
            Hold.purpose == HoldPurpose.DISPUTE,
            parties.in_regions(actor, Permission.HOLD_POINTS),
        )
    )
    return session.scalar(query) or 0


def disputable(session: Session, source_kind: str, source_id: UUID, actor: Actor) -> Disputable:
    """Return what a contribution has earned and its disputes. Raises NotFound, or NotAllowed for another region's."""
    standing = awarded.standing(session, source_kind, source_id)
    found = session.scalars(
        select(Hold)
        .where(
            Hold.source_id == source_id,
            Hold.source_kind == source_kind,
            Hold.purpose == HoldPurpose.DISPUTE,
        )
        .order_by(Hold.id.desc())
    ).all()
    if standing:
        party_id = UUID(awarded.told(standing[0])["party"])
    elif found:
        party_id = found[0].party_id
    else:
        raise NotFound(_("这件事没有记着积分。"))
    party = session.get_one(Party, party_id)
    ensure_may(actor, Permission.READ_POINTS, region_code=party.region_code)
    transfers: list[TransferView] = awarded.transfers(session, standing)
    return Disputable(
        party,
        awarded.net(transfers, Purse.HONOUR),
        awarded.net(transfers, Purse.REDEEMABLE),
        found,
    )


def may_be_disputed(session: Session, awarded_ids: Collection[UUID], *, any_held: bool) -> set[UUID]:
    """Return which of these awarded sources of a party have an award that stands and are not disputed now.

    ``any_held``: whether the party has held points at all; who has none has no dispute.
    """
    if not awarded_ids:
        return set()
    taken_back = _last_revisions(session, awarded_ids, Reason.REVERSAL)
    again = _last_revisions(session, taken_back, Reason.AWARD)
    standing = {key for key in awarded_ids if key not in taken_back or again[key] > taken_back[key]}
    if not any_held:
        return standing
    disputed = session.scalars(
        select(Hold.source_id).where(
            among(session, Hold.source_id, standing),
            Hold.state == HoldState.ACTIVE,
            Hold.purpose == HoldPurpose.DISPUTE,
        )
    )
    return standing - set(disputed)


def _last_revisions(session: Session, source_ids: Collection[UUID], reason: Reason) -> dict[UUID, int]:
    """Return the last revision of sources in which they were posted for a reason; a reversal has its award's."""
    if not source_ids:
        return {}
    rows = session.execute(
        select(Posting.source_id, func.max(Posting.revision))
        .where(among(session, Posting.source_id, source_ids), Posting.reason == reason)
        .group_by(Posting.source_id)
    )
    return {row[0]: row[1] for row in rows}
