"""What anybody may read of contributions: only those that count, never their words or evidence.

Sums are over verified figures. Money in fen, time in minutes, points in centipoints.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from app.parties.models import Party
from points.rulesets.kinds import ContributionKind
from projects.catalogue.models import CatalogueItem
from projects.contributions.models import Contribution
from projects.contributions.rules import ContributionState

COUNTED = Contribution.state == ContributionState.AWARDED


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over contributions that count."""

    count: int
    amount_fen: int
    minutes: int
    centipoints: int


@dataclass(frozen=True, slots=True)
class Published:
    """A contribution that counts, with its giver and its item."""

    contribution: Contribution
    giver: Party
    item: CatalogueItem


def totals(
    session: Session,
    *,
    among: ColumnElement[bool] | None = None,
    party_id: uuid.UUID | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Totals:
    """Return the sums of the city, of what one party gave, or of those ``among``; both days counted."""
    wanted = select(
        func.count(),
        func.coalesce(func.sum(Contribution.verified_amount_fen), 0),
        func.coalesce(func.sum(Contribution.verified_minutes), 0),
        func.coalesce(func.sum(Contribution.awarded_centipoints), 0),
    ).where(COUNTED)
    if party_id is not None:
        wanted = wanted.where(Contribution.party_id == party_id)
    if since is not None:
        wanted = wanted.where(Contribution.happened_on >= since)
    if until is not None:
        wanted = wanted.where(Contribution.happened_on <= until)
    if among is not None:
        wanted = wanted.where(among)
    return Totals(*(int(figure or 0) for figure in session.execute(wanted).one()))


def organised_minutes(session: Session, organisation_id: uuid.UUID) -> int:
    """Return the service time of other parties (its volunteers) that an organisation wrote down and that counts."""
    wanted = select(func.coalesce(func.sum(Contribution.verified_minutes), 0)).where(
        COUNTED, Contribution.organisation_id == organisation_id, Contribution.party_id != organisation_id
    )
    return int(session.scalar(wanted) or 0)


def centipoints_by_month(
    session: Session, months: Sequence[date], *, among: ColumnElement[bool] | None = None
) -> dict[date, int]:
    """Return the points of the city, or of those ``among``, in each given month (its first day).

    A contribution's points count in the month in which it happened.
    """
    found = dict.fromkeys(months, 0)
    if not months:
        return found
    rows = session.execute(
        select(Contribution.happened_on, func.coalesce(func.sum(Contribution.awarded_centipoints), 0))
        .where(COUNTED, Contribution.happened_on >= min(months), true() if among is None else among)
        .group_by(Contribution.happened_on)
    )
    for day, centipoints in rows:
        if (month := day.replace(day=1)) in found:
            found[month] += int(centipoints or 0)
    return found


def newest(session: Session, limit: int) -> list[Published]:
    """Return the contributions that were written down last, of those that count."""
    wanted = _named().where(COUNTED).order_by(Contribution.id.desc())
    return [Published(*row) for row in session.execute(wanted.limit(limit))]


def of_party(
    party_id: uuid.UUID, kind: ContributionKind | None = None
) -> Select[Contribution, Party, CatalogueItem]:
    """Return the statement of what a party gave and counts, unordered, for paging: contribution, giver, item."""
    wanted = _named().where(COUNTED, Contribution.party_id == party_id)
    return wanted if kind is None else wanted.where(Contribution.kind == kind)


def _named() -> Select[Contribution, Party, CatalogueItem]:
    return (
        select(Contribution, Party, CatalogueItem)
        .join(Party, Party.id == Contribution.party_id)
        .join(CatalogueItem, CatalogueItem.id == Contribution.item_id)
    )
