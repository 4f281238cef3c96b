"""What a project needs, as a part of its page."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.feature import Door
from app.permissions import Actor
from projects.catalogue.models import CatalogueItem
from projects.contributions.documents import quantity_text
from projects.needs.models import ProjectNeed
from projects.portfolio.models import Project
from projects.portfolio.sections import Section


def tell(session: Session, project: Project, _door: Door, _actor: Actor) -> Section | None:
    """Return the list of needs, the most urgent first, or None when the project names none."""
    wanted = (
        select(ProjectNeed, CatalogueItem.name)
        .join(CatalogueItem, CatalogueItem.id == ProjectNeed.item_id)
        .where(ProjectNeed.project_id == project.id)
    )
    found = sorted(session.execute(wanted), key=lambda row: (-(row[0].urgency or 0), row[0].id))
    rows = [
        {
            "item": name,
            "quantity": f"{quantity_text(need.entered_thousandths)} {need.unit}",
            "qualification": need.qualification,
        }
        for need, name in found
    ]
    return (
        Section(_("需求"), "projects/_needs.html", rows, _("%(count)d 项", count=len(rows))) if rows else None
    )
