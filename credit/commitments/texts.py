"""Versions of the commitment text: drafted by one person, published by another, in force from a day to come."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotFound
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.states import Moves, ensure_move
from credit.commitments.models import CommitmentText, TextState

S = TextState
MOVES: Moves[TextState] = {
    S.DRAFT: frozenset({S.PUBLISHED, S.DROPPED}),
    S.PUBLISHED: frozenset(),
    S.DROPPED: frozenset(),
}
_MOST_ITEMS = 20
_LONGEST_ITEM = 200
_THING = "commitment_text"


@dataclass(frozen=True)
class TextData:
    """What a version says. ``items`` are the promises, one sentence each."""

    title: str
    body: str
    items: Sequence[str]
    consequences: str
    valid_from: date


def in_force(session: Session, *, on: date | None = None) -> CommitmentText:
    """Return the version that is signed on a day (today when none is given). Raises NotFound before the first one."""
    query = select(CommitmentText).where(
        CommitmentText.state == S.PUBLISHED, CommitmentText.valid_from <= (on or clock.today())
    )
    newest = query.order_by(CommitmentText.valid_from.desc(), CommitmentText.version.desc()).limit(1)
    found = session.scalars(newest).first()
    if found is None:
        raise NotFound(_("这一天还没有信用承诺书的文本。"))
    return found


def versions(session: Session) -> list[CommitmentText]:
    """Return all versions, the newest first."""
    return list(session.scalars(select(CommitmentText).order_by(CommitmentText.version.desc())))


def get(session: Session, version: int) -> CommitmentText:
    """Return a version by its number. Raises NotFound."""
    found = session.scalars(select(CommitmentText).where(CommitmentText.version == version)).first()
    if found is None:
        raise NotFound(_("没有这一版承诺书。"))
    return found


def draft(session: Session, data: TextData, *, actor: Actor) -> CommitmentText:
    """Write the draft of the next version; only one at a time waits for its publication."""
    ensure_may(actor, Permission.MANAGE_COMMITMENT_TEXTS)
    items = _checked(data)
    waiting = select(CommitmentText.version).where(CommitmentText.state == S.DRAFT)
    if session.scalars(waiting).first() is not None:
        raise Conflict(_("已有一份草案等待发布，请先发布或放弃它。"))
    latest = session.scalar(select(func.max(CommitmentText.version))) or 0
    text = CommitmentText(
        version=latest + 1,
        title=data.title.strip(),
        body=data.body.strip(),
        items=items,
        consequences=data.consequences.strip(),
        valid_from=data.valid_from,
        state=S.DRAFT,
        drafted_at=clock.now(),
        drafted_by_id=actor.person_id,
    )
    session.add(text)
    session.flush()
    events.record(
        session, "commitment_text.draft", _THING, text.id, actor=actor,
        after={"version": text.version, "valid_from": text.valid_from},
    )  # fmt: skip
    return text


def publish(session: Session, text_id: uuid.UUID, *, actor: Actor) -> CommitmentText:
    """Publish a draft; not by whoever wrote it, and only for a day to come."""
    ensure_may(actor, Permission.PUBLISH_COMMITMENT_TEXTS)
    text = lock(session, CommitmentText, text_id)
    ensure_four_eyes(actor, text.drafted_by_id)
    ensure_move(MOVES, text.state, S.PUBLISHED)
    _ensure_day(text.valid_from)
    return _decide(session, text, S.PUBLISHED, "publish", actor)


def drop(session: Session, text_id: uuid.UUID, *, actor: Actor) -> CommitmentText:
    """Give a draft up; by its author's side or by the legal officer."""
    if not actor.may(Permission.PUBLISH_COMMITMENT_TEXTS):
        ensure_may(actor, Permission.MANAGE_COMMITMENT_TEXTS)
    text = lock(session, CommitmentText, text_id)
    ensure_move(MOVES, text.state, S.DROPPED)
    return _decide(session, text, S.DROPPED, "drop", actor)


def _decide(
    session: Session, text: CommitmentText, new: TextState, verb: str, actor: Actor
) -> CommitmentText:
    text.state, text.decided_at, text.decided_by_id = new, clock.now(), actor.person_id
    session.flush()
    events.record(
        session, f"commitment_text.{verb}", _THING, text.id, actor=actor,
        before={"state": S.DRAFT.value}, after={"state": new.value, "version": text.version},
    )  # fmt: skip
    return text


def _checked(data: TextData) -> list[str]:
    items = [line.strip() for line in data.items if line.strip()]
    if not items or len(items) > _MOST_ITEMS:
        raise InvalidInput(_("承诺事项应有 1 到 %(most)s 条。", most=_MOST_ITEMS), field="items")
    if len(set(items)) != len(items):
        raise InvalidInput(_("承诺事项有重复，请核对。"), field="items")
    if any(len(line) > _LONGEST_ITEM for line in items):
        raise InvalidInput(_("每条承诺最多 %(most)s 个字。", most=_LONGEST_ITEM), field="items")
    for field, value in (("title", data.title), ("body", data.body), ("consequences", data.consequences)):
        if not value.strip():
            raise InvalidInput(_("这一项必须填写。"), field=field)
    _ensure_day(data.valid_from)
    return items


def _ensure_day(day: date) -> None:
    if day <= clock.today():
        raise InvalidInput(_("启用日期要在今天以后：已经签署的承诺不受影响。"), field="valid_from")
