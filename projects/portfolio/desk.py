"""The desk of projects: one decision by its word, and many of the same kind at once."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput, Refused
from app.permissions import Actor
from projects.portfolio import decisions, queries, steps
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project
from projects.portfolio.queries import Row

MOST_OF_A_BATCH = 50
_MOST_PAGES = 20
"""Pages of waiting projects that are looked through for a batch."""


def decide(
    session: Session, project_id: uuid.UUID, decision: str, *, revision: int, reason: str, actor: Actor
) -> str:
    """Carry out one of the desk's decisions and return what to say. Raises InvalidInput for any other word."""
    given: dict[str, Any] = {"revision": revision, "actor": actor}
    match decision:
        case "review":
            done = decisions.review(session, project_id, note=reason, **given)
            return _("“%(name)s”初审通过，已转审批。", name=done.name)
        case "approve":
            done = decisions.approve(session, project_id, note=reason, **given)
            return _("“%(name)s”审批通过，已开始公示。", name=done.name)
        case "send_back":
            done = decisions.send_back(session, project_id, reason=reason, **given)
            return _("“%(name)s”已退回修改。", name=done.name)
        case "refuse":
            done = decisions.refuse(session, project_id, reason=reason, **given)
            return _("“%(name)s”不予立项。", name=done.name)
        case _:
            raise InvalidInput(_("请选择一种处理。"))


def passable(session: Session, actor: Actor) -> list[Row]:
    """Return the first waiting projects that this actor may pass, longest first: what a batch offers."""
    found: list[Row] = []
    place = queries.TOP
    for _number in range(_MOST_PAGES):
        page = queries.staff_waiting(session, actor, queries.NOTHING, place)
        found += [row for row in page.rows if decisions.why_not(session, row.project, actor) is None]
        if page.after is None or len(found) >= MOST_OF_A_BATCH:
            break
        place = queries.Place(after=page.after)
    return found[:MOST_OF_A_BATCH]


def pass_many(session: Session, picked: Sequence[tuple[uuid.UUID, int]], *, actor: Actor) -> list[Project]:
    """Review or approve each of these projects, as each one waits; all or none.

    ``picked``: keys with the revisions that were shown. Raises what the first project raises that does not pass,
    naming the project.
    """
    if len(picked) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 个。", most=MOST_OF_A_BATCH))
    done = []
    for key, revision in sorted(picked):
        project = steps.hold(session, key)
        verb = decisions.review if project.state is ProjectState.SUBMITTED else decisions.approve
        try:
            done.append(verb(session, key, revision=revision, actor=actor))
        except Refused as refused:
            sentence = _("项目 %(number)s：%(why)s", number=project.number, why=refused.sentence)
            raise type(refused)(sentence, field="selected") from refused
    return done
