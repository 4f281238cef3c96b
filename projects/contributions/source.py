"""Tells the ledger below what a contribution was, for "why 312 points?" (``points.sources``)."""

from collections.abc import Iterable
from uuid import UUID

from flask import has_request_context, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.permissions import Actor, Permission
from app.regions.rules import contains
from points.sources import SourceStory
from projects.catalogue.models import CatalogueItem
from projects.contributions.models import Contribution


def tell(session: Session, source_ids: Iterable[UUID], actor: Actor) -> dict[UUID, SourceStory]:
    """Return for each contribution what it was, and the page on which this reader may open it."""
    rows = session.execute(
        select(Contribution, CatalogueItem.name)
        .join(CatalogueItem, CatalogueItem.id == Contribution.item_id)
        .where(Contribution.id.in_(list(source_ids)))
    )
    return {
        one.id: SourceStory(f"{one.kind.label} · {item}", one.happened_on, page_of(one, actor))
        for one, item in rows
    }


def page_of(contribution: Contribution, actor: Actor) -> str | None:
    """Return the address of the page on which this reader may open a contribution, or None."""
    if not has_request_context():
        return None
    mine = set(actor.organisations(Permission.LOG_CONTRIBUTIONS)) | {actor.person_id}
    if contribution.organisation_id in mine or contribution.party_id in mine:
        return url_for("contributions_member.show", code=contribution.code)
    if any(contains(one, contribution.region_code) for one in actor.regions(Permission.READ_CONTRIBUTIONS)):
        return url_for("contributions_staff.show", code=contribution.code)
    return None
