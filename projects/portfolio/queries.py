"""Reads of projects."""

import uuid

from sqlalchemy.orm import Session

from projects.portfolio.models import Project


def title_of(session: Session, project_id: uuid.UUID | None) -> str | None:
    """Return a project's number and name as pages show them, or None when there is none."""
    project = session.get(Project, project_id) if project_id is not None else None
    return None if project is None else f"{project.number} {project.name}"
