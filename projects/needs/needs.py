"""The verbs of needs: take in many from a list with their projects, and take them out again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Conflict, InvalidInput
from app.ids import new_code, new_id
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties import locks
from app.permissions import Actor, Permission, ensure_may
from app.rows import parts
from projects.catalogue.shelf import KnownItem, Quantity
from projects.contributions.models import Contribution
from projects.needs.models import ProjectNeed
from projects.portfolio.models import Project, ProjectState, ProjectStep
from projects.portfolio.shelf import KnownProject, Projects
from projects.tiers.rules import level_of_region

MOST_OF_A_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class NeedData:
    """A project as its line gives it, and what the line says it needs."""

    project: KnownProject
    item: KnownItem
    quantity: Quantity
    qualification: str | None
    urgency: int | None


def record_many(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Take in needs, and the projects that are new, waiting for review. One audit event for the batch."""
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    wanted: list[NeedData] = [verdict.data for _row, verdict in rows]
    for region in {one.project.region_code for one in wanted}:
        ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
    locks.hold(session, (one.project.organisation_id for one in wanted))
    moment = clock.now()
    projects: dict[str, tuple[uuid.UUID, KnownProject]] = {}
    for known in Projects(scope_of).want(one.project.number for one in wanted):
        assert known.id is not None
        projects[known.number] = known.id, known
    fresh: list[dict[str, Any]] = []
    needs: list[dict[str, Any]] = []
    things: list[uuid.UUID | None] = []
    refused: dict[int, str] = {}
    taken = _taken(session, [key for key, _known in projects.values()])
    for place, one in enumerate(wanted):
        there = projects.get(one.project.number)
        if there is None:
            there = projects[one.project.number] = new_id(), one.project
            fresh.append(
                {
                    "id": there[0],
                    "code": new_code(),
                    "number": one.project.number,
                    "name": one.project.name,
                    "organisation_id": one.project.organisation_id,
                    "region_code": one.project.region_code,
                    "start_on": one.project.start_on,
                    "end_on": one.project.end_on,
                    "state": ProjectState.SUBMITTED,
                    "state_since": moment,
                    "created_at": moment,
                    "entered_by_id": actor.person_id,
                    "holder_level": level_of_region(one.project.region_code),
                }
            )
        if there[1].content != one.project.content or (there[0], one.item.id) in taken:
            refused[place] = _("项目编号 %(number)s 已有登记，内容不同。", number=one.project.number)
            things.append(None)
            continue
        assert one.item.id is not None
        taken.add((there[0], one.item.id))
        things.append(new_id())
        needs.append(
            {
                "id": things[-1],
                "project_id": there[0],
                "item_id": one.item.id,
                "quantity_thousandths": one.quantity.thousandths,
                "entered_thousandths": one.quantity.entered_thousandths,
                "unit": one.quantity.unit,
                "qualification": one.qualification,
                "urgency": one.urgency,
                "created_at": moment,
            }
        )
    if fresh:
        session.execute(insert(Project), fresh)
    if needs:
        session.execute(insert(ProjectNeed), needs)
    keys = [one for one in things if one is not None]
    after = {"count": len(keys), "projects": len(fresh), "sha256_of_keys": events.digest_of(keys)}
    events.record(session, "need.record_many", "project_need", None, actor=actor, after=after)
    return Admission(tuple(things), refused)


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take out needs, and projects that then need nothing.

    Raises Conflict when a contribution names one, and when one has been judged: what was decided stays.
    """
    rows: list[Any] = []
    for some in parts(things):
        rows += session.execute(
            select(Project.id, Project.number, Project.region_code)
            .join(ProjectNeed, ProjectNeed.project_id == Project.id)
            .where(ProjectNeed.id.in_(some))
            .distinct()
        ).all()
    projects = {key: number for key, number, _region in rows}
    for region in {region for _key, _number, region in rows}:
        ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
    for some in parts(list(projects)):
        used = session.scalar(
            select(Contribution.project_id).where(Contribution.project_id.in_(some)).limit(1)
        )
        if used is not None:
            raise Conflict(_("项目 %(number)s 已有贡献登记，请先撤销那些贡献。", number=projects[used]))
        # Under a lock: a project that somebody judges at this moment is judged before this, or not at all.
        session.execute(select(Project.id).where(Project.id.in_(some)).with_for_update()).all()
        judged = session.scalar(
            select(ProjectStep.project_id).where(ProjectStep.project_id.in_(some)).limit(1)
        )
        if judged is not None:
            raise Conflict(_("项目 %(number)s 已经进入审核，不能再撤销。", number=projects[judged]))
    for some in parts(things):
        session.execute(delete(ProjectNeed).where(ProjectNeed.id.in_(some)))
    for some in parts(list(projects)):
        left = select(ProjectNeed.project_id)
        session.execute(delete(Project).where(Project.id.in_(some), Project.id.not_in(left)))
    after = {"count": len(things), "sha256_of_keys": events.digest_of(things)}
    events.record(session, "need.undo_many", "project_need", None, actor=actor, after=after, reason=reason)


def _taken(session: Session, projects: Sequence[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID | None]]:
    taken: set[tuple[uuid.UUID, uuid.UUID | None]] = set()
    for some in parts(projects):
        rows = session.execute(
            select(ProjectNeed.project_id, ProjectNeed.item_id).where(ProjectNeed.project_id.in_(some))
        )
        taken.update((project_id, item_id) for project_id, item_id in rows)
    return taken
