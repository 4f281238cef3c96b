"""Grants: the roles of users, each dated, for a region, an organisation, or one's own things."""

import uuid
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.parties import affiliations
from app.parties.guards import ensure_region
from app.parties.models import Organisation
from app.permissions import Actor, Permission, Role, ensure_may, incompatible
from app.users.models import User, UserGrant

OF_ORGANISATION = frozenset({Role.ORGANISATION_CLERK, Role.ORGANISATION_MANAGER})
OF_OWN_THINGS = frozenset(
    {
        Role.REGISTRANT,
        Role.VOLUNTEER,
        Role.SOCIAL_WORKER,
        Role.RECIPIENT,
        Role.GUARDIAN,
        Role.SESSION_LEADER,
        Role.REWARD_PROVIDER,
    }
)
# All others work for a region.
OF_REGION = frozenset(Role) - OF_ORGANISATION - OF_OWN_THINGS


def grant_role(
    session: Session,
    user_id: uuid.UUID,
    role: Role,
    *,
    actor: Actor,
    region_code: str | None = None,
    organisation_id: uuid.UUID | None = None,
    valid_to: date | None = None,
) -> UserGrant:
    """Give a user a role from today, for a region (staff) or an organisation (clerks and managers).

    Nobody grants to themselves. Raises Conflict for roles that one person may not hold together.
    """
    user = lock(session, User, user_id)
    if actor.user_id == user_id:
        raise NotAllowed(_("不能给自己授予角色。"))
    if role in OF_ORGANISATION:
        if organisation_id is None:
            raise InvalidInput(_("请选择单位。"), field="organisation")
        _ensure_may_grant_in(session, actor, organisation_id, user.person_id)
        lock(session, Organisation, organisation_id)
        region_code = None
    else:
        ensure_may(actor, Permission.GRANT_ROLES)
        organisation_id = None
        if role in OF_REGION:
            if region_code is None:
                raise InvalidInput(_("请选择辖区。"), field="region_code")
            ensure_region(session, region_code)
        else:
            region_code = None
    if valid_to is not None and valid_to < clock.today():
        raise InvalidInput(_("截止日期不能早于今天。"), field="valid_to")
    held = in_force(session, user_id)
    if any(
        (one.role, one.region_code, one.organisation_id) == (role, region_code, organisation_id)
        for one in held
    ):
        raise Conflict(_("这个用户已有这个角色。"))
    ensure_compatible([one.role for one in held], role)
    grant = write(
        session,
        user,
        role,
        region_code=region_code,
        organisation_id=organisation_id,
        valid_to=valid_to,
        by=actor,
    )
    events.record(
        session, "user.grant_role", "user", user_id, actor=actor, party_id=user.person_id,
        after={"role": role.value, "region_code": region_code, "organisation_id": organisation_id},
    )  # fmt: skip
    return grant


def end_grant(session: Session, grant_id: uuid.UUID, *, actor: Actor) -> UserGrant:
    """Take a role back with today; it counts no longer from the next request on."""
    grant = lock(session, UserGrant, grant_id)
    if grant.organisation_id is not None:
        person_id = session.get_one(User, grant.user_id).person_id
        _ensure_may_grant_in(session, actor, grant.organisation_id, person_id)
    else:
        ensure_may(actor, Permission.GRANT_ROLES)
    if actor.user_id == grant.user_id:
        raise NotAllowed(_("不能收回自己的角色，请由另一位管理员办理。"))
    if grant.ended_at is not None:
        raise Conflict(_("这个角色已经收回。"))
    grant.ended_at = clock.now()
    user = session.get_one(User, grant.user_id)
    events.record(
        session, "user.end_grant", "user", user.id, actor=actor, party_id=user.person_id,
        before={"role": grant.role.value, "region_code": grant.region_code},
    )  # fmt: skip
    return grant


def ensure_compatible(held: list[Role], new: Role) -> None:
    """Return when a new role may stand beside the held ones; else raise Conflict naming the two."""
    pair = incompatible([*held, new])
    if pair is not None:
        raise Conflict(
            _("“%(one)s”和“%(other)s”不能由同一人担任。", one=pair[0].label, other=pair[1].label),
            field="role",
        )


def in_force(session: Session, user_id: uuid.UUID) -> list[UserGrant]:
    """Return the grants of a user that count today, oldest first."""
    today = clock.today()
    return list(
        session.scalars(
            select(UserGrant)
            .where(UserGrant.user_id == user_id, UserGrant.ended_at.is_(None), UserGrant.valid_from <= today)
            .where(or_(UserGrant.valid_to.is_(None), UserGrant.valid_to >= today))
            .order_by(UserGrant.granted_at, UserGrant.id)
        )
    )


def write(
    session: Session,
    user: User,
    role: Role,
    *,
    by: Actor,
    region_code: str | None = None,
    organisation_id: uuid.UUID | None = None,
    valid_to: date | None = None,
) -> UserGrant:
    """Write the row alone, for verbs that trace it as a part of their own."""
    grant = UserGrant(
        user_id=user.id,
        role=role,
        region_code=region_code,
        organisation_id=organisation_id,
        valid_from=clock.today(),
        valid_to=valid_to,
        granted_at=clock.now(),
        granted_by=by.user_id,
    )
    session.add(grant)
    session.flush()
    return grant


def _ensure_may_grant_in(
    session: Session, actor: Actor, organisation_id: uuid.UUID, person_id: uuid.UUID
) -> None:
    """Clerks and managers are appointed by the security administrator, or, among its own people, by the
    organisation's manager."""
    if organisation_id in actor.organisations(Permission.MANAGE_ORGANISATION_USERS):
        if not affiliations.belongs(session, person_id, organisation_id):
            raise NotAllowed(_("只能把角色授予本单位的人员。"))
        return
    ensure_may(actor, Permission.GRANT_ROLES)
