"""Signing in, with a brake on guessing.

The password is compared before a transaction is opened (argon2 is slow on purpose); what the brake says is
decided inside, under the lock of the user, so that many guesses at once win nothing.
"""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit import events
from app.db import lock
from app.identity import check_phone
from app.parties import duplicates
from app.permissions import ANYONE, Actor
from app.users import sessions
from app.users.models import SignInAttempt, User

FAILURES = 5
FAILURES_PER_ADDRESS = 50  # a town hall behind one address has many people with one wrong password each
LOCKED_FOR = timedelta(minutes=30)
# Order matters: most browsers name Chrome and Safari too.
_BROWSERS = (
    ("MicroMessenger", _l("微信")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("QQBrowser", _l("QQ 浏览器")),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", _l("鸿蒙")),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class SignIn:
    """Outcome of a try: a token for the cookie, or the sentence that says why not. Failures are kept too,
    so this is a value and no error: the transaction must commit."""

    token: str | None = None
    sentence: Any = None
    must_change_password: bool = False


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
    """Return a typed name folded for looking up and counting, as `users.normal_name` stores it."""
    return "".join(unicodedata.normalize("NFKC", typed).lower().split())[:100]


def counted_as(typed: str) -> bytes:
    """Return the hash under which tries of a typed name or telephone are counted: by what was typed alone.

    However a number is written it counts as one, and whether anybody has that name or number changes nothing,
    so that the tries left tell nobody who is registered here.
    """
    phone = check_phone(typed)
    if phone.ok:
        return _counted_phone(duplicates.phone_hash(phone.code))
    return keys.lookup_hash("sign_in_name", folded_name(typed))


def _counted_phone(phone_hash: bytes) -> bytes:
    return keys.lookup_hash("sign_in_name", "phone:" + phone_hash.hex())


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
    name_hash = counted_as(typed)
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
    token = sessions.open_row(session, user, address=address, browser=browser)
    actor = Actor(user_id=user.id, person_id=user.person_id, name=user.name, address=address)
    events.record(session, "session.sign_in", "user", user.id, actor=actor, party_id=user.person_id)
    return SignIn(token=token, must_change_password=user.must_change_password)


def forgive(session: Session, user: User) -> None:
    """Forget the failures of a user's name and telephone, so that the user may try again at once."""
    counted = [counted_as(user.name)]
    if user.phone_hash is not None:
        counted.append(_counted_phone(user.phone_hash))
    session.execute(delete(SignInAttempt).where(SignInAttempt.name_hash.in_(counted)))


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


def _nobody(address: str | None) -> Actor:
    return Actor(user_id=None, person_id=None, name=ANYONE.name, address=address)
