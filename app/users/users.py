"""Users: making one, the password, the grants of roles, locking."""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.parties import affiliations, duplicates
from app.parties.guards import ensure_region
from app.parties.models import Organisation, Person
from app.permissions import Actor, Permission, Role, ensure_may, incompatible
from app.users import sessions
from app.users.models import User, UserGrant

_NAME = re.compile(r"[^\W_][\w.\-]{2,39}")

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


@dataclass(frozen=True)
class NewUser:
    """What a new user signs in with; the password comes hashed, since hashing is slow."""

    name: str
    password_hash: str
    phone: str | None = None
    must_change_password: bool = False


def normal_name(text: str) -> str:
    """Return a sign-in name as it is stored and compared: composed, lower case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def create(session: Session, person_id: uuid.UUID, new: NewUser, *, actor: Actor) -> User:
    """Make a user of a person: at self-registration, by an organisation's manager, or by an administrator.

    Raises InvalidInput for a bad name, Conflict when the name or telephone serves another user already.
    """
    if actor.user_id is not None and not actor.may(Permission.MANAGE_USERS):
        mine = actor.organisations(Permission.MANAGE_ORGANISATION_USERS)
        if not any(affiliations.belongs(session, person_id, one) for one in mine):
            raise NotAllowed(_("只能为本单位的人员设立登录名。"))
    name = normal_name(new.name)
    if not _NAME.fullmatch(name) or name.isdecimal():
        sentence = _("登录名用 3–40 个字母、汉字、数字或 . - _，不能只有数字。")
        raise InvalidInput(sentence, field="user_name")
    if session.scalar(select(User.id).where(User.name == name)) is not None:
        raise Conflict(_("这个登录名已有人使用，请换一个。"), field="user_name")
    lock(session, Person, person_id)
    if session.scalar(select(User.id).where(User.person_id == person_id)) is not None:
        raise Conflict(_("这个人已有登录名。"))
    phone_hash = duplicates.phone_hash(new.phone) if new.phone else None
    if phone_hash is not None and session.scalar(select(User.id).where(User.phone_hash == phone_hash)):
        phone_hash = None  # a family's shared telephone signs in the first of them only; the others use names
    user = User(
        name=name,
        person_id=person_id,
        phone_hash=phone_hash,
        password_hash=new.password_hash,
        password_changed_at=clock.now(),
        must_change_password=new.must_change_password,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    events.record(
        session, "user.create", "user", user.id, actor=actor, party_id=person_id, after={"name": name}
    )
    return user


def change_password(
    session: Session,
    user_id: uuid.UUID,
    password_hash: str,
    *,
    actor: Actor,
    keep_session: uuid.UUID | None = None,
) -> User:
    """Take a user's own new password; all sessions of the user end but the one it was typed in."""
    if actor.user_id != user_id:
        raise NotAllowed(_("只能修改自己的密码。"))
    user = _set_password(session, user_id, password_hash, must_change=False)
    sessions.end_rows(session, user_id, keep=keep_session)
    events.record(session, "user.change_password", "user", user_id, actor=actor, party_id=user.person_id)
    return user


def reset_password(session: Session, user_id: uuid.UUID, password_hash: str, *, actor: Actor) -> User:
    """Set a first password by an administrator or the organisation's manager: it must be changed at sign-in."""
    user = lock(session, User, user_id)
    ensure_may_manage(session, actor, user)
    _set_password(session, user_id, password_hash, must_change=True)
    sessions.end_rows(session, user_id)
    events.record(session, "user.reset_password", "user", user_id, actor=actor, party_id=user.person_id)
    return user


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
    held = grants_in_force(session, user_id)
    if any(
        (one.role, one.region_code, one.organisation_id) == (role, region_code, organisation_id)
        for one in held
    ):
        raise Conflict(_("这个用户已有这个角色。"))
    ensure_compatible([one.role for one in held], role)
    grant = write_grant(
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


def lock_user(session: Session, user_id: uuid.UUID, *, reason: str, actor: Actor) -> User:
    """Keep a user out until unlocked; all sessions end at once."""
    ensure_may(actor, Permission.LOCK_USERS)
    if actor.user_id == user_id:
        raise NotAllowed(_("不能锁定自己。"))
    user = lock(session, User, user_id)
    if user.locked_at is not None:
        raise Conflict(_("这个用户已被锁定。"))
    user.locked_at = clock.now()
    sessions.end_rows(session, user_id)
    events.record(session, "user.lock", "user", user_id, actor=actor, party_id=user.person_id, reason=reason)
    return user


def unlock_user(session: Session, user_id: uuid.UUID, *, reason: str, actor: Actor) -> User:
    """Let a locked user in again, also one whom wrong passwords keep out."""
    ensure_may(actor, Permission.LOCK_USERS)
    user = lock(session, User, user_id)
    user.locked_at = None
    sessions.forgive(session, user)
    events.record(
        session, "user.unlock", "user", user_id, actor=actor, party_id=user.person_id, reason=reason
    )
    return user


def ensure_compatible(held: list[Role], new: Role) -> None:
    """Return when a new role may stand beside the held ones; else raise Conflict naming the two."""
    pair = incompatible([*held, new])
    if pair is not None:
        raise Conflict(
            _("“%(one)s”和“%(other)s”不能由同一人担任。", one=pair[0].label, other=pair[1].label),
            field="role",
        )


def grants_in_force(session: Session, user_id: uuid.UUID) -> list[UserGrant]:
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


def write_grant(
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


def _set_password(session: Session, user_id: uuid.UUID, password_hash: str, *, must_change: bool) -> User:
    user = lock(session, User, user_id)
    user.password_hash = password_hash
    user.password_changed_at = clock.now()
    user.must_change_password = must_change
    session.flush()
    return user


def ensure_may_manage(session: Session, actor: Actor, user: User) -> None:
    """Return when the actor may reset this user's password.

    An administrator may, but not those of the two other administrators, whom that would make one (等保: three
    administrators apart; a command does it). A manager may for those who act for the manager's own
    organisation alone.
    """
    grants = grants_in_force(session, user.id)
    if actor.is_system:
        return
    if actor.may(Permission.MANAGE_USERS):
        if {grant.role for grant in grants} & {Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}:
            raise NotAllowed(_("安全管理员和审计的密码由运维人员在服务器上重置。"))
        return
    mine = set(actor.organisations(Permission.MANAGE_ORGANISATION_USERS))
    theirs = {grant.organisation_id for grant in grants}
    if not mine or not theirs or not theirs <= mine:
        raise NotAllowed(_("只能管理本单位的登录用户。"))


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
