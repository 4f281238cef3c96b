"""Who acts, and the guards that every verb asks.

A grant gives a person a role for a region (staff) or an organisation (clerks and managers), or for their
own things. Page, API, batch and command pass the same guards. What a role may do stands in `app/roles.py`.
"""

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _

from app.errors import NotAllowed
from app.roles import (
    ADMINISTRATORS,
    INCOMPATIBLE,
    OFFICES,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    incompatible,
)

__all__ = [
    "ADMINISTRATORS",
    "ANYONE",
    "INCOMPATIBLE",
    "OFFICES",
    "ROLE_PERMISSIONS",
    "SYSTEM",
    "Actor",
    "Grant",
    "Permission",
    "Role",
    "ensure_four_eyes",
    "ensure_may",
    "incompatible",
    "may_in",
    "region_prefix",
]


@dataclass(frozen=True)
class Grant:
    """One role of an actor, for a region (staff), an organisation (clerks), or neither (own things)."""

    role: Role
    region_code: str | None = None
    organisation_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts. Made from a signed-in user; jobs and commands act as SYSTEM."""

    user_id: uuid.UUID | None
    person_id: uuid.UUID | None
    name: str
    grants: tuple[Grant, ...] = ()
    address: str | None = None
    is_system: bool = False

    def may(self, permission: Permission) -> bool:
        """Return whether any role gives the permission, wherever."""
        return self.is_system or any(permission in ROLE_PERMISSIONS[grant.role] for grant in self.grants)

    def regions(self, permission: Permission) -> tuple[str, ...]:
        """Return the region codes within which a staff role gives the permission."""
        return tuple(
            grant.region_code
            for grant in self.grants
            if grant.region_code and permission in ROLE_PERMISSIONS[grant.role]
        )

    def organisations(self, permission: Permission) -> tuple[uuid.UUID, ...]:
        """Return the organisations for which a role gives the permission."""
        return tuple(
            grant.organisation_id
            for grant in self.grants
            if grant.organisation_id and permission in ROLE_PERMISSIONS[grant.role]
        )

    @property
    def role(self) -> Role | None:
        """The first role, as audit rows name it."""
        return self.grants[0].role if self.grants else None


SYSTEM = Actor(user_id=None, person_id=None, name="system", is_system=True)
ANYONE = Actor(user_id=None, person_id=None, name="public")


def region_prefix(code: str) -> str:
    """Return the part of a 12-digit region code that its whole subtree shares (2, 4, 6, 9 or 12 digits)."""
    for length in (2, 4, 6, 9):
        if not code[length:].strip("0"):
            return code[:length]
    return code


def may_in(actor: Actor, permission: Permission, region_code: str) -> bool:
    """Return whether the actor may do this in a region."""
    return actor.is_system or any(
        region_code.startswith(region_prefix(code)) for code in actor.regions(permission)
    )


def ensure_may(
    actor: Actor,
    permission: Permission,
    *,
    region_code: str | None = None,
    organisation_id: uuid.UUID | None = None,
) -> None:
    """Return when the actor may do this there; else raise NotAllowed.

    ``region_code``: the thing's region must lie in a region of the actor's. ``organisation_id``: the thing
    belongs to an organisation, and a role for that very organisation is wanted.
    """
    if actor.is_system:
        return
    if not actor.may(permission):
        raise NotAllowed(_("您的角色没有“%(permission)s”的权限。", permission=permission.label))
    if organisation_id is not None and organisation_id in actor.organisations(permission):
        return
    if region_code is not None and any(
        region_code.startswith(region_prefix(scope)) for scope in actor.regions(permission)
    ):
        return
    if organisation_id is not None:
        raise NotAllowed(_("这不是您所在单位的事项。"))
    if region_code is not None:
        raise NotAllowed(_("这件事不在您的辖区内。"))


def ensure_four_eyes(actor: Actor, *earlier: uuid.UUID | None) -> None:
    """Return unless the actor already took an earlier step in this matter; else raise NotAllowed.

    ``earlier`` are the person ids of those who submitted, reviewed or entered. Never waived.
    """
    if actor.is_system:
        return
    if actor.person_id is None or actor.person_id in earlier:
        raise NotAllowed(_("您已经手过这件事，须由另一位工作人员办理。"))
