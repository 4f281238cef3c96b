"""Reads of projects: lists, one thing with its history, what waits at the desk.

A list costs what its page costs: it is paged by key, and each way of narrowing it has an index.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app import paging
from app.errors import NotFound
from app.paging import Order
from app.parties.models import Party
from app.permissions import Actor, Permission
from app.regions.rules import within, within_any
from projects.portfolio.kinds import CampaignState, ProjectState
from projects.portfolio.models import Campaign, Project, ProjectNote, ProjectRegion, ProjectStep
from projects.portfolio.rules import PUBLIC
from projects.tiers.kinds import TierLevel
from projects.tiers.rules import level_of_region

PAGE = 50
READERS = (Permission.READ_PROJECTS, Permission.REVIEW_PROJECTS, Permission.APPROVE_PROJECTS)
_NEWEST_FIRST = (Order(Project.id, descending=True),)
_LONGEST_FIRST = (Order(Project.state_since), Order(Project.id))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or empty means everything."""

    state: ProjectState | None = None
    region: str | None = None
    organisation_id: uuid.UUID | None = None
    campaign_id: uuid.UUID | None = None
    text: str = ""


NOTHING = Filters()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page begins: after or before a cursor of ``app.paging``, or at the top."""

    after: str | None = None
    before: str | None = None


TOP = Place()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: the project with the name of its organisation."""

    project: Project
    organisation: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, how many there are in all, their budget, and the cursors of its neighbours."""

    rows: Sequence[Row]
    before: str | None = None
    after: str | None = None
    count: int = 0
    budget_fen: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a project's history with its words."""

    step: ProjectStep
    actor_name: str
    note: str | None


def public_page(session: Session, filters: Filters = NOTHING, place: Place = TOP) -> Page:
    """Return a page of the projects that anybody may read, newest first."""
    return _page(session, Project.state.in_(PUBLIC), filters, place)


def own_page(session: Session, actor: Actor, filters: Filters = NOTHING, place: Place = TOP) -> Page:
    """Return a page of the projects of the actor's organisations, newest first."""
    return _page(session, _own(actor), filters, place)


def staff_page(session: Session, actor: Actor, filters: Filters = NOTHING, place: Place = TOP) -> Page:
    """Return a page of the projects that were handed in in the actor's regions, newest first."""
    return _page(session, _staffs(actor), filters, place)


def staff_rows(session: Session, actor: Actor, filters: Filters, *, limit: int) -> list[Row]:
    """Return all projects of the actor's regions that fit, newest first, for an export."""
    wanted = _named().where(_staffs(actor), *_narrow(filters)).order_by(Project.id.desc()).limit(limit)
    return [Row(*row) for row in session.execute(wanted)]


