"""The verbs of the scale: propose a version, publish it by another, drop it; and which is in force."""

from dataclasses import replace
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotFound
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.states import ensure_move
from projects.catalogue import queries as catalogue
from projects.selfcare import rules
from projects.selfcare.kinds import SCALE_MOVES, ScaleState
from projects.selfcare.models import CareScale
from projects.selfcare.rules import Scale

S = ScaleState
THING = "care_scale"


def in_force(session: Session, *, on: date) -> Scale:
    """Return the scale of a day: the newest published version that is valid by then, else the program's own."""
    query = select(CareScale).where(CareScale.state == S.PUBLISHED, CareScale.valid_from <= on)
    row = session.scalars(
        query.order_by(CareScale.valid_from.desc(), CareScale.version.desc()).limit(1)
    ).first()
    return rules.read(row.version, row.content) if row is not None else rules.first()


def of_version(session: Session, version: int) -> Scale:
    """Return a version by which somebody was assessed. Raises NotFound."""
    if version == 1:
        return rules.first()
    row = session.scalars(select(CareScale).where(CareScale.version == version)).first()
    if row is None:
        raise NotFound(_("没有这一版量表。"))
    return rules.read(row.version, row.content)


def every(session: Session) -> list[CareScale]:
    """Return the city's own versions, the newest first. The scale is public knowledge."""
    return list(session.scalars(select(CareScale).order_by(CareScale.version.desc())))


def propose(session: Session, typed: Scale, *, valid_from: date, actor: Actor) -> CareScale:
    """Propose the next version, from a day to come; what was judged by an older one stays as it is."""
    ensure_may(actor, Permission.MANAGE_PARAMETERS)
    if valid_from <= clock.today():
        raise InvalidInput(_("新版量表从今天之后的某一天起用。"), field="valid_from")
    rules.ensure_whole(typed)
    known = {one.slug for one in catalogue.every(session)}
    if not {slug for slugs in typed.services.values() for slug in slugs} <= known:
        raise InvalidInput(_("目录里没有这一事项，请重新选择。"), field="services_full")
    if not typed.basis.strip():
        raise InvalidInput(_("请写明依据的文件。"), field="basis")
    version = (session.scalar(select(func.max(CareScale.version))) or 1) + 1
    row = CareScale(
        version=version,
        basis=typed.basis,
        content=rules.stored(replace(typed, version=version)),
        valid_from=valid_from,
        state=S.PROPOSED,
        proposed_at=clock.now(),
        proposed_by_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    events.record(session, "care_scale.propose", THING, row.id, actor=actor, after={"version": version})
    return row


def publish(session: Session, version: int, *, actor: Actor) -> CareScale:
    """Publish a proposed version; never by who proposed it, and only before its first day."""
    ensure_may(actor, Permission.PUBLISH_PARAMETERS)
    row = _held(session, version)
    ensure_move(SCALE_MOVES, row.state, S.PUBLISHED)
    ensure_four_eyes(actor, row.proposed_by_id)
    if row.valid_from <= clock.today():
        raise Conflict(_("这一版的启用日期已经过去，请重新拟定。"))
    row.state, row.published_by_id = S.PUBLISHED, actor.person_id
    session.flush()
    events.record(session, "care_scale.publish", THING, row.id, actor=actor, after={"version": version})
    return row


def drop(session: Session, version: int, *, actor: Actor) -> CareScale:
    """Leave a proposed version unused."""
    ensure_may(actor, Permission.PUBLISH_PARAMETERS)
    row = _held(session, version)
    ensure_move(SCALE_MOVES, row.state, S.DROPPED)
    row.state = S.DROPPED
    session.flush()
    events.record(session, "care_scale.drop", THING, row.id, actor=actor, after={"version": version})
    return row


def _held(session: Session, version: int) -> CareScale:
    found = session.scalars(select(CareScale.id).where(CareScale.version == version)).first()
    if found is None:
        raise NotFound(_("没有这一版量表。"))
    return lock(session, CareScale, found)
