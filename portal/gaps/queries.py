"""What open projects need and what is offered, by place and item. Sums alone: no project, party or village is named.

A need of a village counts for its town, so that no number tells of a handful of families; a need of a whole county or
city stands at that county or city. An offer counts wherever it may be used: in its own places, in what lies in them,
and what is offered for the whole city everywhere. Two places may count the same offer, so their offers do not add
up; those of all of them together are counted once.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.regions import queries as regions
from app.regions.models import RegionLevel
from app.regions.rules import ancestors, padded, within
from points.rulesets.kinds import ContributionKind
from projects.catalogue.models import CatalogueItem
from projects.needs.models import ProjectNeed
from projects.offers.models import Offer, OfferArea
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project

OPEN = (ProjectState.OPEN, ProjectState.RUNNING)
"""Projects whose needs are open: approved, and not closing yet."""
Quantities = Mapping[uuid.UUID, int]
"""By item: thousandths of its base unit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item in one area, in thousandths of its base unit. ``places``: in how many places too little is offered."""

    item: CatalogueItem
    needed: int
    offered: int
    places: int = 0

    @property
    def gap(self) -> int:
        """How much is lacking."""
        return max(self.needed - self.offered, 0)


@dataclass(frozen=True, slots=True)
class PlaceGaps:
    """One place with its lines, what lacks most first. ``is_whole``: what the whole area needs, not one place of it."""

    code: str
    name: str
    lines: Sequence[Line]
    is_whole: bool = False

    @property
    def lacking(self) -> Sequence[Line]:
        """The lines of which too little is offered."""
        return [one for one in self.lines if one.gap]


@dataclass(frozen=True, slots=True)
class Gaps:
    """An area: its places, and its items over all of them."""

    area: str
    name: str
    level: RegionLevel
    places: Sequence[PlaceGaps]
    items: Sequence[Line]


def gaps(session: Session, area: str, *, kind: ContributionKind | None = None) -> Gaps:
    """Return what is needed and offered in an area: a city by its counties, a county by its towns.

    Anything smaller is shown as its county.
    """
    area = _area(session, area)
    level = RegionLevel.COUNTY if area.endswith("00000000") else RegionLevel.TOWN
    digits = 6 if level is RegionLevel.COUNTY else 9
    needed = _needed(session, area, digits, kind)
    items = _items(session, {key for sums in needed.values() for key in sums})
    local, wide = _offered(session, area, digits, kind), _offered_everywhere(session, area, kind)
    children = regions.options(session, within=area, deepest=level, on=clock.today())
    here = [(one.code, one.name) for one in children if one.level is level]
    name = regions.full_name(session, area)
    places = [
        PlaceGaps(code, called, _lines(items, needed.get(code, {}), local.get(code, {}), wide))
        for code, called in here
    ]
    if needed.get(area):
        places.append(PlaceGaps(area, name, _lines(items, needed[area], {}, wide), is_whole=True))
    lacking = [{one.item.id for one in place.lacking} for place in places if not place.is_whole]
    total, given = _sum(needed.values()), _offered_once(session, area, kind)
    lines = [
        Line(item, total[key], given.get(key, 0), sum(key in one for one in lacking))
        for key, item in items.items()
    ]
    return Gaps(area, name, level, places, sorted(lines, key=_most_lacking))


def _area(session: Session, area: str) -> str:
    """Return the county or city in which a place lies."""
    found = regions.find(session, area)
    if found is None or found.level in (RegionLevel.CITY, RegionLevel.COUNTY):
        return area
    return padded(area[:6])


def _lines(
    items: Mapping[uuid.UUID, CatalogueItem], needed: Quantities, local: Quantities, wide: Quantities
) -> list[Line]:
    found = [
        Line(items[key], quantity, local.get(key, 0) + wide.get(key, 0)) for key, quantity in needed.items()
    ]
    return sorted(found, key=_most_lacking)


def _needed(
    session: Session, area: str, digits: int, kind: ContributionKind | None
) -> dict[str, dict[uuid.UUID, int]]:
    place = func.substr(Project.region_code, 1, digits)
    query = (
        select(place, ProjectNeed.item_id, func.sum(ProjectNeed.quantity_thousandths))
        .join(Project, Project.id == ProjectNeed.project_id)
        .where(Project.state.in_(OPEN), Project.end_on >= clock.today(), within(Project.region_code, area))
        .group_by(place, ProjectNeed.item_id)
    )
    return _by_place(session.execute(_of_kind(query, ProjectNeed.item_id, kind)))


def _offered(
    session: Session, area: str, digits: int, kind: ContributionKind | None
) -> dict[str, dict[uuid.UUID, int]]:
    """Return what is offered for single places of an area, each offer once in each place."""
    place = func.substr(OfferArea.region_code, 1, digits).label("place")
    each = (
        select(place, OfferArea.offer_id)
        .where(
            within(OfferArea.region_code, area),
            OfferArea.region_code != area,
            OfferArea.offer_id.not_in(_wide(area)),
        )
        .distinct()
        .subquery()
    )
    query = (
        select(each.c.place, Offer.item_id, func.sum(Offer.quantity_thousandths))
        .join(Offer, Offer.id == each.c.offer_id)
        .where(Offer.end_on >= clock.today())
        .group_by(each.c.place, Offer.item_id)
    )
    return _by_place(session.execute(_of_kind(query, Offer.item_id, kind)))


def _offered_everywhere(session: Session, area: str, kind: ContributionKind | None) -> dict[uuid.UUID, int]:
    """Return what may be used anywhere in an area."""
    return _quantities(session, _wide(area), kind)


def _offered_once(session: Session, area: str, kind: ContributionKind | None) -> dict[uuid.UUID, int]:
    """Return what may be used somewhere in an area, each offer once."""
    somewhere = or_(within(OfferArea.region_code, area), OfferArea.region_code.in_(ancestors(area)))
    return _quantities(session, select(OfferArea.offer_id).where(somewhere), kind)


def _wide(area: str) -> Select[uuid.UUID]:
    """Return the offers that name an area itself or what it lies in."""
    return select(OfferArea.offer_id).where(OfferArea.region_code.in_((area, *ancestors(area))))


def _quantities(
    session: Session, offers: Select[uuid.UUID], kind: ContributionKind | None
) -> dict[uuid.UUID, int]:
    query = (
        select(Offer.item_id, func.sum(Offer.quantity_thousandths))
        .where(Offer.end_on >= clock.today(), Offer.id.in_(offers))
        .group_by(Offer.item_id)
    )
    return {key: int(quantity) for key, quantity in session.execute(_of_kind(query, Offer.item_id, kind))}


def _of_kind(query: Any, item_id: Any, kind: ContributionKind | None) -> Any:
    if kind is None:
        return query
    return query.join(CatalogueItem, CatalogueItem.id == item_id).where(CatalogueItem.kind == kind)


def _by_place(rows: Iterable[tuple[str, uuid.UUID, int]]) -> dict[str, dict[uuid.UUID, int]]:
    found: dict[str, dict[uuid.UUID, int]] = {}
    for place, item_id, quantity in rows:
        found.setdefault(padded(place), {})[item_id] = int(quantity)
    return found


def _sum(parts: Iterable[Quantities]) -> dict[uuid.UUID, int]:
    found: dict[uuid.UUID, int] = {}
    for part in parts:
        for key, quantity in part.items():
            found[key] = found.get(key, 0) + quantity
    return found


def _items(session: Session, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, CatalogueItem]:
    found = session.scalars(select(CatalogueItem).where(CatalogueItem.id.in_(list(keys))))
    return {one.id: one for one in found}


def _most_lacking(line: Line) -> tuple[bool, int, int]:
    """Order: what lacks most of what is needed first, then as the catalogue has it."""
    share = line.gap * 1000 // line.needed if line.needed else 0
    return (not line.gap, -share, line.item.position)
