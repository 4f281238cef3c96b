"""Reading publicities and objections. What anybody may read, what the objector may, what who decides may."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.deadlines.models import Deadline
from app.deadlines.registry import Shown
from app.errors import NotFound
from app.ids import clean_code
from app.paging import Order, Page, fetch
from app.parameters import queries as parameters
from app.permissions import Actor, Permission
from app.regions.rules import within_any
from projects.publicity.kinds import LIVE, ObjectionState, PublicityState
from projects.publicity.models import Publicity, PublicityObjection, PublicityStep

SHOWN_DAYS = "publicity.shown_days"


def rounds_of(session: Session, subject_kind: str, subject_id: uuid.UUID) -> Sequence[Publicity]:
    """Return the rounds of a subject, the newest first."""
    query = select(Publicity).where(
        Publicity.subject_kind == subject_kind, Publicity.subject_id == subject_id
    )
    return session.scalars(query.order_by(Publicity.round.desc())).all()


def live_of(
    session: Session, subject_kind: str, subject_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Publicity]:
    """Return the live round of each subject that has one; one query however many."""
    query = select(Publicity).where(
        Publicity.subject_kind == subject_kind,
        Publicity.subject_id.in_(subject_ids),
        Publicity.state.in_(LIVE),
    )
    return {one.subject_id: one for one in session.scalars(query)}


def shown(session: Session, today: date) -> ColumnElement[bool]:
    """Return the condition of what the public still sees: live rounds, and those that ended a short time ago."""
    days = parameters.value(session, SHOWN_DAYS, on=today)
    since = clock.instant(today - timedelta(days=days))
    return or_(
        Publicity.state.in_(LIVE),
        and_(Publicity.state == PublicityState.ENDED, Publicity.ended_at >= since),
    )


def public_list(
    session: Session, *, kind: str | None = None, after: str | None = None, before: str | None = None
) -> Page[Publicity]:
    """Return what the public sees, the one that ends last first: what runs stands before what is over."""
    query = select(Publicity).where(shown(session, clock.today()))
    if kind is not None:
        query = query.where(Publicity.subject_kind == kind)
    order = (Order(Publicity.ends_on, descending=True), Order(Publicity.id, descending=True))
    return fetch(session, query, order, after=after, before=before)


def public_get(session: Session, code: str) -> Publicity:
    """Return a round that the public sees. Raises NotFound, for one that is over too."""
    found = session.scalar(
        select(Publicity).where(Publicity.code == clean_code(code), shown(session, clock.today()))
    )
    if found is None:
        raise NotFound(_("没有这项公示，或者公示已经结束、不再显示。"))
    return found


def objection_by_receipt(session: Session, code: str) -> tuple[PublicityObjection, Publicity]:
    """Return an objection by its receipt number, which its objector alone knows. Raises NotFound."""
    row = session.execute(
        select(PublicityObjection, Publicity)
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .where(PublicityObjection.code == clean_code(code))
    ).first()
    if row is None:
        raise NotFound(_("没有这个回执编号，请核对后再查。"))
    return row[0], row[1]


def staff_condition(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of what an actor's regions hold for who decides objections."""
    if actor.is_system:
        return Publicity.id.is_not(None)
    return within_any(Publicity.region_code, actor.regions(Permission.DECIDE_OBJECTIONS))


def staff_objections(
    session: Session,
    actor: Actor,
    *,
    is_open: bool = True,
    after: str | None = None,
    before: str | None = None,
) -> Page[tuple[PublicityObjection, Publicity]]:
    """Return objections of the actor's regions with their rounds: those that wait, the oldest first, or the others."""
    query = (
        select(PublicityObjection, Publicity)
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .where(staff_condition(actor))
    )
    waits = PublicityObjection.state == ObjectionState.OPEN
    query = query.where(waits if is_open else ~waits)
    order = (
        Order(PublicityObjection.received_at, descending=not is_open),
        Order(PublicityObjection.id, descending=not is_open),
    )
    return fetch(session, query, order, after=after, before=before)


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many objections wait in the actor's regions."""
    query = (
        select(func.count())
        .select_from(PublicityObjection)
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .where(staff_condition(actor), PublicityObjection.state == ObjectionState.OPEN)
    )
    return session.scalar(query) or 0


def staff_get(session: Session, code: str, actor: Actor) -> tuple[PublicityObjection, Publicity]:
    """Return an objection of the actor's regions with its round. Raises NotFound for any other."""
    row = session.execute(
        select(PublicityObjection, Publicity)
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .where(PublicityObjection.code == clean_code(code), staff_condition(actor))
    ).first()
    if row is None:
        raise NotFound(_("没有找到这条异议。"))
    return row[0], row[1]


def steps_of(session: Session, publicity_id: uuid.UUID) -> Sequence[PublicityStep]:
    """Return what happened to a round's clock, the oldest first."""
    query = select(PublicityStep).where(PublicityStep.publicity_id == publicity_id)
    return session.scalars(query.order_by(PublicityStep.id)).all()


def due_of(session: Session, kind: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Return by when objections are to be answered, by their keys."""
    query = select(Deadline.subject_id, Deadline.due_on).where(
        Deadline.subject_kind == kind, Deadline.subject_id.in_(ids)
    )
    return {row.subject_id: row.due_on for row in session.execute(query)}


def tell_objections(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what lists of deadlines call objections: what they object to, never a word of theirs."""
    query = (
        select(PublicityObjection.id, PublicityObjection.code, Publicity.title)
        .join(Publicity, Publicity.id == PublicityObjection.publicity_id)
        .where(PublicityObjection.id.in_(ids))
    )
    return {
        key: Shown(_("异议：%(title)s", title=title), f"/staff/objections/{code}")
        for key, code, title in session.execute(query)
    }