def staff_counts(session: Session, actor: Actor, filters: Filters = NOTHING) -> Mapping[ProjectState, int]:
    """Return how many projects of the actor's regions stand in each state; states with none are absent."""
    counted = (
        select(Project.state, func.count())
        .where(_staffs(actor), *_narrow(filters))
        .group_by(Project.state)
        .order_by(Project.state)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def staff_waiting(
    session: Session, actor: Actor, filters: Filters = NOTHING, place: Place = TOP, *, size: int = PAGE
) -> Page:
    """Return what waits for the actor's office, to be reviewed or approved: first what has waited longest."""
    wanted = _named().where(waiting_for(actor), *_narrow(filters))
    found = paging.fetch(session, wanted, _LONGEST_FIRST, after=place.after, before=place.before, size=size)
    return Page([Row(*row) for row in found.rows], found.before, found.after)


def staff_waiting_count(session: Session, actor: Actor) -> int:
    """Return how many projects wait for the actor's office."""
    return session.scalar(select(func.count()).select_from(Project).where(waiting_for(actor))) or 0


def staff_waiting_since(session: Session, actor: Actor) -> datetime | None:
    """Return since when the project waits that has waited longest for the actor's office; None when none does."""
    return session.scalar(select(func.min(Project.state_since)).where(waiting_for(actor)))


def staff_next_code(session: Session, actor: Actor, done: Project) -> str | None:
    """Return the code of the project that has now waited longest for the actor's office, or None."""
    return session.scalar(
        select(Project.code)
        .where(waiting_for(actor), Project.id != done.id)
        .order_by(Project.state_since, Project.id)
        .limit(1)
    )


def waiting_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a project waits for an office of the actor's: its level, its region, its state."""
    conditions = []
    for permission, state in (
        (Permission.REVIEW_PROJECTS, ProjectState.SUBMITTED),
        (Permission.APPROVE_PROJECTS, ProjectState.REVIEWED),
    ):
        for region in actor.regions(permission):
            conditions.append(
                and_(
                    Project.holder_level == level_of_region(region),
                    Project.state == state,
                    within(Project.region_code, region),
                )
            )
    return or_(false(), *conditions)


def public_get(session: Session, code: str) -> Row:
    """Return a project that anybody may read. Raises NotFound."""
    return _one(session, code, Project.state.in_(PUBLIC))


def own_get(session: Session, code: str, actor: Actor) -> Row:
    """Return a project of one of the actor's organisations. Raises NotFound."""
    return _one(session, code, _own(actor))


def staff_get(session: Session, code: str, actor: Actor) -> Row:
    """Return a project that was handed in in a region of the actor's. Raises NotFound."""
    return _one(session, code, _staffs(actor))


def by_id(session: Session, project_id: uuid.UUID) -> Project:
    """Return a project by its key. Raises NotFound."""
    project = session.get(Project, project_id)
    if project is None:
        raise NotFound(_("没有找到这个项目。"))
    return project


def title_of(session: Session, project_id: uuid.UUID | None) -> str | None:
    """Return a project's number and name as pages show them, or None when there is none."""
    project = session.get(Project, project_id) if project_id is not None else None
    return None if project is None else f"{project.number} {project.name}"


def history(session: Session, project_id: uuid.UUID) -> list[Step]:
    """Return the steps of a project, the newest first."""
    rows = session.execute(
        select(ProjectStep, ProjectNote)
        .outerjoin(ProjectNote, ProjectNote.step_id == ProjectStep.id)
        .where(ProjectStep.project_id == project_id)
        .order_by(ProjectStep.id.desc())
    )
    return [Step(step, note.actor_name if note else "", note.note if note else None) for step, note in rows]


def state_before(session: Session, project: Project) -> ProjectState:
    """Return in which state a project was before its present one."""
    last = select(ProjectStep.from_state).where(ProjectStep.project_id == project.id)
    found = session.scalar(last.order_by(ProjectStep.id.desc()).limit(1))
    return found or project.state


def places_of(session: Session, project: Project) -> list[str]:
    """Return the codes of the places that a project helps."""
    places = session.scalars(
        select(ProjectRegion.region_code)
        .where(ProjectRegion.project_id == project.id)
        .order_by(ProjectRegion.region_code)
    )
    return list(places) or [project.region_code]


def campaigns(session: Session, *, open_only: bool = False) -> list[Campaign]:
    """Return the campaigns, newest first."""
    wanted = select(Campaign).order_by(Campaign.start_on.desc(), Campaign.id.desc())
    if open_only:
        wanted = wanted.where(Campaign.state == CampaignState.OPEN)
    return list(session.scalars(wanted))


def campaign_title(session: Session, campaign_id: uuid.UUID | None) -> str | None:
    """Return a campaign's title, or None."""
    campaign = session.get(Campaign, campaign_id) if campaign_id is not None else None
    return campaign.title if campaign else None


def _own(actor: Actor) -> ColumnElement[bool]:
    return Project.organisation_id.in_(actor.organisations(Permission.PROPOSE_PROJECTS))


def _staffs(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of what staff of the actor's regions read; what was never handed in is nobody's else."""
    scopes = tuple(dict.fromkeys(region for one in READERS for region in actor.regions(one)))
    handed_in = Project.holder_level.is_not(None)
    if any(level_of_region(scope) is TierLevel.CITY for scope in scopes):
        return handed_in  # a database is one city's: its own office reads all of it
    # A project of several places stands under the smallest one that holds them: its parts are asked, too.
    parts = select(ProjectRegion.project_id).where(within_any(ProjectRegion.region_code, scopes))
    return and_(or_(within_any(Project.region_code, scopes), Project.id.in_(parts)), handed_in)


def _named() -> Select[Project, str]:
    return select(Project, Party.name).join(Party, Party.id == Project.organisation_id)


def _narrow(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.state is not None:
        conditions.append(Project.state == filters.state)
    if filters.region:
        conditions.append(within(Project.region_code, filters.region))
    if filters.organisation_id is not None:
        conditions.append(Project.organisation_id == filters.organisation_id)
    if filters.campaign_id is not None:
        conditions.append(Project.campaign_id == filters.campaign_id)
    if filters.text:
        like = f"%{filters.text.replace('%', '').replace('_', '')}%"
        named = select(Party.id).where(Party.name.like(like))
        conditions.append(
            or_(
                Project.name.like(like),
                Project.number == filters.text.upper(),
                Project.code == filters.text.upper(),
                Project.organisation_id.in_(named),
            )
        )
    return conditions


def _page(session: Session, scope: ColumnElement[bool], filters: Filters, place: Place) -> Page:
    conditions: list[Any] = [scope, *_narrow(filters)]
    found = paging.fetch(
        session, _named().where(*conditions), _NEWEST_FIRST, after=place.after, before=place.before, size=PAGE
    )
    count, budget = session.execute(
        select(func.count(), func.coalesce(func.sum(Project.budget_fen), 0)).where(*conditions)
    ).one()
    return Page([Row(*row) for row in found.rows], found.before, found.after, int(count), int(budget))


def _one(session: Session, code: str, scope: ColumnElement[bool]) -> Row:
    row = session.execute(_named().where(Project.code == code, scope)).first()
    if row is None:
        raise NotFound(_("没有找到这个项目，或者您不能查看它。"))
    return Row(*row)
