"""Sessions: staying signed in, for so long as the server allows, and the end of it."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import NotFound
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import Actor, Grant, Permission, Role
from app.users import grants
from app.users.models import User, UserGrant, UserSession

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32
_NOT_YET = frozenset(
    {
        RegistrationState.DRAFT,
        RegistrationState.SUBMITTED,
        RegistrationState.SENT_BACK,
        RegistrationState.REJECTED,
        RegistrationState.SUSPENDED,
        RegistrationState.CLOSED,
    }
)
_OF_PARTY = frozenset(
    {Role.VOLUNTEER, Role.SOCIAL_WORKER, Role.ORGANISATION_CLERK, Role.ORGANISATION_MANAGER, Role.REGISTRANT}
)


@dataclass(frozen=True)
class Signed:
    """A live session: who acts, in which session, and whether its last-seen time wants writing."""

    actor: Actor
    session_id: uuid.UUID
    must_change_password: bool
    wants_touch: bool


def open_row(session: Session, user: User, *, address: str | None, browser: str | None) -> str:
    """Open a session and return its token, which only the cookie holds; signing in traces it."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        UserSession(
            user_id=user.id,
            token_hash=_token_hash(token),
            address=address,
            browser=(browser or "")[:100] or None,
            started_at=clock.now(),
            seen_at=clock.now(),
        )
    )
    session.flush()
    return token


def load_actor(session: Session, token: str, *, address: str | None = None) -> Signed | None:
    """Return who is behind a token, or None when its session has ended, idled out or was never there."""
    found = session.execute(
        select(UserSession, User, Party)
        .join(User, User.id == UserSession.user_id)
        .join(Party, Party.id == User.person_id)
        .where(UserSession.token_hash == _token_hash(token), UserSession.ended_at.is_(None))
    ).first()
    if found is None:
        return None
    row, user, person = found
    moment = clock.now()
    if user.locked_at is not None or moment - row.seen_at > IDLE or moment - row.started_at > LONGEST:
        return None
    actor = Actor(
        user_id=user.id,
        person_id=user.person_id,
        name=person.name,
        grants=_grants(session, user, person),
        address=address,
    )
    return Signed(actor, row.id, user.must_change_password, moment - row.seen_at >= SEEN_EVERY)


def actor_of(session: Session, user_id: uuid.UUID) -> Actor | None:
    """Return a user as an actor with the grants of now, for work a job does on the user's word; None when locked."""
    found = session.execute(
        select(User, Party)
        .join(Party, Party.id == User.person_id)
        .where(User.id == user_id, User.locked_at.is_(None))
    ).first()
    if found is None:
        return None
    user, person = found
    return Actor(user.id, user.person_id, person.name, _grants(session, user, person))


def touch(session: Session, session_id: uuid.UUID) -> None:
    """Note that a session is in use; called at most once a minute."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.ended_at.is_(None))
        .values(seen_at=clock.now())
    )


def sign_out(session: Session, session_id: uuid.UUID, *, actor: Actor) -> None:
    """End the session in which somebody signs out."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == actor.user_id)
        .where(UserSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    events.record(session, "session.sign_out", "user", actor.user_id, actor=actor, party_id=actor.person_id)


def end_session(session: Session, session_id: uuid.UUID, *, actor: Actor) -> UserSession:
    """End one of one's own sessions. Raises NotFound for others' sessions, which `end_all` ends."""
    row = lock(session, UserSession, session_id)
    if row.user_id != actor.user_id:
        raise NotFound(_("没有找到这个会话。"))
    if row.ended_at is None:
        row.ended_at = clock.now()
    user = session.get_one(User, row.user_id)
    events.record(session, "session.end", "user", user.id, actor=actor, party_id=user.person_id)
    return row


def end_all(session: Session, user_id: uuid.UUID, *, actor: Actor) -> int:
    """End all sessions of a user and return how many there were."""
    user = lock(session, User, user_id)
    if user_id != actor.user_id:
        grants.ensure_reaches(session, actor, Permission.LOCK_USERS, user)
    ended = end_rows(session, user_id)
    events.record(session, "session.end_all", "user", user.id, actor=actor, party_id=user.person_id)
    return ended


def end_rows(session: Session, user_id: uuid.UUID, *, keep: uuid.UUID | None = None) -> int:
    """End the rows alone, for verbs that trace it as a part of their own; return how many."""
    open_rows = select(UserSession.id).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    ids = [one for one in session.scalars(open_rows) if one != keep]
    for one in ids:
        session.execute(update(UserSession).where(UserSession.id == one).values(ended_at=clock.now()))
    return len(ids)


def live(session: Session, user_id: uuid.UUID) -> list[UserSession]:
    """Return the sessions of a user that still count, the latest used first."""
    rows = session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .where(UserSession.seen_at >= clock.now() - IDLE, UserSession.started_at >= clock.now() - LONGEST)
        .order_by(UserSession.seen_at.desc())
    )
    return list(rows)


def _grants(session: Session, user: User, person: Party) -> tuple[Grant, ...]:
    """Return the grants that count now; those of a party that is not in force shrink to REGISTRANT.

    Who has no role at all is one too, and may at least see to the own password.
    """
    today = clock.today()
    rows = session.execute(
        select(UserGrant, Party.state)
        .outerjoin(Party, Party.id == UserGrant.organisation_id)
        .where(UserGrant.user_id == user.id, UserGrant.ended_at.is_(None), UserGrant.valid_from <= today)
        .where(or_(UserGrant.valid_to.is_(None), UserGrant.valid_to >= today))
        .order_by(UserGrant.granted_at, UserGrant.id)
    )
    grants = []
    for grant, organisation_state in rows:
        state = organisation_state if grant.organisation_id else person.state
        in_force = grant.role not in _OF_PARTY or state not in _NOT_YET
        role = grant.role if in_force else Role.REGISTRANT
        grants.append(Grant(role, grant.region_code, grant.organisation_id))
    return tuple(grants) or (Grant(Role.REGISTRANT),)


def _token_hash(token: str) -> bytes:
    """A random token needs no keyed or slow hash: it cannot be guessed from its hash."""
    return hashlib.sha256(token.encode()).digest()
