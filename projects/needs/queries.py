"""Reads of needs."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports.world import World
from app.rows import parts
from projects.catalogue.models import CatalogueItem
from projects.needs.models import ProjectNeed
from projects.portfolio.shelf import KnownProject


def fetch_needs(world: World, projects: Sequence[KnownProject]) -> None:
    """Fill in what these projects of the register need."""
    if world.session is None:
        return
    by_id = {one.id: one for one in projects}
    for part in parts(projects):
        some = [one.id for one in part]
        rows = world.session.execute(
            select(ProjectNeed.project_id, CatalogueItem.name, ProjectNeed.quantity_thousandths)
            .join(CatalogueItem, CatalogueItem.id == ProjectNeed.item_id)
            .where(ProjectNeed.project_id.in_(some))
        )
        for project_id, item, quantity in rows:
            by_id[project_id].needs[item] = quantity


def needs_of(session: Session, project_id: uuid.UUID) -> list[ProjectNeed]:
    """Return what a project needs, in the order in which it was entered."""
    wanted = select(ProjectNeed).where(ProjectNeed.project_id == project_id).order_by(ProjectNeed.id)
    return list(session.scalars(wanted))
