"""The kinds of help that may be asked for: added and changed by the city; none is ever removed."""

import uuid
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import events
from app.db import lock
from app.errors import InvalidInput
from app.permissions import Actor, Permission, ensure_may
from projects.requests.models import AidKind


def add(session: Session, *, name: str, about: str, is_statutory: bool, actor: Actor) -> AidKind:
    """Add a kind at the end of the list. Raises InvalidInput for a name that stands there."""
    ensure_may(actor, Permission.MANAGE_CATALOGUE)
    _ensure_new(session, name, None)
    last = session.scalar(select(func.max(AidKind.position))) or 0
    kind = AidKind(
        name=name.strip(), about=about.strip(), is_statutory=is_statutory, position=last + 10, is_active=True
    )
    session.add(kind)
    session.flush()
    _trace(session, "aid_kind.add", kind, actor, after=_shown(kind))
    return kind


def change(
    session: Session,
    kind_id: uuid.UUID,
    *,
    name: str,
    about: str,
    is_statutory: bool,
    is_active: bool,
    actor: Actor,
) -> AidKind:
    """Change a kind, or take it off the form; requests that name it keep it."""
    ensure_may(actor, Permission.MANAGE_CATALOGUE)
    kind = lock(session, AidKind, kind_id)
    _ensure_new(session, name, kind_id)
    before = _shown(kind)
    kind.name, kind.about = name.strip(), about.strip()
    kind.is_statutory, kind.is_active = is_statutory, is_active
    session.flush()
    _trace(session, "aid_kind.change", kind, actor, before=before, after=_shown(kind))
    return kind


def _ensure_new(session: Session, name: str, but: uuid.UUID | None) -> None:
    query = select(AidKind.id).where(AidKind.name == name.strip())
    if any(found != but for found in session.scalars(query)):
        raise InvalidInput(_("已有这个类别。"), field="name")


def _shown(kind: AidKind) -> dict[str, Any]:
    return {"name": kind.name, "is_statutory": kind.is_statutory, "is_active": kind.is_active}


def _trace(session: Session, verb: str, kind: AidKind, actor: Actor, **detail: Any) -> None:
    events.record(session, verb, "aid_kind", kind.id, actor=actor, **detail)
