"""The verbs of the bureau: review, send back, refuse, approve; what the end of a publicity brings; the stops.

Nobody decides twice about the same proposal, nobody near to who proposes it decides at all, and who comes late finds
it decided: a step that is late is taken all the same, and stays to be read as late, for the applicant is not to
suffer from the bureau's delay.
"""

import uuid
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Refused
from app.parties import interest
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from projects.portfolio import clocks, notices, queries, steps, words
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project
from projects.portfolio.proposals import THING, ensure_admitted
from projects.portfolio.rules import WAITING
from projects.publicity.models import PublicityObjection

S = ProjectState


def review(
    session: Session, project_id: uuid.UUID, *, revision: int, note: str = "", actor: Actor
) -> Project:
    """Find a proposal fit to be approved and pass it to whose limit covers its sum."""
    project = _held(session, project_id, revision, S.SUBMITTED)
    _ensure_may_review(session, project, actor)
    due_on = clocks.meet(session, project, clocks.REVIEW, actor=actor)
    if project.level is None:  # a list brought it; nobody has asked yet whose it is
        project.level = clocks.approving_level(session, project, on=clock.today())
    project.reviewed_by_id, project.holder_level = actor.person_id, project.level
    steps.move(session, project, S.REVIEWED, actor=actor, note=note, due_on=due_on)
    clocks.start(session, project, clocks.APPROVAL, actor=actor)
    _trace(session, "project.review", project, actor=actor, reason=note or None)
    return project


def approve(
    session: Session, project_id: uuid.UUID, *, revision: int, note: str = "", actor: Actor
) -> Project:
    """Decide for a project and put it to publicity; it opens by itself when that has ended without an objection.

    Raises NotAllowed for who proposed, entered or reviewed it, for who is near to the organisation or its responsible
    person, and for whom the sum is above the limit.
    """
    project = _held(session, project_id, revision, S.REVIEWED)
    _ensure_may_approve(session, project, actor)
    ensure_admitted(session, project)
    due_on = clocks.meet(session, project, clocks.APPROVAL, actor=actor)
    project.approved_by_id, project.approved_at = actor.person_id, clock.now()
    step_id = steps.move(session, project, S.PUBLICISED, actor=actor, note=note, due_on=due_on)
    notices.open_publicity(session, project, actor=actor)
    words.tell(session, project, words.PUBLICISED, step_id=step_id)
    after = {"state": project.state.value, "budget_fen": project.budget_fen}
    _trace(session, "project.approve", project, actor=actor, after=after, reason=note or None)
    return project


def send_back(
    session: Session, project_id: uuid.UUID, *, revision: int, reason: str, actor: Actor
) -> Project:
    """Return a proposal to its organisation with what is to be mended. It then starts over."""
    project = _decided_against(session, project_id, revision, S.SENT_BACK, reason, actor)
    _trace(session, "project.send_back", project, actor=actor, reason=reason)
    return project


def refuse(session: Session, project_id: uuid.UUID, *, revision: int, reason: str, actor: Actor) -> Project:
    """Decide against a project, with the reason. It stays to be read."""
    project = _decided_against(session, project_id, revision, S.REFUSED, reason, actor)
    _trace(session, "project.refuse", project, actor=actor, reason=reason)
    return project


def open_after_publicity(session: Session, project_id: uuid.UUID, *, actor: Actor) -> None:
    """Open a project whose publicity has ended without an objection that was upheld. Twice does nothing more."""
    project = steps.hold(session, project_id)
    if project.state is not S.PUBLICISED:
        return
    project.opened_on = clock.today()
    step_id = steps.move(session, project, S.OPEN, actor=actor)
    words.tell(session, project, words.OPENED, step_id=step_id)
    _trace(session, "project.open", project, actor=actor, after={"state": project.state.value})


def look_again(
    session: Session, project_id: uuid.UUID, _objection: PublicityObjection, *, actor: Actor
) -> None:
    """Bring a project back to approval after an objection was upheld; its clock begins anew."""
    project = steps.hold(session, project_id)
    if project.state is not S.PUBLICISED:
        return
    project.approved_by_id = project.approved_at = None
    note = _("公示期间的异议成立，重新审核。")
    step_id = steps.move(session, project, S.REVIEWED, actor=actor, note=note)
    clocks.start(session, project, clocks.APPROVAL, actor=actor)
    words.tell(session, project, words.LOOKED_AT_AGAIN, step_id=step_id)
    _trace(session, "project.look_again", project, actor=actor, after={"state": project.state.value})


def suspend(session: Session, project_id: uuid.UUID, *, revision: int, reason: str, actor: Actor) -> Project:
    """Stop a project for a time, with the reason."""
    project = _stopped(session, project_id, revision, S.SUSPENDED, reason, actor, S.OPEN, S.RUNNING)
    _trace(session, "project.suspend", project, actor=actor, reason=reason)
    return project


