"""Reading users."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.parties.models import Party
from app.permissions import Actor, Permission, Role, ensure_may
from app.users.models import User, UserGrant


@dataclass(frozen=True)
class UserRow:
    """A user with the person's name and the grants in force."""

    user: User
    name: str
    grants: list[UserGrant] = field(default_factory=list)


def staff_user(session: Session, user_id: uuid.UUID, *, actor: Actor) -> UserRow:
    """Return one user with grants, for those who manage, lock or grant. Raises NotFound."""
    if not actor.may(Permission.LOCK_USERS) and not actor.may(Permission.GRANT_ROLES):
        ensure_may(actor, Permission.MANAGE_USERS)
    found = session.execute(_users().where(User.id == user_id)).first()
    if found is None:
        raise NotFound(_("没有这个用户。"))
    return _with_grants(session, [(found[0], found[1])])[0]


def staff_users(actor: Actor, *, text: str = "", locked: bool = False) -> Select[User, str]:
    """Return the statement of users and their persons' names, unordered, for paging."""
    if not actor.may(Permission.LOCK_USERS) and not actor.may(Permission.GRANT_ROLES):
        ensure_may(actor, Permission.MANAGE_USERS)
    wanted = _users()
    if text.strip():
        wanted = wanted.where(_named(text.strip()))
    return wanted.where(User.locked_at.is_not(None)) if locked else wanted


def with_grants(session: Session, found: Sequence[tuple[User, str]]) -> list[UserRow]:
    """Return rows of users with their grants in force, in the same order."""
    return _with_grants(session, found)


def users_of_organisations(session: Session, *, actor: Actor) -> list[UserRow]:
    """Return the users who may act for the organisations that the actor manages, by name."""
    mine = actor.organisations(Permission.MANAGE_ORGANISATION_USERS)
    ids = session.scalars(
        select(UserGrant.user_id).where(UserGrant.organisation_id.in_(mine), _in_force())
    ).all()
    found = session.execute(_users().where(User.id.in_(set(ids))).order_by(Party.sort_key, User.id))
    rows = _with_grants(session, [(user, name) for user, name in found])
    return [
        UserRow(row.user, row.name, [grant for grant in row.grants if grant.organisation_id in mine])
        for row in rows
    ]


def office_holders(session: Session, roles: Iterable[Role], region_code: str) -> list[uuid.UUID]:
    """Return the persons who hold one of the roles for this very division now and can sign in, each once."""
    return list(
        session.scalars(
            select(User.person_id)
            .join(UserGrant, UserGrant.user_id == User.id)
            .where(
                UserGrant.role.in_(list(roles)),
                UserGrant.region_code == region_code,
                _in_force(),
                User.locked_at.is_(None),
            )
            .distinct()
            .order_by(User.person_id)
        )
    )


def _users() -> Select[User, str]:
    return select(User, Party.name).join(Party, Party.id == User.person_id)


def _named(text: str) -> ColumnElement[bool]:
    return or_(User.name.contains(text.lower(), autoescape=True), Party.name.contains(text, autoescape=True))


def _in_force() -> ColumnElement[bool]:
    today = clock.today()
    return (
        UserGrant.ended_at.is_(None)
        & (UserGrant.valid_from <= today)
        & or_(UserGrant.valid_to.is_(None), UserGrant.valid_to >= today)
    )


def _with_grants(session: Session, found: Sequence[tuple[User, str]]) -> list[UserRow]:
    rows = {user.id: UserRow(user, name) for user, name in found}
    grants = session.scalars(
        select(UserGrant)
        .where(UserGrant.user_id.in_(rows), _in_force())
        .order_by(UserGrant.granted_at, UserGrant.id)
    )
    for grant in grants:
        rows[grant.user_id].grants.append(grant)
    return list(rows.values())
