"""The publicity of a project: what the public reads, and what its end brings."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock, figures
from app.parties import queries as parties
from app.permissions import Actor
from app.regions import queries as regions
from projects.portfolio import queries
from projects.portfolio.models import Project
from projects.publicity import publicity
from projects.publicity.handlers import Hands
from projects.publicity.models import Publicity

SUBJECT = "project"
LABEL = _l("帮扶项目立项")
DAYS = "publicity.project_days"


def open_publicity(session: Session, project: Project, *, actor: Actor) -> Publicity:
    """Show an approved project to everybody before it opens."""
    return publicity.open(
        session,
        subject_kind=SUBJECT,
        subject_id=project.id,
        region_code=project.region_code,
        title=_("拟立项：%(name)s", name=project.name)[:200],
        body=_body(session, project),
        days_key=DAYS,
        on=clock.today(),
        actor=actor,
        level=project.level,
    )


def hold(session: Session, project_id: uuid.UUID) -> None:
    """Lock the live publicity of a project, if there is one: before the project, as whatever ends a round does."""
    publicity.hold(session, SUBJECT, project_id)


def withdraw(session: Session, project: Project, *, actor: Actor) -> None:
    """Take down the publicity of a project that is not gone on with."""
    publicity.withdraw(session, subject_kind=SUBJECT, subject_id=project.id, actor=actor)


def live(session: Session, project_id: uuid.UUID) -> Publicity | None:
    """Return the publicity of a project that is not over, or None."""
    return publicity.find_live(session, SUBJECT, project_id)


def hands(session: Session, project_id: uuid.UUID) -> Hands:
    """Return who decided a project so far, and whom it concerns: they never decide an objection."""
    one = queries.by_id(session, project_id)
    near = [key for key in (one.organisation_id, one.responsible_id) if key is not None]
    return Hands(
        (one.entered_by_id, one.submitted_by_id, one.reviewed_by_id, one.approved_by_id), tuple(near)
    )


def staff_url(session: Session, project_id: uuid.UUID) -> str | None:
    """Return where staff read the project of a publicity."""
    return f"/staff/projects/{queries.by_id(session, project_id).code}"


def _body(session: Session, project: Project) -> str:
    """Return what the public reads, a line for each fact: nothing about any person."""
    places = regions.full_names(session, queries.places_of(session, project))
    pairs = [
        (_("项目编号"), project.number),
        (_("项目名称"), project.name),
        (_("申报单位"), parties.get(session, project.organisation_id).name),
        (_("实施地区"), "、".join(places.values())),
        (
            _("实施时间"),
            _(
                "%(first)s至%(last)s",
                first=figures.day_text(project.start_on),
                last=figures.day_text(project.end_on),
            ),
        ),
        (_("帮扶对象"), project.target_group),
        (_("预计帮助户数"), project.target_households),
        (_("预算"), figures.money(project.budget_fen) if project.budget_fen else None),
        (
            _("资金来源"),
            "、".join(f"{one.source.label} {figures.money(one.amount_fen)}" for one in project.funding),
        ),
        (_("实施方案"), project.plan),
        (_("预期成效"), project.expected_effect),
    ]
    return "\n".join(f"{label}：{text}" for label, text in pairs if text)
