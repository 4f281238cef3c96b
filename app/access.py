"""The gate in front of every route: ``@public`` or ``@requires(Permission.X)``; anything else is refused.

What a view then may show of a *thing* is asked again by the verb or query, with the thing's region and
organisation (app/permissions.py).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.errors import NotAllowed
from app.permissions import ANYONE, Actor, Permission

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC: tuple[Permission, ...] = ()
SIGN_IN = "users_public.sign_in"


def public(view: View) -> View:
    """Let anybody use a route."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def publish(web: Flask, endpoint: str) -> None:
    """Let anybody use a route that a library brought along."""
    view = web.view_functions[endpoint]

    @wraps(view)
    def opened(*args: Any, **values: Any) -> Any:
        return view(*args, **values)

    web.view_functions[endpoint] = public(opened)


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Let those use a route whose roles give at least one of the permissions; others are sent to sign in or get 403."""
    if not permissions:
        raise ValueError("name at least one permission")

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if not current_user.is_authenticated:
                return redirect(url_for(SIGN_IN, next=_here()), 303)
            actor = current_actor()
            if not any(actor.may(permission) for permission in permissions):
                raise NotAllowed(_("您的角色没有“%(permission)s”的权限。", permission=permissions[0].label))
            return view(*args, **values)

        guarded.access = permissions  # type: ignore[attr-defined]
        return cast(View, guarded)

    return guard


def current_actor() -> Actor:
    """Return who is acting in this request; a visitor is ANYONE."""
    if current_user.is_authenticated:
        return cast(Actor, current_user.actor)
    return Actor(user_id=None, person_id=None, name=ANYONE.name, address=request.remote_addr)


def access_of(web: Flask, endpoint: str) -> tuple[Permission, ...] | None:
    """Return the permissions that an endpoint declares, () for a public one, None when it declares nothing."""
    return getattr(web.view_functions[endpoint], "access", None)


def guard_routes(web: Flask) -> None:
    """Refuse every request to a route that declares nothing (default deny)."""

    @web.before_request
    def _default_deny() -> None:
        if request.endpoint is not None and access_of(web, request.endpoint) is None:
            raise NotAllowed(_("这个页面没有声明谁可以使用，因此不开放。"))


def safe_next(target: str | None, fallback: str) -> str:
    """Return where to go after signing in: a path of this site, never another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return fallback
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in target):
        return fallback
    return target


def _here() -> str | None:
    if request.method != "GET":
        return None
    return request.full_path if request.query_string else request.path
