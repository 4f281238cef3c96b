"""Reads of the catalogue."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from points.rulesets.kinds import ContributionKind
from projects.catalogue.models import CatalogueItem


def offered(session: Session, *kinds: ContributionKind) -> list[CatalogueItem]:
    """Return the items that forms offer, of these kinds or of all, in the order of the list."""
    wanted = select(CatalogueItem).where(CatalogueItem.is_offered).order_by(CatalogueItem.position)
    if kinds:
        wanted = wanted.where(CatalogueItem.kind.in_(kinds))
    return list(session.scalars(wanted))


def by_slug(session: Session, slug: str) -> CatalogueItem:
    """Return the item of a slug. Raises InvalidInput (field ``item``) when there is none."""
    # A batch asks for the same few items again and again within one transaction.
    seen: dict[str, CatalogueItem] = session.info.setdefault("catalogue", {})
    item = seen.get(slug) or session.scalar(select(CatalogueItem).where(CatalogueItem.slug == slug))
    if item is None:
        raise InvalidInput(_("目录里没有这一事项，请重新选择。"), field="item")
    seen[slug] = item
    return item


def found(session: Session, slug: str) -> CatalogueItem:
    """Return the item of a slug for its page. Raises NotFound."""
    item = session.scalar(select(CatalogueItem).where(CatalogueItem.slug == slug))
    if item is None:
        raise NotFound(_("目录里没有这一事项。"))
    return item


def get(session: Session, item_id: uuid.UUID) -> CatalogueItem:
    """Return the item of a key that another row names."""
    item = session.get(CatalogueItem, item_id)
    assert item is not None, "an item is never deleted"
    return item


def factor_of(item: CatalogueItem, unit: str) -> int:
    """Return a unit's factor to the item's base unit, in thousandths. Raises InvalidInput (field ``unit``)."""
    for known in item.units:
        if known.name == unit:
            return known.factor_thousandths
    units = "、".join(known.name for known in item.units)
    raise InvalidInput(_("“%(item)s”的单位只能是：%(units)s。", item=item.name, units=units), field="unit")


def every(session: Session, kind: ContributionKind | None = None) -> list[CatalogueItem]:
    """Return all items, also those no longer offered, of a kind or of all, in the order of kinds and of the list."""
    wanted = select(CatalogueItem).order_by(CatalogueItem.position)
    if kind is not None:
        wanted = wanted.where(CatalogueItem.kind == kind)
    order = list(ContributionKind)
    return sorted(session.scalars(wanted), key=lambda item: order.index(item.kind))
