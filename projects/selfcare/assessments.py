"""The verbs of self-care assessments: where two are required, both look for themselves and must find the same level."""

import uuid
from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.deadlines import deadlines
from app.errors import Conflict, InvalidInput
from app.parameters import queries as parameters
from app.parties import categories, household_queries
from app.parties.household_kinds import CategoryKind
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.states import ensure_move
from projects.care import homes, steps
from projects.selfcare import clocks, rules, scales
from projects.selfcare.kinds import ASSESSMENT_MOVES, AssessmentState, SelfCareLevel
from projects.selfcare.models import SelfCareAssessment

S = AssessmentState


def assess(
    session: Session,
    household_id: uuid.UUID,
    person_id: uuid.UUID,
    answers: Mapping[str, int],
    *,
    on: date,
    actor: Actor,
) -> SelfCareAssessment:
    """Write what the first assessor found; with a destitute person a second one judges for themselves.

    Raises Conflict while an assessment of the person awaits its second assessor.
    """
    party = homes.hold(session, household_id, actor=actor, permission=Permission.VISIT_HOUSEHOLDS)
    homes.ensure_member(session, household_id, person_id, field="person")
    if on > clock.today() or (clock.today() - on).days > 30:
        raise InvalidInput(_("评估日期应在最近 30 天以内，不晚于今天。"), field="assessed_on")
    if _of(session, person_id, S.AWAITING) is not None:
        raise Conflict(_("此人有一份评估正等待第二人独立评估。"))
    scale = scales.in_force(session, on=on)
    score, level = scale.judge(answers)
    least = parameters.value(session, clocks.ASSESSORS, on=on, region_code=party.region_code)
    by_two = least > 1 and is_destitute(session, household_id, person_id)
    if not by_two:
        _replace(session, person_id, actor=actor)
    found = SelfCareAssessment(
        household_id=household_id,
        person_id=person_id,
        region_code=party.region_code,
        scale_version=scale.version,
        assessed_on=on,
        answers=rules.packed(answers),
        score=score,
        level=level,
        first_by_id=actor.person_id,
        state=S.AWAITING if by_two else S.IN_FORCE,
        recorded_at=clock.now(),
    )
    session.add(found)
    session.flush()
    steps.write(session, clocks.ASSESSMENT, found, None, actor=actor)
    if by_two:
        deadlines.start(
            session, clocks.SECOND, subject_kind=clocks.ASSESSMENT, subject_id=found.id,
            region_code=found.region_code, on=clock.today(), actor=actor,
        )  # fmt: skip
    _trace(session, "self_care.assess", found, actor)
    return found


def second(
    session: Session, assessment_id: uuid.UUID, answers: Mapping[str, int], *, actor: Actor
) -> SelfCareAssessment:
    """Write what the second assessor found, who has not seen the first one's answers; another level is no result."""
    seen = session.get(SelfCareAssessment, assessment_id) or lock(session, SelfCareAssessment, assessment_id)
    ensure_may(actor, Permission.VISIT_HOUSEHOLDS, region_code=seen.region_code)
    homes.hold(session, seen.household_id, actor=actor, permission=Permission.VISIT_HOUSEHOLDS)
    found = lock(session, SelfCareAssessment, assessment_id)
    ensure_move(ASSESSMENT_MOVES, found.state, S.IN_FORCE)
    if found.state is not S.AWAITING:
        raise Conflict(_("这份评估不再等待第二人。"))
    ensure_four_eyes(actor, found.first_by_id)
    score, level = scales.of_version(session, found.scale_version).judge(answers)
    found.second_answers, found.second_score = rules.packed(answers), score
    found.second_by_id = actor.person_id
    agreed = level is found.level
    if agreed:
        _replace(session, found.person_id, actor=actor)
    steps.move(
        session,
        clocks.ASSESSMENT,
        found,
        ASSESSMENT_MOVES,
        S.IN_FORCE if agreed else S.DISAGREED,
        actor=actor,
    )
    deadlines.meet(session, clocks.ASSESSMENT, found.id, clocks.SECOND, on=clock.today(), actor=actor)
    _trace(session, "self_care.second", found, actor)
    return found


def lapse(session: Session, found: SelfCareAssessment, *, actor: Actor) -> None:
    """Let an assessment lapse: its person is no longer of the household's living members."""
    steps.move(session, clocks.ASSESSMENT, found, ASSESSMENT_MOVES, S.LAPSED, actor=actor)
    deadlines.cancel_all(session, clocks.ASSESSMENT, found.id, actor=actor)


def level_of(session: Session, person_id: uuid.UUID) -> SelfCareLevel | None:
    """Return the level of somebody that is in force, or None."""
    found = _of(session, person_id, S.IN_FORCE)
    return found.level if found else None


def is_destitute(session: Session, household_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Whether somebody stands as a destitute person today, by themselves or with the household."""
    standing = household_queries.categories_of(session, [household_id]).get(household_id, [])
    return any(
        categories.kind_of(one.category) is CategoryKind.DESTITUTE and one.person_id in (None, person_id)
        for one in standing
    )


def _replace(session: Session, person_id: uuid.UUID, *, actor: Actor) -> None:
    before = _of(session, person_id, S.IN_FORCE)
    if before is not None:
        steps.move(session, clocks.ASSESSMENT, before, ASSESSMENT_MOVES, S.REPLACED, actor=actor)


def _of(session: Session, person_id: uuid.UUID, state: AssessmentState) -> SelfCareAssessment | None:
    query = select(SelfCareAssessment).where(
        SelfCareAssessment.person_id == person_id, SelfCareAssessment.state == state
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _trace(session: Session, verb: str, found: SelfCareAssessment, actor: Actor) -> None:
    session.flush()
    events.record(
        session, verb, clocks.ASSESSMENT, found.id, actor=actor, party_id=found.person_id,
        after={"state": found.state.value, "version": found.scale_version},
    )  # fmt: skip
