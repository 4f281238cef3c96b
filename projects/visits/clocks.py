"""The clocks of visits and of what follows from them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deadlines import deadlines
from app.deadlines import queries as deadline_queries
from app.deadlines.models import Deadline
from app.deadlines.registry import DeadlineKind, Shown
from app.deadlines.rules import HolderLevel
from app.permissions import SYSTEM, Actor
from projects.care import homes
from projects.visits.kinds import FollowUpKind, VisitGround
from projects.visits.models import Visit, VisitFollowUp

SUBJECT = "visit"
FOLLOW_UP = "visit_follow_up"
PEOPLE = "visit.people"
G, V, T = VisitGround, HolderLevel.VILLAGE, HolderLevel.TOWN
OF_GROUND: Mapping[VisitGround, DeadlineKind] = {
    G.DESTITUTE: DeadlineKind("visit.destitute", _l("走访特困人员"), "visit.destitute", V),
    G.LIVING_ALLOWANCE: DeadlineKind(
        "visit.living_allowance", _l("走访低保家庭"), "visit.living_allowance", V
    ),
    G.MONITORED: DeadlineKind("visit.monitored", _l("复核监测对象"), "visit.monitored", V),
    G.POTENTIAL: DeadlineKind("visit.potential", _l("核查潜在救助对象"), "visit.potential", V),
    G.OTHER: DeadlineKind("visit.other", _l("走访救助家庭"), "visit.other", V),
    G.AGREED: DeadlineKind("visit.agreed", _l("按约定再次走访"), "visit.agreed", V),
    G.CARE_AGREEMENT: DeadlineKind("visit.care", _l("照料协议履行探访"), "visit.care_agreement", V),
    G.EXIT: DeadlineKind("visit.exit", _l("退出前入户核实"), "exit.visit", T),
    G.REEXAMINATION: DeadlineKind("visit.reexamination", _l("回头看入户核查"), "reexamination.check", T),
}
"""A patrol's visit has none: it is made when it is written down."""
DANGER = DeadlineKind("visit.danger", _l("处置走访发现的人身危险"), "visit.danger", T)
FOUND = DeadlineKind("visit.follow_up", _l("办理走访发现的问题"), "visit.follow_up", T)
KINDS = (*OF_GROUND.values(), DANGER, FOUND)


def start(
    session: Session, visit: Visit, *, on: date, actor: Actor, length: int | None = None
) -> Deadline | None:
    """Start the clock of a visit that is due, counted from a day (the visit before); None where it has none."""
    kind = OF_GROUND.get(visit.ground)
    if kind is None:
        return None
    return deadlines.start(
        session,
        kind,
        subject_kind=SUBJECT,
        subject_id=visit.id,
        region_code=visit.region_code,
        on=on,
        actor=actor,
        length=length,
    )


def meet(session: Session, visit: Visit, *, on: date, actor: Actor) -> date | None:
    """Stop the clock of a visit that was made; return by when it was due."""
    kind = OF_GROUND.get(visit.ground)
    found = deadlines.meet(session, SUBJECT, visit.id, kind, on=on, actor=actor) if kind else None
    return found.due_on if found else None


def pass_on(session: Session, thing: Visit | VisitFollowUp) -> None:
    """Let the clock of a visit or finding go along to the place where it lies now."""
    kind = OF_GROUND.get(thing.ground) if isinstance(thing, Visit) else kind_of(thing)
    if kind is not None:
        deadlines.pass_on(
            session,
            SUBJECT if isinstance(thing, Visit) else FOLLOW_UP,
            thing.id,
            region_code=thing.region_code,
            holder_level=kind.holder_level,
            actor=SYSTEM,
        )


def running(session: Session, visit_id: uuid.UUID) -> Deadline | None:
    """Return the clock that runs for a visit."""
    found = deadline_queries.of(session, SUBJECT, [visit_id]).get(visit_id)
    return found[0].deadline if found else None


def kind_of(follow_up: VisitFollowUp) -> DeadlineKind:
    """Return how soon a finding has to be seen to."""
    return DANGER if follow_up.kind is FollowUpKind.DANGER else FOUND


def shown(session: Session, visit_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls visits: the ground and the file's number, never a name."""
    rows = session.scalars(select(Visit).where(Visit.id.in_(visit_ids))).all()
    numbers = homes.number_of(session, {row.household_id for row in rows})
    return {
        row.id: Shown(
            _("%(what)s %(number)s", what=row.ground.label, number=numbers.get(row.household_id, "")),
            f"/staff/visits/{row.code}",
        )
        for row in rows
    }


def shown_follow_ups(session: Session, keys: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what the supervision list calls findings."""
    query = select(VisitFollowUp, Visit.code).join(Visit, Visit.id == VisitFollowUp.visit_id)
    rows = session.execute(query.where(VisitFollowUp.id.in_(keys))).all()
    numbers = homes.number_of(session, {row.household_id for row, _code in rows})
    return {
        row.id: Shown(
            _("%(what)s %(number)s", what=row.kind.label, number=numbers.get(row.household_id, "")),
            f"/staff/visits/{code}",
        )
        for row, code in rows
    }
