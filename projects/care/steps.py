"""Writing and reading the history of a household's care."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.ids import new_id
from app.labels import Labelled
from app.permissions import Actor
from app.states import Moves, ensure_move
from projects.care.models import CareNote, CareStep


@dataclass(frozen=True, slots=True)
class Line:
    """A step with its words, while retention keeps them."""

    step: CareStep
    actor_name: str | None
    note: str | None


def write(
    session: Session,
    subject_kind: str,
    subject: Any,
    old: Labelled | None,
    *,
    actor: Actor,
    note: str = "",
    to: str | None = None,
) -> uuid.UUID:
    """Write that a thing (with ``id``, ``household_id``, ``state``) has come from ``old`` to where it stands now.

    ``to``: another word than the state's, for what happens within a state. Returns the step's key.
    """
    step = CareStep(
        id=new_id(),
        household_id=subject.household_id,
        subject_kind=subject_kind,
        subject_id=subject.id,
        from_state=old.value if old is not None else None,
        to_state=to or subject.state.value,
        happened_at=clock.now(),
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
    )
    session.add(step)
    session.flush()
    session.add(CareNote(step_id=step.id, actor_name=actor.name[:60], note=note.strip() or None))
    session.flush()
    return step.id


def move(
    session: Session,
    subject_kind: str,
    subject: Any,
    moves: Moves[Any],
    new: Labelled,
    *,
    actor: Actor,
    note: str = "",
) -> uuid.UUID:
    """Bring a locked thing into a state and write the step. Raises Conflict when this is no move."""
    ensure_move(moves, subject.state, new)
    old, subject.state = subject.state, new
    return write(session, subject_kind, subject, old, actor=actor, note=note)


def of(session: Session, subject_kind: str, subject_id: uuid.UUID) -> list[Line]:
    """Return the history of a thing, the newest first. The caller has asked whether it may be read."""
    query = _lines().where(CareStep.subject_kind == subject_kind, CareStep.subject_id == subject_id)
    return [Line(*row) for row in session.execute(query)]


def of_household(session: Session, household_id: uuid.UUID, *, kinds: Sequence[str] = ()) -> list[Line]:
    """Return what was done about a household's care, the newest first, of some kinds of things or all."""
    query = _lines().where(CareStep.household_id == household_id)
    if kinds:
        query = query.where(CareStep.subject_kind.in_(kinds))
    return [Line(*row) for row in session.execute(query)]


def timeline(lines: Sequence[Line], words: type[Labelled], more: dict[str, Any]) -> list[dict[str, Any]]:
    """Return lines as the timeline macro takes them; ``more``: words of steps that are no state."""
    labels = {one.value: one.label for one in words} | more
    return [
        {
            "what": labels.get(line.step.to_state, line.step.to_state),
            "who": line.actor_name if line.step.by_person_id else None,
            "when": line.step.happened_at,
            "note": line.note,
            "now": place == 0,
        }
        for place, line in enumerate(lines)
    ]


def _lines() -> Any:
    return (
        select(CareStep, CareNote.actor_name, CareNote.note)
        .outerjoin(CareNote, CareNote.step_id == CareStep.id)
        .order_by(CareStep.id.desc())
    )
