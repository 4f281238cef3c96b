"""The glue to Flask-Login: the cookie holds a token, the server knows whose session it is."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, current_user, login_user, logout_user

from app.db import reading, transaction
from app.permissions import Actor
from app.users import sessions

_CHANGE_PASSWORD = "users_member.security"
_OPEN_WHILE_CHANGING = frozenset(
    {_CHANGE_PASSWORD, "users_public.sign_out", "look.accessible", "static", "bootstrap.static"}
)


@dataclass(frozen=True)
class SignedInUser:
    """What Flask-Login calls a user: a live session."""

    token: str
    signed: sessions.Signed

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def actor(self) -> Actor:
        """Who acts in this request."""
        return self.signed.actor

    def get_id(self) -> str:
        """Return what the cookie holds."""
        return self.token


def init_login(web: Flask) -> None:
    """Let the web application know its signed-in users."""
    manager = LoginManager(web)
    manager.session_protection = None  # the server ends sessions; addresses change on mobile networks
    manager.user_loader(_load)

    @web.before_request
    def _first_change_password() -> Any:
        """A password that somebody else set opens nothing but the page on which it is changed."""
        if not current_user.is_authenticated or not current_user.signed.must_change_password:
            return None
        if request.endpoint in _OPEN_WHILE_CHANGING:
            return None
        return redirect(url_for(_CHANGE_PASSWORD), 303)


def begin(token: str) -> None:
    """Put a new session's token into a fresh cookie; nothing of the one before is kept."""
    cookie.clear()
    with reading(fresh=True) as session:
        signed = sessions.load_actor(session, token, address=request.remote_addr)
    if signed is not None:
        login_user(SignedInUser(token, signed))


def end() -> None:
    """Empty the cookie."""
    logout_user()
    cookie.clear()


def _load(token: str) -> SignedInUser | None:
    with reading(fresh=True) as session:
        signed = sessions.load_actor(session, token, address=request.remote_addr)
    if signed is None:
        return None
    if signed.wants_touch:
        with transaction() as session:
            sessions.touch(session, signed.session_id)
    return SignedInUser(token, signed)
