"""Which kinds of work there are. Features register them (``Feature.tasks``); the work queue asks them all."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.deadlines import registry as deadline_kinds
from app.deadlines.registry import Shown
from app.permissions import Actor, Permission

Waiting = Callable[[Session, Actor], Select[Any, Any, Any]]
"""Returns the statement of what waits for an actor, cut to the actor's regions: columns labelled ``id`` (unique, of
UUIDv7), ``since`` (from when it waits) and ``region_code`` (where it lies; empty: the whole city). Unordered."""

Teller = Callable[[Session, Sequence[uuid.UUID]], Mapping[uuid.UUID, Shown]]


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work.

    ``name``: in addresses. ``label``: what waits, as a heading. ``permission``: who holds one of them has such
    work. ``endpoint``: the page where it is done. ``clock``: the subject kind whose running deadlines say until when.
    ``promise``: the parameter with the working days that the bureau promises where no clock runs. With neither,
    the work has no last day. ``tell``: what things are called, never by anybody's full name; those that have clocks
    are called as on the supervision list.
    """

    name: str
    label: Any
    permission: tuple[Permission, ...]
    waiting: Waiting
    endpoint: str
    clock: str | None = None
    promise: str | None = None
    tell: Teller | None = None

    def is_for(self, actor: Actor) -> bool:
        """Whether somebody may have such work."""
        return any(actor.may(one) for one in self.permission)

    def told(self, session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
        """Return what things are called, by their keys; what is gone is absent."""
        if self.tell is not None:
            return self.tell(session, ids)
        kind = self.clock or self.name
        found = deadline_kinds.told(session, [(kind, one) for one in ids])
        return {key: shown for (_kind, key), shown in found.items()}


_tasks: dict[str, Task] = {}


def register(*tasks: Task) -> None:
    """Make kinds of work known; a later one of the same name replaces the first."""
    _tasks.update({task.name: task for task in tasks})


def known() -> tuple[Task, ...]:
    """Return all kinds in the order in which they were registered."""
    return tuple(_tasks.values())


def of(actor: Actor) -> tuple[Task, ...]:
    """Return the kinds of work that an actor may have."""
    return tuple(task for task in _tasks.values() if task.is_for(actor))
