"""The rota: which visit comes next. Every household in a category has one that is due, the soonest of its grounds.

Run twice, at once, or after days off it comes to the same: it looks at what is, not at which day it is for. What was
missed does not pile up: the visit that is overdue stays the one that is due.
"""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.deadlines import deadlines
from app.ids import new_code, new_id
from app.parameters import queries as parameters
from app.parties import categories, household_queries
from app.parties.household_kinds import CategoryKind
from app.parties.listed import HouseholdCategory
from app.parties.models import Party
from app.permissions import SYSTEM, Actor
from app.rows import insert_if_absent
from projects.care import homes, steps
from projects.visits import clocks, rules
from projects.visits.kinds import MOVES, VisitGround, VisitState
from projects.visits.models import Visit

HOUSEHOLD = "household"
S = VisitState


def lot(session: Session, after: uuid.UUID | None, limit: int) -> Sequence[uuid.UUID]:
    """Return the next households, in the order of keys, that stand in a category or have a rota visit due."""
    open_ones = select(HouseholdCategory.household_id).where(_open(clock.today()))
    due = select(Visit.household_id).where(Visit.state == S.DUE, Visit.subject_kind == HOUSEHOLD)
    query = select(Party.id).where(or_(Party.id.in_(open_ones), Party.id.in_(due)))
    if after is not None:
        query = query.where(Party.id > after)
    return session.scalars(query.order_by(Party.id).limit(limit)).all()


def plan_lot(session: Session, household_ids: Sequence[uuid.UUID], *, actor: Actor = SYSTEM) -> int:
    """Bring the due visits of households in line with their categories; return how many were changed.

    What already stands as it should is told apart in one look at the lot; only the others are locked.
    """
    today = clock.today()
    standing = household_queries.categories_of(session, household_ids, on=today)
    due = select(Visit).where(Visit.household_id.in_(household_ids), Visit.state == S.DUE)
    there = {row.subject_id: row for row in session.scalars(due.where(Visit.subject_kind == HOUSEHOLD))}
    regions = dict(
        session.execute(select(Party.id, Party.region_code).where(Party.id.in_(household_ids))).all()
    )
    changed = 0
    for household_id in household_ids:
        row = there.get(household_id)
        ground = _ground(session, standing.get(household_id, ()), regions[household_id], today)
        if row is None if ground is None else row is not None and _fits(row, ground):
            continue
        changed += plan(session, household_id, actor=actor)
    return changed


def plan(session: Session, household_id: uuid.UUID, *, actor: Actor = SYSTEM) -> bool:
    """Bring the due visit of one household in line with its categories, under a lock; return whether it changed."""
    party, today = homes.held(session, household_id), clock.today()
    ended = party.state in homes.ENDED
    standing = (
        []
        if ended
        else household_queries.categories_of(session, [household_id], on=today).get(household_id, [])
    )
    ground = _ground(session, standing, party.region_code, today)
    due = due_of(session, HOUSEHOLD, household_id)
    if due is not None and not ended and (due.ground not in rules.ROTA or due.ground is ground):
        return False
    if ground is None:
        return due is not None and cancel(session, due, actor=actor)
    since = _since(session, household_id, standing, ground, today)
    if due is None:
        return open_visit(
            session, party, ground, subject_kind=HOUSEHOLD, subject_id=household_id, on=since, actor=actor
        )
    deadlines.cancel_all(session, clocks.SUBJECT, due.id, actor=actor)
    due.ground, due.people_needed = ground, people_needed(session, party, ground)
    clocks.start(session, due, on=since, actor=actor)
    steps.write(session, clocks.SUBJECT, due, due.state, actor=actor, to="replanned")
    return True


