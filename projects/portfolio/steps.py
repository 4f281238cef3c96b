"""The history of a project: moves, their rows, their words; and the guards that every verb of projects asks."""

import uuid
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.errors import Conflict
from app.ids import new_id
from app.permissions import Actor
from app.states import ensure_move
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project, ProjectNote, ProjectStep
from projects.portfolio.rules import MOVES


def hold(session: Session, project_id: uuid.UUID) -> Project:
    """Return a project under a lock, read afresh. Raises NotFound."""
    return db.lock(session, Project, project_id)


def ensure_state(project: Project, *wanted: ProjectState) -> None:
    """Return while a project stands where a step may be taken; else raise Conflict that says where it stands."""
    if project.state not in wanted:
        raise Conflict(
            _(
                "这个项目现在是“%(state)s”，可能已经有人办理过了。请看最新的经过，不必再办。",
                state=project.state.label,
            )
        )


def ensure_fresh(project: Project, revision: int) -> None:
    """Return when the page showed the project as it is now. Raises Conflict for an older one."""
    if project.revision != revision:
        raise Conflict(_("您打开这一页以后，项目内容有改动。请重新打开，看过现在的内容再办理。"))


def begin(session: Session, project: Project, *, actor: Actor) -> uuid.UUID:
    """Write the first step of a project that has just been made."""
    return _write(session, project, None, actor=actor)


def move(
    session: Session,
    project: Project,
    new: ProjectState,
    *,
    actor: Actor,
    note: str = "",
    due_on: date | None = None,
) -> uuid.UUID:
    """Bring a locked project into a state and write the step; return its key.

    ``due_on``: the day by which the step should have been taken; a late one stays to be read as late. Raises
    Conflict when this is no move.
    """
    ensure_move(MOVES, project.state, new)
    old, project.state, project.state_since = project.state, new, clock.now()
    return _write(session, project, old, actor=actor, note=note, due_on=due_on)


def _write(
    session: Session,
    project: Project,
    old: ProjectState | None,
    *,
    actor: Actor,
    note: str = "",
    due_on: date | None = None,
) -> uuid.UUID:
    step = ProjectStep(
        id=new_id(),
        project_id=project.id,
        from_state=old,
        to_state=project.state,
        happened_at=project.state_since,
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
        revision=project.revision,
        budget_fen=project.budget_fen,
        due_on=due_on,
    )
    session.add(step)
    session.flush()
    session.add(ProjectNote(step_id=step.id, actor_name=actor.name[:60], note=note.strip() or None))
    session.flush()
    return step.id