def cancel(session: Session, project_id: uuid.UUID, *, revision: int, reason: str, actor: Actor) -> Project:
    """End a project for good before its time, with the reason."""
    states = S.PUBLICISED, S.OPEN, S.RUNNING, S.SUSPENDED
    project = _stopped(session, project_id, revision, S.CANCELLED, reason, actor, *states)
    _trace(session, "project.cancel", project, actor=actor, reason=reason)
    return project


def resume(
    session: Session, project_id: uuid.UUID, *, revision: int, note: str = "", actor: Actor
) -> Project:
    """Let a suspended project go on where it stood."""
    project = _held(session, project_id, revision, S.SUSPENDED)
    _ensure_may_stop(session, project, actor)
    step_id = steps.move(session, project, queries.state_before(session, project), actor=actor, note=note)
    words.tell(session, project, words.RESUMED, step_id=step_id)
    _trace(session, "project.resume", project, actor=actor, reason=note or None)
    return project


def why_not(session: Session, project: Project, actor: Actor) -> Any:
    """Return the sentence for which this actor may not judge a waiting project, or None when it is theirs."""
    try:
        if project.state is S.SUBMITTED:
            _ensure_may_review(session, project, actor)
        else:
            _ensure_may_approve(session, project, actor)
    except Refused as refused:
        return refused.sentence
    return None


def _held(session: Session, project_id: uuid.UUID, revision: int, *states: ProjectState) -> Project:
    project = steps.hold(session, project_id)
    steps.ensure_state(project, *states)
    steps.ensure_fresh(project, revision)
    return project


def _ensure_may_review(session: Session, project: Project, actor: Actor) -> None:
    ensure_may(actor, Permission.REVIEW_PROJECTS, region_code=project.region_code)
    ensure_four_eyes(actor, project.entered_by_id, project.submitted_by_id)
    _ensure_no_conflict(session, project, actor)


def _ensure_may_approve(session: Session, project: Project, actor: Actor) -> None:
    ensure_may(actor, Permission.APPROVE_PROJECTS, region_code=project.region_code)
    clocks.ensure_limit(session, project, actor)
    ensure_four_eyes(actor, project.entered_by_id, project.submitted_by_id, project.reviewed_by_id)
    _ensure_no_conflict(session, project, actor)


def _ensure_no_conflict(session: Session, project: Project, actor: Actor) -> None:
    """Raise NotAllowed for who belongs to the organisation, or is near to its heads or the responsible person."""
    near = [one for one in (project.organisation_id, project.responsible_id) if one is not None]
    interest.ensure_no_conflict(session, actor, *near)


def _ensure_may_stop(session: Session, project: Project, actor: Actor) -> None:
    ensure_may(actor, Permission.APPROVE_PROJECTS, region_code=project.region_code)
    _ensure_no_conflict(session, project, actor)


def _decided_against(
    session: Session, project_id: uuid.UUID, revision: int, new: ProjectState, reason: str, actor: Actor
) -> Project:
    project = _held(session, project_id, revision, *WAITING)
    if project.state is S.SUBMITTED:
        _ensure_may_review(session, project, actor)
        due_on = clocks.meet(session, project, clocks.REVIEW, actor=actor)
    else:
        _ensure_may_approve(session, project, actor)
        due_on = clocks.meet(session, project, clocks.APPROVAL, actor=actor)
    reason = ensure_reason(reason)
    step_id = steps.move(session, project, new, actor=actor, note=reason, due_on=due_on)
    wording = words.SENT_BACK if new is S.SENT_BACK else words.REFUSED
    words.tell(session, project, wording, step_id=step_id, reason=reason)
    return project


def _stopped(
    session: Session,
    project_id: uuid.UUID,
    revision: int,
    new: ProjectState,
    reason: str,
    actor: Actor,
    *states: ProjectState,
) -> Project:
    notices.hold(session, project_id)
    project = _held(session, project_id, revision, *states)
    _ensure_may_stop(session, project, actor)
    reason = ensure_reason(reason)
    was_publicised = project.state is S.PUBLICISED
    step_id = steps.move(session, project, new, actor=actor, note=reason)
    if was_publicised:
        notices.withdraw(session, project, actor=actor)
    wording = words.SUSPENDED if new is S.SUSPENDED else words.CANCELLED
    words.tell(session, project, wording, step_id=step_id, reason=reason)
    return project


def _trace(session: Session, verb: str, project: Project, *, actor: Actor, **detail: Any) -> None:
    session.flush()
    events.record(session, verb, THING, project.id, actor=actor, party_id=project.organisation_id, **detail)
