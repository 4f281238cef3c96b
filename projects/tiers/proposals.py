"""Changing the table: one proposes a row, another approves it; the row before ends the day before."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.regions import queries as regions
from app.regions.models import RegionLevel
from app.regions.rules import level_of
from app.states import ensure_move
from projects.tiers import rules
from projects.tiers.kinds import MOVES, TierLevel, TierState, TierThing
from projects.tiers.models import ApprovalTier
from projects.tiers.tiers import as_tier, in_force

SUBJECT = "approval_tier"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A row as it is asked for. ``region_code`` None: the whole city; ``up_to_fen`` None: any sum, 0: nothing."""

    thing: TierThing
    region_code: str | None
    level: TierLevel
    up_to_fen: int | None
    valid_from: date
    basis: str


def propose(session: Session, wanted: Proposed, *, actor: Actor) -> ApprovalTier:
    """Write down a row for somebody else to approve; it must begin on a later day than today.

    Raises InvalidInput for what does not fit, Conflict when a proposal for the same line waits already.
    """
    _ensure_may(actor, Permission.MANAGE_TIERS, wanted.region_code)
    basis = rules.tidy_basis(wanted.basis, wanted.level)
    rules.ensure_future(wanted.valid_from, clock.today())
    _ensure_place(session, wanted)
    _ensure_fits(session, wanted.thing, wanted.region_code, wanted.level, wanted.up_to_fen, wanted.valid_from)
    waiting = select(ApprovalTier.id).where(
        ApprovalTier.thing == wanted.thing,
        ApprovalTier.region_key == (wanted.region_code or ""),
        ApprovalTier.level == wanted.level,
        ApprovalTier.state == TierState.PROPOSED,
    )
    if session.scalar(waiting) is not None:
        raise Conflict(_("这一项已有一条待审核的，请先审核或撤下那一条。"))
    row = ApprovalTier(
        thing=wanted.thing,
        region_code=wanted.region_code,
        region_key=wanted.region_code or "",
        level=wanted.level,
        up_to_fen=wanted.up_to_fen,
        valid_from=wanted.valid_from,
        basis=basis,
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _trace(session, "approval_tier.propose", row, actor=actor)
    return row


def approve(session: Session, tier_id: uuid.UUID, *, actor: Actor) -> ApprovalTier:
    """Publish a proposed row: it is in force from its first day, and the one before ends the day before.

    Never by who proposed it. Raises InvalidInput when its first day has come meanwhile.
    """
    row = lock(session, ApprovalTier, tier_id)
    _ensure_may(actor, Permission.PUBLISH_TIERS, row.region_code)
    ensure_four_eyes(actor, row.proposed_by_id)
    ensure_move(MOVES, row.state, TierState.APPROVED)
    rules.ensure_future(row.valid_from, clock.today())
    before = _before(session, row)
    _ensure_fits(session, row.thing, row.region_code, row.level, row.up_to_fen, row.valid_from)
    if before is not None:
        before.valid_to = row.valid_from - timedelta(days=1)
        session.flush()
    row.state, row.approved_by_id, row.approved_at = TierState.APPROVED, actor.person_id, clock.now()
    session.flush()
    _trace(session, "approval_tier.approve", row, actor=actor)
    return row


def drop(session: Session, tier_id: uuid.UUID, *, actor: Actor) -> ApprovalTier:
    """Put a proposed row aside: by those who propose and by those who would approve it."""
    row = lock(session, ApprovalTier, tier_id)
    permission = Permission.MANAGE_TIERS if actor.may(Permission.MANAGE_TIERS) else Permission.PUBLISH_TIERS
    _ensure_may(actor, permission, row.region_code)
    ensure_move(MOVES, row.state, TierState.DROPPED)
    row.state = TierState.DROPPED
    session.flush()
    _trace(session, "approval_tier.drop", row, actor=actor)
    return row


def _before(session: Session, row: ApprovalTier) -> ApprovalTier | None:
    """Return the approved row of the same line that reaches into the new one's time, under a lock.

    Raises Conflict when one begins on the same day or later: the table is continued, never rewritten.
    """
    query = (
        select(ApprovalTier)
        .where(
            ApprovalTier.thing == row.thing,
            ApprovalTier.region_key == row.region_key,
            ApprovalTier.level == row.level,
            ApprovalTier.state == TierState.APPROVED,
            or_(ApprovalTier.valid_to.is_(None), ApprovalTier.valid_to >= row.valid_from),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).all()
    if any(one.valid_from >= row.valid_from for one in found):
        raise Conflict(_("这一项已有从同一天或更晚的日子起生效的规定，请另选更晚的生效日期。"))
    return found[0] if found else None


def _ensure_may(actor: Actor, permission: Permission, region_code: str | None) -> None:
    """Ask the permission for the region; the city's own table wants an office that serves the whole city."""
    ensure_may(actor, permission, region_code=region_code)
    if region_code is None and not actor.is_system:
        offices = {rules.level_of_region(scope) for scope in actor.regions(permission)}
        if TierLevel.CITY not in offices:
            raise NotAllowed(_("全市的审批权限由市级办理。"))


def _ensure_place(session: Session, wanted: Proposed) -> None:
    if wanted.region_code is None:
        return
    if not regions.is_in_force(session, wanted.region_code, on=clock.today()):
        raise InvalidInput(_("没有这个行政区划。"), field="region_code")
    if level_of(wanted.region_code) is RegionLevel.VILLAGE:
        raise InvalidInput(_("审批权限定到镇街为止，请选镇街或区县。"), field="region_code")


def _ensure_fits(
    session: Session,
    thing: TierThing,
    region_code: str | None,
    level: TierLevel,
    up_to_fen: int | None,
    on: date,
) -> None:
    """Compare with what the other levels may do on the first day in the same region."""
    if region_code is not None:
        near = rules.nearest(in_force(session, thing, region_code, on), region_code)
        rules.ensure_ladder(near.values(), level, up_to_fen)
        return
    query = select(ApprovalTier).where(
        ApprovalTier.thing == thing,
        ApprovalTier.region_key == "",
        ApprovalTier.state == TierState.APPROVED,
        ApprovalTier.valid_from <= on,
        or_(ApprovalTier.valid_to.is_(None), ApprovalTier.valid_to >= on),
    )
    rules.ensure_ladder([as_tier(row) for row in session.scalars(query)], level, up_to_fen)


def _trace(session: Session, verb: str, row: ApprovalTier, *, actor: Actor) -> None:
    after = {
        "thing": row.thing.value,
        "region": row.region_code,
        "level": row.level.value,
        "up_to_fen": row.up_to_fen,
        "valid_from": row.valid_from,
        "basis": row.basis,
        "state": row.state.value,
    }
    events.record(session, verb, SUBJECT, row.id, actor=actor, after=after)
