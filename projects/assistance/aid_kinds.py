"""The kinds of aid as the forms, lists and words of what stands on requests ask for them."""

import uuid
from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from projects.requests.models import AidKind


def offered(session: Session, *, statutory: bool | None = None) -> list[tuple[uuid.UUID, str]]:
    """Return key and name of the kinds that may be chosen; ``statutory`` narrows to those, or to the others."""
    wanted = select(AidKind.id, AidKind.name).where(AidKind.is_active)
    if statutory is not None:
        wanted = wanted.where(AidKind.is_statutory == statutory)
    return list(session.execute(wanted.order_by(AidKind.position, AidKind.name)).all())


def by_name(session: Session) -> dict[str, uuid.UUID]:
    """Return the keys of all kinds by name."""
    return dict(session.execute(select(AidKind.name, AidKind.id)).all())


def names_of(session: Session, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of kinds by key."""
    return dict(session.execute(select(AidKind.id, AidKind.name).where(AidKind.id.in_(keys))).all())


def ensure_kind(session: Session, kind_id: uuid.UUID, *, statutory: bool | None = None) -> str:
    """Return the name of a kind that may be chosen. Raises InvalidInput for field "kind"."""
    found = dict(offered(session, statutory=statutory)).get(kind_id)
    if found is None:
        raise InvalidInput(_("没有这类救助，请重新选择。"), field="kind")
    return found
