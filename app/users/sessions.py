"""Sessions: signing in with a brake on guessing, staying signed in, and the end of it.

The password is compared before a transaction is opened (argon2 is slow on purpose); what the brake says is
decided inside, under the lock of the attempts, so that many guesses at once win nothing.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit import events
from app.db import lock
from app.errors import NotFound
from app.identity import check_phone
from app.parties import duplicates
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import ANYONE, Actor, Grant, Permission, Role, ensure_may
from app.users.models import SignInAttempt, User, UserGrant, UserSession

FAILURES = 5
FAILURES_PER_ADDRESS = 50  # a town hall behind one address has many people with one wrong password each
LOCKED_FOR = timedelta(minutes=30)
IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32
# Order matters: most browsers name Chrome and Safari too.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("QQBrowser", "QQ 浏览器"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)

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
class SignIn:
    """Outcome of a try: a token for the cookie, or the sentence that says why not. Failures are kept too,
    so this is a value and no error: the transaction must commit."""

    token: str | None = None
    sentence: Any = None
    must_change_password: bool = False


@dataclass(frozen=True)
class Signed:
    """A live session: who acts, in which session, and whether its last-seen time wants writing."""

    actor: Actor
    session_id: uuid.UUID
    must_change_password: bool
    wants_touch: bool


def find_user(session: Session, typed: str) -> User | None:
    """Return the user of a typed sign-in name or telephone number, or None."""
    name = folded_name(typed)
    user = session.scalars(select(User).where(User.name == name)).first()
    if user is None:
        phone = check_phone(typed)
        if phone.ok:
            hashed = duplicates.phone_hash(phone.code)
            user = session.scalars(select(User).where(User.phone_hash == hashed)).first()
    return user


def folded_name(typed: str) -> str:
    """Return a typed name folded for looking up and counting."""
    return "".join(typed.lower().split())[:100]


def browser_name(agent: str) -> str:
    """Return what people call the browser behind a user-agent line, with its system; no more is kept."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), _("其他浏览器"))
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} · {system}" if system else str(browser)


def sign_in(
    session: Session, typed: str, user: User | None, *, right: bool, address: str | None, browser: str | None
) -> SignIn:
    """Judge a try whose password was compared before (``right``) and open a session when all is well.

    Five failures keep a name out for 30 minutes, known or not; many from one address do the same for it.
    """
    compared = user.password_hash if user else None
    if user is not None:
        # Many guesses at once wait for each other here; the password must still be the one that was compared.
        user = lock(session, User, user.id)
        right = right and user.password_hash == compared
    name_hash = keys.lookup_hash("sign_in_name", str(user.id) if user else folded_name(typed))
    failed = _failures(session, name_hash)
    if failed >= FAILURES or _failures_from(session, address) >= FAILURES_PER_ADDRESS:
        return SignIn(sentence=_("登录失败次数太多，请 30 分钟后再试，或请管理员解锁。"))
    session.add(SignInAttempt(name_hash=name_hash, address=address, succeeded=right, happened_at=clock.now()))
    session.flush()
    if not right or user is None:
        left = FAILURES - failed - 1
        events.record(
            session, "session.refuse", "user", user.id if user else None, actor=_nobody(address),
            party_id=user.person_id if user else None,
        )  # fmt: skip
        if left <= 0:
            return SignIn(sentence=_("登录名或密码不对。失败已达 5 次，请 30 分钟后再试。"))
        return SignIn(sentence=_("登录名或密码不对，还可以再试 %(left)s 次。", left=left))
    if user.locked_at is not None:
        return SignIn(sentence=_("这个登录名已被管理员锁定，请与管理员联系。"))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = UserSession(
        user_id=user.id,
        token_hash=_token_hash(token),
        address=address,
        browser=(browser or "")[:100] or None,
        started_at=clock.now(),
        seen_at=clock.now(),
    )
    session.add(row)
    session.flush()
    actor = Actor(user_id=user.id, person_id=user.person_id, name=user.name, address=address)
    events.record(session, "session.sign_in", "user", user.id, actor=actor, party_id=user.person_id)
    return SignIn(token=token, must_change_password=user.must_change_password)


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
    """End a session, one's own or, by who may lock users, anybody's. Raises NotFound for others' sessions."""
    row = lock(session, UserSession, session_id)
    if row.user_id != actor.user_id and not actor.may(Permission.LOCK_USERS):
        raise NotFound(_("没有找到这个会话。"))
    if row.ended_at is None:
        row.ended_at = clock.now()
    user = session.get_one(User, row.user_id)
    events.record(session, "session.end", "user", user.id, actor=actor, party_id=user.person_id)
    return row


def end_all(session: Session, user_id: uuid.UUID, *, actor: Actor) -> int:
    """End all sessions of a user and return how many there were."""
    if user_id != actor.user_id:
        ensure_may(actor, Permission.LOCK_USERS)
    user = lock(session, User, user_id)
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


def forgive(session: Session, user: User) -> None:
    """Forget the failures of a name, so that its user may try again at once."""
    hashed = keys.lookup_hash("sign_in_name", str(user.id))
    session.execute(delete(SignInAttempt).where(SignInAttempt.name_hash == hashed))


def forget_attempts(session: Session, before: object) -> int:
    """Delete attempts older than an instant and return how many; the audit log keeps what happened."""
    gone = session.execute(delete(SignInAttempt).where(SignInAttempt.happened_at < before))
    return int(getattr(gone, "rowcount", 0))


def _failures(session: Session, name_hash: bytes) -> int:
    """Return how often a name failed in the last 30 minutes since it last succeeded."""
    since = clock.now() - LOCKED_FOR
    last_success = session.scalar(
        select(func.max(SignInAttempt.happened_at)).where(
            SignInAttempt.name_hash == name_hash, SignInAttempt.succeeded.is_(True)
        )
    )
    if last_success is not None:
        since = max(since, last_success)
    counted = select(func.count()).where(
        SignInAttempt.name_hash == name_hash,
        SignInAttempt.succeeded.is_(False),
        SignInAttempt.happened_at > since,
    )
    return session.scalar(counted) or 0


def _failures_from(session: Session, address: str | None) -> int:
    if address is None:
        return 0
    counted = select(func.count()).where(
        SignInAttempt.address == address,
        SignInAttempt.succeeded.is_(False),
        SignInAttempt.happened_at > clock.now() - LOCKED_FOR,
    )
    return session.scalar(counted) or 0


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


def _nobody(address: str | None) -> Actor:
    return Actor(user_id=None, person_id=None, name=ANYONE.name, address=address)
