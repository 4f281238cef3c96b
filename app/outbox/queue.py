"""Verbs of the outbox: put a message in, deliver what is due, revive or drop a dead one."""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock, transaction
from app.faults import describe
from app.ids import new_code, new_id
from app.outbox import channels
from app.outbox.models import OutboxMessage, OutboxState
from app.permissions import Actor, Permission, ensure_may
from app.rows import insert_if_absent
from app.states import Moves, ensure_move

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 1440))
MAX_ATTEMPTS = len(BACK_OFF) + 1
LEASE = timedelta(minutes=5)
BATCH = 20
KEPT = timedelta(days=30)

MOVES: Moves[OutboxState] = {
    OutboxState.WAITING: frozenset({OutboxState.SENT, OutboxState.DEAD}),
    OutboxState.SENT: frozenset(),
    OutboxState.DEAD: frozenset({OutboxState.WAITING, OutboxState.DROPPED}),
    OutboxState.DROPPED: frozenset(),
}

log = logging.getLogger("zhongli.outbox")


def put(session: Session, topic: str, payload: Mapping[str, Any], *, dedup_key: str | None = None) -> bool:
    """Add a message in the caller's transaction: it goes out if, and only if, that commits.

    ``payload`` is JSON and kept encrypted. Returns False, adding nothing, when ``dedup_key`` was put before.
    """
    moment = clock.now()
    return insert_if_absent(
        session,
        OutboxMessage,
        id=new_id(),
        code=new_code(),
        topic=topic,
        dedup_key=dedup_key,
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
        state=OutboxState.WAITING,
        attempts=0,
        next_at=moment,
        created_at=moment,
    )


def deliver_due() -> int:
    """Send what is due, each message between two short transactions; return how many went out.

    Two deliverers share the work: each takes rows that the other has not locked or leased.
    """
    sent = 0
    while batch := _take_batch():
        for message in batch:
            sent += _deliver(message)
    return sent


def revive(session: Session, message: OutboxMessage, *, actor: Actor) -> OutboxMessage:
    """Try a dead message again from the start."""
    return _settle_dead(session, message, OutboxState.WAITING, actor)


def drop(session: Session, message: OutboxMessage, *, actor: Actor) -> OutboxMessage:
    """Give a dead message up for good."""
    return _settle_dead(session, message, OutboxState.DROPPED, actor)


def forget_old(session: Session) -> int:
    """Delete messages that were sent or dropped more than 30 days ago; return how many."""
    gone = session.execute(
        delete(OutboxMessage)
        .where(
            OutboxMessage.state.in_([OutboxState.SENT, OutboxState.DROPPED]),
            OutboxMessage.settled_at < clock.now() - KEPT,
        )
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], gone).rowcount


def _settle_dead(session: Session, message: OutboxMessage, new: OutboxState, actor: Actor) -> OutboxMessage:
    ensure_may(actor, Permission.MANAGE_OUTBOX)
    message = lock(session, OutboxMessage, message.id)
    ensure_move(MOVES, message.state, new)
    before = message.state
    message.state = new
    message.attempts = 0 if new is OutboxState.WAITING else message.attempts
    message.next_at = clock.now()
    message.settled_at = None if new is OutboxState.WAITING else clock.now()
    events.record(
        session,
        "outbox_message.revive" if new is OutboxState.WAITING else "outbox_message.drop",
        "outbox_message",
        message.id,
        actor=actor,
        before={"state": before.value},
        after={"state": new.value},
    )
    return message


def _take_batch() -> list[OutboxMessage]:
    with transaction() as session:
        due = list(
            session.scalars(
                select(OutboxMessage)
                .where(
                    OutboxMessage.state == OutboxState.WAITING,
                    OutboxMessage.next_at <= clock.now(),
                    or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < clock.true_now()),
                )
                .order_by(OutboxMessage.next_at, OutboxMessage.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
        )
        for message in due:
            message.lease_until = clock.true_now() + LEASE
            message.attempts += 1
    return due


def _deliver(message: OutboxMessage) -> int:
    problem: Exception | None = None
    try:
        channel = channels.of_topic(message.topic)
        if channel is None:
            raise LookupError(f"no channel for topic {message.topic}")
        channel.send(message.code, json.loads(message.payload))
    except Exception as caught:  # whatever a receiver or its network does, the message stays ours
        problem = caught
        log.warning("outbox %s %s: %s", message.topic, message.code, describe(caught))
    with transaction() as session:
        _note_outcome(session, message, problem)
    return 0 if problem else 1


def _note_outcome(session: Session, message: OutboxMessage, problem: Exception | None) -> None:
    values: dict[str, Any] = {"lease_until": None}
    if problem is None:
        values |= {"state": OutboxState.SENT, "settled_at": clock.now(), "error": None}
    elif message.attempts >= MAX_ATTEMPTS:
        values |= {"state": OutboxState.DEAD, "settled_at": clock.now(), "error": describe(problem)[:500]}
    else:
        values |= {"next_at": clock.now() + BACK_OFF[message.attempts - 1], "error": describe(problem)[:500]}
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message.id,
            OutboxMessage.attempts == message.attempts,  # a later sender's word counts
            OutboxMessage.state == OutboxState.WAITING,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
