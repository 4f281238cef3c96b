"""Browsers in which somebody is signed in, without the way through the sign-in page."""

from types import SimpleNamespace

from flask import Flask
from flask.testing import FlaskClient

from app.permissions import Actor


def enter(web: Flask, actor: Actor) -> FlaskClient:
    """Return a browser in which an actor is signed in; the browsers of others stay so."""
    users, token = web.extensions.setdefault("tests.users", {}), str(actor.user_id)
    users[token] = SimpleNamespace(
        actor=actor,
        is_authenticated=True,
        is_active=True,
        get_id=lambda: token,
        signed=SimpleNamespace(must_change_password=False, wants_touch=False),
    )
    web.login_manager._user_callback = users.get  # type: ignore[attr-defined]
    client = web.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client
