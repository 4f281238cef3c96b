"""The history of a contribution: a move, its row, its words."""

from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.ids import new_id
from app.permissions import Actor
from app.states import ensure_move
from projects.contributions.models import Contribution, ContributionNote, ContributionStep
from projects.contributions.rules import MOVES, ContributionState


def move(
    session: Session, contribution: Contribution, new: ContributionState, *, actor: Actor, note: str = ""
) -> None:
    """Bring a locked contribution into a new state and write the step. Raises Conflict when that move is none."""
    ensure_move(MOVES, contribution.state, new)
    old, contribution.state, contribution.state_since = contribution.state, new, clock.now()
    write(session, contribution, old, actor=actor, note=note, at=contribution.state_since)


def write(
    session: Session,
    contribution: Contribution,
    old: ContributionState | None,
    *,
    actor: Actor,
    note: str = "",
    at: datetime,
) -> None:
    """Write a step into the state that a contribution has now; ``old`` is None at its birth."""
    judged = contribution.verified_by_id is not None
    step = ContributionStep(
        id=new_id(),
        contribution_id=contribution.id,
        from_state=old,
        to_state=contribution.state,
        happened_at=at,
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
        revision=contribution.revision,
        minutes=contribution.verified_minutes if judged else contribution.service_minutes,
        amount_fen=contribution.verified_amount_fen if judged else contribution.amount_fen,
        quantity_thousandths=(
            contribution.verified_quantity_thousandths if judged else contribution.quantity_thousandths
        ),
    )
    session.add(step)
    session.flush()
    session.add(ContributionNote(step_id=step.id, actor_name=actor.name, note=note.strip() or None))
