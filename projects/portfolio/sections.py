"""What other features show on a project's page: its needs, later its spending. Features register tellers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.feature import Door
from app.permissions import Actor
from projects.portfolio.models import Project


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: a title, the template that shows it (which sees it as ``part``), and what that shows.

    ``note``: a word beside the title.
    """

    title: Any
    template: str
    shown: Any
    note: Any = None


Teller = Callable[[Session, Project, Door, Actor], Section | None]
"""Tells a feature's part for a door and a reader, who may read the project there; None: there is nothing to show."""

_tellers: list[Teller] = []


def register(*tellers: Teller) -> None:
    """Make tellers known; their parts stand on the page in this order, each once."""
    _tellers.extend(one for one in tellers if one not in _tellers)


def of(session: Session, project: Project, door: Door, actor: Actor) -> list[Section]:
    """Return the parts that features show of a project at a door."""
    told = (teller(session, project, door, actor) for teller in _tellers)
    return [one for one in told if one is not None]
