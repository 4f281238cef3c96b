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
from app.parties.models import Organisation, Party
from app.permissions import ADMINISTRATORS, Actor, Permission, Role, ensure_may, incompatible, region_prefix
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
# Of these, the ones whose work has no county: what they see or decide is the whole city's.
OF_CITY = ADMINISTRATORS | {Role.CITY_STAFF}
_CITY_DIGITS = 4


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

    The actor's own role must reach where the new one is to count; the administrators and city staff serve the
    whole city. Nobody grants to themselves. Raises Conflict for roles that one person may not hold together.
    """
    user = lock(session, User, user_id)
    if actor.user_id == user_id:
        raise NotAllowed(_("不能给自己授予角色。"))
    if role in OF_ORGANISATION:
        if organisation_id is None:
            raise InvalidInput(_("请选择单位。"), field="organisation")
        _ensure_may_appoint(session, actor, organisation_id)
        manages = organisation_id in actor.organisations(Permission.MANAGE_ORGANISATION_USERS)
        if manages and not affiliations.belongs(session, user.person_id, organisation_id):
            raise NotAllowed(_("只能把角色授予本单位的人员。"))
        lock(session, Organisation, organisation_id)
        region_code = None
    else:
        organisation_id = None
        if role in OF_REGION:
            if region_code is None:
                raise InvalidInput(_("请选择辖区。"), field="region_code")
            ensure_region(session, region_code)
            if role in OF_CITY and len(region_prefix(region_code)) > _CITY_DIGITS:
                sentence = _("“%(role)s”只为全市设立，请把辖区留空。", role=role.label)
                raise InvalidInput(sentence, field="region_code")
        else:
            region_code = None
        ensure_may(actor, Permission.GRANT_ROLES, region_code=_reach(session, user, region_code, None))
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
    user = session.get_one(User, grant.user_id)
    if grant.organisation_id is not None:
        _ensure_may_appoint(session, actor, grant.organisation_id)
    else:
        where = _reach(session, user, grant.region_code, None)
        ensure_may(actor, Permission.GRANT_ROLES, region_code=where)
    if actor.user_id == grant.user_id:
        raise NotAllowed(_("不能收回自己的角色，请由另一位管理员办理。"))
    if grant.ended_at is not None:
        raise Conflict(_("这个角色已经收回。"))
    grant.ended_at = clock.now()
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


def ensure_reaches(session: Session, actor: Actor, permission: Permission, user: User) -> None:
    """Return when the actor's permission reaches every place where the user has a role; without any, the home.

    What is done to a user is done to all of the user's roles: raises NotAllowed when one lies elsewhere.
    """
    held = in_force(session, user.id)
    places = {_reach(session, user, one.region_code, one.organisation_id) for one in held}
    for region_code in places or {_reach(session, user, None, None)}:
        ensure_may(actor, permission, region_code=region_code)


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


def _ensure_may_appoint(session: Session, actor: Actor, organisation_id: uuid.UUID) -> None:
    """Clerks and managers are appointed by the organisation's manager, or by the security administrator."""
    if organisation_id in actor.organisations(Permission.MANAGE_ORGANISATION_USERS):
        return
    region_code = session.get_one(Party, organisation_id).region_code
    ensure_may(actor, Permission.GRANT_ROLES, region_code=region_code)


def _reach(session: Session, user: User, region_code: str | None, organisation_id: uuid.UUID | None) -> str:
    """Return the region where a role counts: its own, its organisation's, or else where its user is at home."""
    return region_code or session.get_one(Party, organisation_id or user.person_id).region_code
