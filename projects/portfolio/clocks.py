"""The clocks of a project's steps, and whose limit covers its sum: what projects ask of deadlines and tiers."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.deadlines import deadlines
from app.deadlines import queries as deadline_queries
from app.deadlines.clocks import Clock
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from app.permissions import Actor, Permission
from projects.portfolio.models import Project
from projects.tiers import tiers
from projects.tiers.kinds import TierLevel, TierThing

SUBJECT = "project"
REVIEW = DeadlineKind("project.review", _l("帮扶项目初审"), "project.review", HolderLevel.TOWN)
APPROVAL = DeadlineKind("project.approve", _l("帮扶项目审批"), "project.approve", HolderLevel.COUNTY)
KINDS = (REVIEW, APPROVAL)


def start(session: Session, project: Project, kind: DeadlineKind, *, actor: Actor) -> None:
    """Start the clock of a step today, for the office at which the project waits."""
    assert project.holder_level is not None  # whoever starts a clock has said who holds the project
    deadlines.start(
        session,
        kind,
        subject_kind=SUBJECT,
        subject_id=project.id,
        region_code=project.region_code,
        on=clock.today(),
        actor=actor,
        holder_level=HolderLevel(project.holder_level.value),
    )


def meet(session: Session, project: Project, kind: DeadlineKind, *, actor: Actor) -> date | None:
    """Stop the clock of a step that is taken; return the day by which it was due, None when no clock ran."""
    found = deadlines.meet(session, SUBJECT, project.id, kind, on=clock.today(), actor=actor)
    return found.due_on if found else None


def cancel(session: Session, project: Project, *, actor: Actor) -> None:
    """Stop every clock of a project that is not gone on with."""
    deadlines.cancel_all(session, SUBJECT, project.id, actor=actor)


def running(session: Session, project_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Clock]:
    """Return for each project the clock that ends first of those that run; absent where none does."""
    found = deadline_queries.of(session, SUBJECT, project_ids)
    return {key: clocks[0] for key, clocks in found.items() if clocks}


def approving_level(session: Session, project: Project, *, on: date) -> TierLevel:
    """Return the level that approves such a sum there on a day; a town reviews projects and approves none.

    Raises Conflict where the table has no level for it.
    """
    tier = tiers.level_for(
        session, TierThing.PROJECT, amount_fen=project.budget_fen, region_code=project.region_code, on=on
    )
    return TierLevel.COUNTY if tier.level is TierLevel.TOWN else tier.level


def ensure_limit(session: Session, project: Project, actor: Actor) -> None:
    """Return when the actor's office may approve the project's sum. Raises NotAllowed naming whose it is."""
    level = project.level or approving_level(session, project, on=clock.today())
    tiers.ensure_level(actor, level, project.region_code, permission=Permission.APPROVE_PROJECTS)


def shown(session: Session, project_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls projects, and where staff read them."""
    wanted = select(Project.id, Project.code, Project.number, Project.name).where(Project.id.in_(project_ids))
    return {
        key: Shown(f"{number} {name}", f"/staff/projects/{code}")
        for key, code, number, name in session.execute(wanted)
    }
