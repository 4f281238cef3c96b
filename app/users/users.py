"""Users: making one, the password, locking."""

import re
import unicodedata
import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.parties import affiliations, duplicates
from app.parties.models import Person
from app.permissions import ADMINISTRATORS, OFFICES, Actor, Permission
from app.users import grants, sessions, sign_ins
from app.users.models import User

_NAME = re.compile(r"[^\W_][\w.\-]{2,39}")


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


def lock_user(session: Session, user_id: uuid.UUID, *, reason: str, actor: Actor) -> User:
    """Keep a user out until unlocked; all sessions end at once."""
    user = lock(session, User, user_id)
    grants.ensure_reaches(session, actor, Permission.LOCK_USERS, user)
    if actor.user_id == user_id:
        raise NotAllowed(_("不能锁定自己。"))
    if user.locked_at is not None:
        raise Conflict(_("这个用户已被锁定。"))
    user.locked_at = clock.now()
    sessions.end_rows(session, user_id)
    events.record(session, "user.lock", "user", user_id, actor=actor, party_id=user.person_id, reason=reason)
    return user


def unlock_user(session: Session, user_id: uuid.UUID, *, reason: str, actor: Actor) -> User:
    """Let a locked user in again, also one whom wrong passwords keep out."""
    user = lock(session, User, user_id)
    grants.ensure_reaches(session, actor, Permission.LOCK_USERS, user)
    user.locked_at = None
    sign_ins.forgive(session, user)
    events.record(
        session, "user.unlock", "user", user_id, actor=actor, party_id=user.person_id, reason=reason
    )
    return user


def _set_password(session: Session, user_id: uuid.UUID, password_hash: str, *, must_change: bool) -> User:
    user = lock(session, User, user_id)
    user.password_hash = password_hash
    user.password_changed_at = clock.now()
    user.must_change_password = must_change
    session.flush()
    return user


def may_manage(session: Session, actor: Actor, user: User) -> bool:
    """Whether the actor may reset this user's password, for showing the button."""
    try:
        ensure_may_manage(session, actor, user)
    except NotAllowed:
        return False
    return True


def ensure_may_manage(session: Session, actor: Actor, user: User) -> None:
    """Return when the actor may reset this user's password: whoever sets it can sign in as the user.

    Nobody resets their own, which would spare typing the present one. Nobody on a page resets those of the three
    administrators (等保: apart; a command does it). Those of the offices are reset by the security administrator,
    others' by the system administrator. A manager may for those who act for the manager's own organisation alone.
    """
    if actor.is_system:
        return
    if actor.user_id == user.id:
        raise NotAllowed(_("自己的密码请在“登录安全”里更换，要输入现在的密码。"))
    held = grants.in_force(session, user.id)
    roles = {grant.role for grant in held}
    if actor.may(Permission.MANAGE_USERS) or actor.may(Permission.LOCK_USERS):
        if roles & ADMINISTRATORS:
            raise NotAllowed(_("系统管理员、安全管理员和审计的密码由运维人员在服务器上重置。"))
        if roles & OFFICES:
            if not actor.may(Permission.LOCK_USERS):
                raise NotAllowed(_("工作人员的密码由安全管理员重置。"))
            grants.ensure_reaches(session, actor, Permission.LOCK_USERS, user)
        else:
            grants.ensure_reaches(session, actor, Permission.MANAGE_USERS, user)
        return
    mine = set(actor.organisations(Permission.MANAGE_ORGANISATION_USERS))
    theirs = {grant.organisation_id for grant in held}
    if not mine or not theirs or not theirs <= mine:
        raise NotAllowed(_("只能管理本单位的登录用户。"))
