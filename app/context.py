"""What every template knows: the city, who is looking, and the navigation of the door they stand behind."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.access import current_actor
from app.config import Settings
from app.db import reading
from app.feature import Door, Feature, NavigationItem
from app.permissions import Actor


@dataclass(frozen=True)
class NavigationLink:
    """One entry of the navigation as the layout shows it."""

    label: Any
    url: str
    active: bool
    icon: str | None = None
    count: int = 0


def register_context(web: Flask, settings: Settings, features: tuple[Feature, ...]) -> None:
    """Give templates ``settings``, ``actor``, ``demo``, ``today`` and ``navigation``."""
    items = sorted((item for feature in features for item in feature.navigation), key=lambda item: item.order)

    @web.context_processor
    def _context() -> dict[str, Any]:
        actor = current_actor()
        door = Door.of_path(request.path)
        shown = _with_something([item for item in items if item.door is door and item.is_for(actor)], actor)
        waiting = _waiting(shown, actor)
        links = [_link(item, waiting.get(item.endpoint, 0)) for item in shown]
        return {
            "settings": settings,
            "demo": settings.is_demo,
            "actor": actor,
            "today": clock.today(),
            "door": door.value,
            "navigation": _one_active(links),
        }


def _with_something(items: list[NavigationItem], actor: Actor) -> list[NavigationItem]:
    """Leave out the entries behind which there is nothing for the actor."""
    asked = [item for item in items if item.only is not None]
    if not asked:
        return items
    try:
        with reading() as session:
            empty = {item.endpoint for item in asked if item.only and not item.only(session, actor)}
    except SQLAlchemyError:  # as below
        empty = {item.endpoint for item in asked}
    return [item for item in items if item.endpoint not in empty]


def _waiting(items: list[NavigationItem], actor: Actor) -> dict[str, int]:
    """Return how much waits behind the entries that count it; nothing when the database does not answer."""
    counting = {item.endpoint: item.count for item in items if item.count is not None}
    if not counting:
        return {}
    try:
        with reading() as session:
            return {endpoint: count(session, actor) for endpoint, count in counting.items()}
    except SQLAlchemyError:  # this also frames the page that says so
        return {}


def _link(item: NavigationItem, count: int) -> NavigationLink:
    url = url_for(item.endpoint)
    door_page = url.rstrip("/") in {"", "/my", "/staff"}
    active = request.path == url or (not door_page and request.path.startswith(url.rstrip("/") + "/"))
    return NavigationLink(label=item.label, url=url, active=active, icon=item.icon, count=count)


def _one_active(links: list[NavigationLink]) -> list[NavigationLink]:
    """Leave only the closest of the entries under which a page lies marked: /staff/x/y, not /staff/x as well."""
    closest = max((len(link.url) for link in links if link.active), default=0)
    return [replace(link, active=link.active and len(link.url) == closest) for link in links]