def open_visit(
    session: Session,
    party: Party,
    ground: VisitGround,
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    on: date,
    actor: Actor,
    length: int | None = None,
) -> bool:
    """Make a visit due, its term counted from ``on``; False when the subject has one that is due already.

    The household is locked. ``length``: another term than the parameter's, in its unit.
    """
    key = new_id()
    new = insert_if_absent(
        session,
        Visit,
        id=key,
        code=new_code(),
        household_id=party.id,
        region_code=party.region_code,
        ground=ground,
        subject_kind=subject_kind,
        subject_id=subject_id,
        people_needed=people_needed(session, party, ground),
        state=S.DUE,
        opened_at=clock.now(),
    )
    if new:
        visit = session.get_one(Visit, key)
        clocks.start(session, visit, on=on, actor=actor, length=length)
        steps.write(session, clocks.SUBJECT, visit, None, actor=actor)
    return new


def cancel(session: Session, visit: Visit, *, actor: Actor, note: str = "") -> bool:
    """Take a due visit off: nothing asks for it any more. The household is locked."""
    steps.move(session, clocks.SUBJECT, visit, MOVES, S.CANCELLED, actor=actor, note=note)
    deadlines.cancel_all(session, clocks.SUBJECT, visit.id, actor=actor)
    events.record(
        session, "visit.cancel", clocks.SUBJECT, visit.id, actor=actor, party_id=visit.household_id,
        after={"ground": visit.ground.value}, reason=note or None,
    )  # fmt: skip
    return True


def due_of(session: Session, subject_kind: str, subject_id: uuid.UUID) -> Visit | None:
    """Return the visit that is due for a subject, read afresh."""
    query = select(Visit).where(
        Visit.subject_kind == subject_kind, Visit.subject_id == subject_id, Visit.state == S.DUE
    )
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()


def find_due(session: Session, subject_kind: str, subject_id: uuid.UUID) -> Visit | None:
    """Return the visit that is due for a subject, for its page."""
    query = select(Visit).where(
        Visit.subject_kind == subject_kind, Visit.subject_id == subject_id, Visit.state == S.DUE
    )
    return session.scalars(query).first()


def people_needed(session: Session, party: Party, ground: VisitGround) -> int:
    """Return how many have to go to a household on a ground."""
    today = clock.today()
    least = parameters.value(session, clocks.PEOPLE, on=today, region_code=party.region_code)
    return rules.people_needed(ground, children=homes.has_children(session, party.id, today), least=least)


def _ground(
    session: Session, standing: Sequence[HouseholdCategory], region_code: str, today: date
) -> VisitGround | None:
    """Return the ground whose visits follow each other soonest, None when the household stands in no category."""
    grounds = rules.grounds_of(categories.kind_of(one.category) for one in standing)
    if len(grounds) < 2:
        return grounds[0] if grounds else None
    return min(
        grounds,
        key=lambda one: parameters.value(
            session, clocks.OF_GROUND[one].parameter_key, on=today, region_code=region_code
        ),
    )


def _fits(visit: Visit, ground: VisitGround) -> bool:
    return visit.ground is ground or visit.ground not in rules.ROTA


def _since(
    session: Session,
    household_id: uuid.UUID,
    standing: Sequence[HouseholdCategory],
    ground: VisitGround,
    today: date,
) -> date:
    """Return the day from which the next visit is counted: the last one made, else when the category was written."""
    made = session.scalar(
        select(func.max(Visit.made_at)).where(Visit.household_id == household_id, Visit.state == S.DONE)
    )
    if made is not None:
        return min(clock.civil_date(made), today)
    kinds = {one for one in CategoryKind if ground in rules.grounds_of([one])}
    written = [
        max(one.begin_on or clock.civil_date(one.recorded_at), clock.civil_date(one.recorded_at))
        for one in standing
        if categories.kind_of(one.category) in kinds
    ]
    return min([*written, today])


def _open(on: date) -> ColumnElement[bool]:
    begun = or_(HouseholdCategory.begin_on.is_(None), HouseholdCategory.begin_on <= on)
    return begun & or_(HouseholdCategory.end_on.is_(None), HouseholdCategory.end_on >= on)
