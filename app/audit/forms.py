"""What an auditor may ask of the log (a GET form: filters stay in the address)."""

import uuid
from collections.abc import Mapping
from datetime import date

from app.audit.queries import Search
from app.fields import read_day
from app.figures import UnreadableFigure


def read_search(query: Mapping[str, str]) -> tuple[Search, list[str]]:
    """Return the search that an address asks for, and a sentence for each part that cannot be read."""
    problems: list[str] = []
    first, last = (_day(query.get(name, ""), problems) for name in ("from", "to"))
    thing = _key(query.get("thing", ""))
    return Search(
        verb=query.get("verb", "").strip() or None, thing_id=thing, first_day=first, last_day=last
    ), problems


def _day(text: str, problems: list[str]) -> date | None:
    if not text.strip():
        return None
    try:
        return read_day(text)
    except UnreadableFigure as problem:
        problems.append(str(problem))
        return None


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.strip()) if text.strip() else None
    except ValueError:
        return uuid.UUID(int=0)  # finds nothing, which is the truth about such a number
