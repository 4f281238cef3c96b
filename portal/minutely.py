"""Sums over everything, kept for a minute: the home page costs the same however much has happened."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import current_app

from app import clock

T = TypeVar("T")


def minutely(name: str, make: Callable[[], T]) -> tuple[T, datetime]:
    """Return what ``make`` gave in this minute, and when it did. Never for names: a consent acts at once."""
    kept: dict[str, tuple[Any, datetime]] = current_app.extensions.setdefault("zhongli.minutely", {})
    now = clock.now()
    found = kept.get(name)
    if found is None or _minute(found[1]) != _minute(now):
        found = kept[name] = (make(), now)
    return cast(T, found[0]), found[1]


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
