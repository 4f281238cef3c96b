"""Asking the table: which level approves a sum, and whether somebody is of that level."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.errors import NotAllowed
from app.permissions import Actor, Permission, ensure_may, region_prefix
from app.regions.rules import ancestors
from projects.tiers import rules
from projects.tiers.kinds import TierLevel, TierState, TierThing
from projects.tiers.models import ApprovalTier
from projects.tiers.rules import Tier


def level_for(session: Session, thing: TierThing, *, amount_fen: int, region_code: str, on: date) -> Tier:
    """Return the lowest level whose limit on that day is not exceeded, by the table of the nearest region.

    Raises Conflict where no level may approve the sum.
    """
    found = rules.lowest(
        in_force(session, thing, region_code, on), amount_fen=amount_fen, region_code=region_code
    )
    if found is None:
        raise rules.nobody(thing)
    return found


def ladder(session: Session, thing: TierThing, *, region_code: str, on: date) -> list[Tier]:
    """Return what each level may approve in a region on a day, from below; levels without a row are left out."""
    near = rules.nearest(in_force(session, thing, region_code, on), region_code)
    return [near[level] for level in rules.ORDER if level in near]


def in_force(session: Session, thing: TierThing, region_code: str, on: date) -> list[Tier]:
    """Return the rows in force on a day whose region is the given one, lies above it, or is the whole city."""
    regions = ["", *ancestors(region_code), region_code]
    query = select(ApprovalTier).where(
        ApprovalTier.thing == thing, ApprovalTier.region_key.in_(regions), *on_day(on)
    )
    return [as_tier(row) for row in session.scalars(query)]


def on_day(on: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a row that is in force on a day."""
    return (
        ApprovalTier.state == TierState.APPROVED,
        ApprovalTier.valid_from <= on,
        or_(ApprovalTier.valid_to.is_(None), ApprovalTier.valid_to >= on),
    )


def as_tier(row: ApprovalTier) -> Tier:
    """Return a row as the pure rules read it."""
    return Tier(row.thing, row.level, row.region_code, row.up_to_fen, row.basis, row.valid_from)


def ensure_level(actor: Actor, level: TierLevel, region_code: str, *, permission: Permission) -> None:
    """Return when the actor holds the permission for the region in an office of this level or above.

    Raises NotAllowed naming the level that is wanted. Jobs and commands pass.
    """
    ensure_may(actor, permission, region_code=region_code)
    if actor.is_system:
        return
    scopes = [one for one in actor.regions(permission) if region_code.startswith(region_prefix(one))]
    if not any(rules.is_at_least(rules.level_of_region(scope), level) for scope in scopes):
        raise NotAllowed(_("按审批权限，这件事由%(level)s办理，超出了您的权限。", level=level.label))
