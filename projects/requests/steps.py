"""The history of a request: moves, their rows, their words; and the lock and guards that every verb asks."""

import uuid
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.errors import Conflict
from app.ids import new_id
from app.parties import interest
from app.permissions import Actor, Permission, ensure_may
from app.states import ensure_move
from projects.publicity import publicity
from projects.requests.kinds import RequestState
from projects.requests.models import AidRequest, RequestNote, RequestStep
from projects.requests.rules import MOVES
from projects.tiers import tiers

THING = "aid_request"


def hold(session: Session, request_id: uuid.UUID) -> AidRequest:
    """Return a request under a lock, read afresh. Raises NotFound.

    Its live publicity is locked before: the end of one, or an objection, takes them in this order too.
    """
    publicity.hold(session, THING, request_id)
    return db.lock(session, AidRequest, request_id)


def held(
    session: Session, request_id: uuid.UUID, *wanted: RequestState, revision: int | None = None
) -> AidRequest:
    """Return a request under a lock while a step may be taken; else raise Conflict that says where it stands.

    ``revision``: what the page showed; a request that was edited since is read again first.
    """
    request = hold(session, request_id)
    if request.state not in wanted:
        raise Conflict(
            _(
                "这件申请现在是“%(state)s”，可能刚刚有人办理过。请看最新的经过，不必再办。",
                state=request.state.label,
            )
        )
    if revision is not None and request.revision != revision:
        raise Conflict(_("您打开这一页以后，申请内容有改动。请重新打开，看过现在的内容再办理。"))
    return request


def ensure_office(session: Session, request: AidRequest, actor: Actor, permission: Permission) -> None:
    """Return when the actor's office holds the request, or stands above who does, and is near to nobody concerned.

    Raises NotAllowed: for another region, for a level below, and for relatives of whom it is about.
    """
    if request.holder_level is None:
        ensure_may(actor, permission, region_code=request.region_code)
    else:
        tiers.ensure_level(actor, request.holder_level, request.region_code, permission=permission)
    ensure_no_conflict(session, request, actor)


def ensure_no_conflict(session: Session, request: AidRequest, actor: Actor) -> None:
    """Raise NotAllowed for who is of the household, or near to the person concerned or who asks."""
    interest.ensure_no_conflict(session, actor, *concerned(request))


def concerned(request: AidRequest) -> tuple[uuid.UUID, ...]:
    """Return the parties to whom nobody may be near who judges a request."""
    return tuple(dict.fromkeys((request.household_id, request.person_id, request.applicant_id)))


def hands(request: AidRequest) -> tuple[uuid.UUID | None, ...]:
    """Return the persons through whose hands a request went: none of them decides it."""
    return (
        request.entered_by_id,
        request.submitted_by_id,
        request.assessed_by_id,
        request.proposed_by_id,
        request.reviewed_by_id,
    )


def begin(session: Session, request: AidRequest, verb: str, *, actor: Actor) -> uuid.UUID:
    """Write the first step of a request that has just been made."""
    return _write(session, request, None, verb, actor=actor)


def move(
    session: Session,
    request: AidRequest,
    new: RequestState,
    verb: str,
    *,
    actor: Actor,
    note: str = "",
    due_on: date | None = None,
) -> uuid.UUID:
    """Bring a locked request into a state and write the step; return its key.

    ``due_on``: the day by which the step should have been taken; a late one stays to be read as late. Raises
    Conflict when this is no move.
    """
    ensure_move(MOVES, request.state, new)
    old, request.state, request.state_since = request.state, new, clock.now()
    return _write(session, request, old, verb, actor=actor, note=note, due_on=due_on)


def stay(
    session: Session,
    request: AidRequest,
    verb: str,
    *,
    actor: Actor,
    note: str = "",
    due_on: date | None = None,
) -> uuid.UUID:
    """Write a step that leaves the request in its state (taken up, passed up, served)."""
    return _write(session, request, request.state, verb, actor=actor, note=note, due_on=due_on)


def trace(session: Session, verb: str, request: AidRequest, *, actor: Actor, **detail: Any) -> None:
    """Write the audit event of a step; codes and sums alone, details go under the person's key."""
    session.flush()
    events.record(session, verb, THING, request.id, actor=actor, party_id=request.person_id, **detail)


def _write(
    session: Session,
    request: AidRequest,
    old: RequestState | None,
    verb: str,
    *,
    actor: Actor,
    note: str = "",
    due_on: date | None = None,
) -> uuid.UUID:
    amounts = (request.granted_fen, request.proposed_fen, request.asked_fen)
    step = RequestStep(
        id=new_id(),
        request_id=request.id,
        verb=verb,
        from_state=old,
        to_state=request.state,
        happened_at=clock.now(),
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
        region_code=request.region_code,
        round=request.round,
        amount_fen=next((one for one in amounts if one is not None), None),
        due_on=due_on,
    )
    session.add(step)
    session.flush()
    session.add(RequestNote(step_id=step.id, actor_name=actor.name[:60], note=note.strip() or None))
    session.flush()
    return step.id
