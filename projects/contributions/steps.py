"""The history of a contribution: moves, their rows, their words."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock, keys
from app.db import Base
from app.ids import new_id
from app.permissions import Actor
from app.rows import insert_rows
from app.states import ensure_move
from projects.contributions.models import Contribution, ContributionNote, ContributionStep
from projects.contributions.rules import MOVES, ContributionState

_STEP = Base.metadata.tables[ContributionStep.__tablename__]
_NOTE = Base.metadata.tables[ContributionNote.__tablename__]


def move(
    session: Session, contribution: Contribution, *states: ContributionState, actor: Actor, note: str = ""
) -> uuid.UUID:
    """Bring a locked contribution through these states and write a step for each, the note with the first.

    Returns the key of the last step. Raises Conflict when one of the moves is none.
    """
    rows = moved(contribution, *states, actor=actor)
    write(session, [rows], actor=actor, note=note)
    last: uuid.UUID = rows[-1][0]
    return last


def moved(contribution: Contribution, *states: ContributionState, actor: Actor) -> list[tuple[Any, ...]]:
    """Bring a locked contribution through these states and return a step's row for each, which ``write`` writes."""
    moment, old, rows = clock.now(), contribution.state, []
    for new in states:
        ensure_move(MOVES, old, new)
        rows.append(_row(contribution, old, new, moment, actor))
        old = new
    contribution.state, contribution.state_since = old, moment
    return rows


def write(
    session: Session, moves: Sequence[Sequence[tuple[Any, ...]]], *, actor: Actor, note: str = ""
) -> None:
    """Write the steps of one or many contributions, the note with the first of each, past the unit of work."""
    sealed = []
    for rows in moves:
        for place, row in enumerate(rows):
            words = note.strip() if place == 0 else ""
            sealed.append((row[0], actor.name, keys.encryption.encrypt(words.encode()) if words else None))
    insert_rows(session, _STEP, [row for rows in moves for row in rows])
    insert_rows(session, _NOTE, sealed)


def begin(session: Session, contribution: Contribution, *, actor: Actor) -> None:
    """Write the first step of a contribution that has just been flushed."""
    moment = contribution.state_since
    write(session, [[_row(contribution, None, contribution.state, moment, actor)]], actor=actor)


def begin_many(session: Session, rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> None:
    """Write the first steps of contributions that were inserted as rows, given by the columns' names."""
    made = [
        (
            new_id(),
            row["id"],
            None,
            row["state"].value,
            row["state_since"],
            actor.user_id,
            actor.person_id,
            row["revision"],
            row["service_minutes"],
            row["amount_fen"],
            row["quantity_thousandths"],
        )
        for row in rows
    ]
    insert_rows(session, _STEP, made)
    insert_rows(session, _NOTE, [(row[0], actor.name, None) for row in made])


def withdraw_many(
    session: Session, contribution_ids: Sequence[uuid.UUID], moment: datetime, *, actor: Actor, note: str
) -> None:
    """Write for submitted contributions of the first revision that they were taken back."""
    ensure_move(MOVES, ContributionState.SUBMITTED, ContributionState.WITHDRAWN)
    old, new = ContributionState.SUBMITTED.value, ContributionState.WITHDRAWN.value
    made = [
        (new_id(), one, old, new, moment, actor.user_id, actor.person_id, 1, None, None, None)
        for one in contribution_ids
    ]
    insert_rows(session, _STEP, made)
    sealed = keys.encryption.encrypt(note.encode())
    insert_rows(session, _NOTE, [(row[0], actor.name, sealed) for row in made])


def _row(
    contribution: Contribution,
    old: ContributionState | None,
    new: ContributionState,
    moment: datetime,
    actor: Actor,
) -> tuple[Any, ...]:
    """Return a contribution_step row in the order of its columns: claimed figures, once judged verified ones."""
    judged = contribution.verified_by_id is not None
    return (
        new_id(),
        contribution.id,
        old.value if old else None,
        new.value,
        moment,
        actor.user_id,
        actor.person_id,
        contribution.revision,
        contribution.verified_minutes if judged else contribution.service_minutes,
        contribution.verified_amount_fen if judged else contribution.amount_fen,
        contribution.verified_quantity_thousandths if judged else contribution.quantity_thousandths,
    )
