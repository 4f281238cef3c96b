"""Verbs of papers: issue, revoke, replace, draw again. Drawing itself is in ``rendering``."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.counters import take
from app.db import lock
from app.errors import Conflict
from app.ids import new_code, new_id
from app.messages import inbox
from app.messages.inbox import Wording
from app.papers import kinds
from app.papers.kinds import PaperKind
from app.papers.models import Paper, PaperEvent, PaperEventKind, PaperEventWords, PaperState
from app.parties import queries as parties
from app.permissions import Actor, Permission, ensure_may
from app.states import Moves, ensure_move

MOVES: Moves[PaperState] = {
    PaperState.ISSUED: frozenset(
        {PaperState.RENDERED, PaperState.FAILED, PaperState.REVOKED, PaperState.REPLACED}
    ),
    PaperState.FAILED: frozenset({PaperState.ISSUED, PaperState.REVOKED, PaperState.REPLACED}),
    PaperState.RENDERED: frozenset({PaperState.REVOKED, PaperState.REPLACED}),
    PaperState.REVOKED: frozenset(),
    PaperState.REPLACED: frozenset(),
}

REVOKED = Wording(
    "paper.revoked",
    1,
    _l("%(title)s已撤销"),
    _l("%(number)s 已撤销，不再有效。理由：%(reason)s"),
)


def issue(
    session: Session,
    kind: PaperKind,
    *,
    party_id: uuid.UUID,
    source_kind: str,
    source_id: uuid.UUID,
    content: Mapping[str, Any],
    actor: Actor,
    organisation_id: uuid.UUID | None = None,
    region_code: str | None = None,
    replaces: Paper | None = None,
) -> Paper:
    """Number and freeze a paper for a party; a job draws it after the transaction.

    ``content`` are texts ready for print; nothing else reaches the page. ``organisation_id`` is the
    organisation that may hand it out too; ``region_code`` is the party's unless given. Call it last
    in a transaction: the number's series stays locked until the end. The calling verb
    has asked whether the actor may. Raises
    Conflict when the same source already has such a paper in force and it is not the one that ``replaces``
    names.
    """
    if replaces is not None:
        replaces = _end(session, replaces, PaperState.REPLACED, reason=None, actor=actor)
        session.flush()
    elif in_force(session, kind.key, source_kind, source_id, party_id) is not None:
        raise Conflict(_("“%(title)s”已经签发，不能重复签发。", title=kind.title))
    moment = clock.now()
    issued_on = clock.civil_date(moment)
    number = take(session, kind.series(issued_on))
    paper = Paper(
        id=new_id(),
        code=new_code(),
        kind=kind.key,
        series=kind.series(issued_on),
        number=number,
        number_text=kind.number_text(issued_on, number),
        party_id=party_id,
        organisation_id=organisation_id,
        region_code=region_code or parties.get(session, party_id).region_code,
        source_kind=source_kind,
        source_id=source_id,
        content=_frozen(content),
        issued_on=issued_on,
        issued_at=moment,
        issued_by=actor.user_id,
        state=PaperState.ISSUED,
        render_attempts=0,
        render_at=moment,
    )
    paper.content_sha256 = content_hash(paper)
    session.add(paper)
    session.flush()
    if replaces is not None:
        replaces.replaced_by_id = paper.id
    note_event(session, paper, PaperEventKind.ISSUED, actor)
    events.record(
        session,
        "paper.issue",
        "paper",
        paper.id,
        actor=actor,
        party_id=party_id,
        after={"kind": kind.key, "number": paper.number_text, "content_sha256": paper.content_sha256},
    )
    return paper


def revoke(session: Session, paper: Paper, *, reason: str, actor: Actor) -> Paper:
    """Take a paper out of force, for a reason that its holder can read; its number is never used again."""
    ensure_may(actor, Permission.REVOKE_PAPERS, region_code=paper.region_code)
    return _end(session, paper, PaperState.REVOKED, reason=reason, actor=actor)


def revoke_of_source(
    session: Session, source_kind: str, source_id: uuid.UUID, *, reason: str, actor: Actor
) -> list[Paper]:
    """Revoke the papers in force that stand on a thing which fell (a reversed contribution …); return them.

    Part of the verb that brought the thing down, which has asked whether the actor may.
    """
    standing = session.scalars(
        select(Paper).where(
            Paper.source_kind == source_kind, Paper.source_id == source_id, Paper.ended_on.is_(None)
        )
    ).all()
    return [_end(session, paper, PaperState.REVOKED, reason=reason, actor=actor) for paper in standing]


def draw_again(session: Session, paper: Paper, *, actor: Actor) -> Paper:
    """Let a paper whose drawing failed be drawn again, under the same number."""
    ensure_may(actor, Permission.REVOKE_PAPERS, region_code=paper.region_code)
    paper = lock(session, Paper, paper.id)
    ensure_move(MOVES, paper.state, PaperState.ISSUED)
    paper.state = PaperState.ISSUED
    paper.render_attempts = 0
    paper.render_at = clock.now()
    note_event(session, paper, PaperEventKind.RETRIED, actor)
    events.record(session, "paper.draw_again", "paper", paper.id, actor=actor, party_id=paper.party_id)
    return paper


def in_force(
    session: Session, kind: str, source_kind: str, source_id: uuid.UUID, party_id: uuid.UUID
) -> Paper | None:
    """Return the paper of this kind that is in force for a thing and a party, or None."""
    return session.scalar(
        select(Paper).where(
            Paper.kind == kind,
            Paper.source_kind == source_kind,
            Paper.source_id == source_id,
            Paper.party_id == party_id,
            Paper.ended_on.is_(None),
        )
    )


def content_of(paper: Paper) -> dict[str, Any]:
    """Return the frozen content."""
    content: dict[str, Any] = json.loads(paper.content)
    return content


def content_hash(paper: Paper) -> str:
    """Return the SHA-256, in hexadecimal, over everything that the paper says."""
    said = [paper.kind, paper.number_text, paper.code, _day(paper.issued_on), json.loads(paper.content)]
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


def note_event(
    session: Session, paper: Paper, kind: PaperEventKind, actor: Actor, note: str | None = None
) -> None:
    """Add a line to the paper's history."""
    event = PaperEvent(id=new_id(), paper_id=paper.id, kind=kind, at=clock.now(), by_user_id=actor.user_id)
    session.add(event)
    session.flush()
    session.add(PaperEventWords(event_id=event.id, actor_name=actor.name, note=note))
    session.flush()


def _end(session: Session, paper: Paper, new: PaperState, *, reason: str | None, actor: Actor) -> Paper:
    paper = lock(session, Paper, paper.id)
    ensure_move(MOVES, paper.state, new)
    before = paper.state
    paper.state = new
    paper.ended_on = clock.today()
    paper.render_at = None
    revoked = new is PaperState.REVOKED
    note_event(session, paper, PaperEventKind.REVOKED if revoked else PaperEventKind.REPLACED, actor, reason)
    events.record(
        session,
        "paper.revoke" if revoked else "paper.replace",
        "paper",
        paper.id,
        actor=actor,
        party_id=paper.party_id,
        before={"state": before.value},
        after={"state": new.value},
        reason=reason,
    )
    if revoked:
        values = {"title": kinds.by_key(paper.kind).title, "number": paper.number_text, "reason": reason}
        inbox.send(
            session, paper.party_id, REVOKED, values, key=f"paper.revoked:{paper.code}", link="/my/papers"
        )
    return paper


def _frozen(content: Mapping[str, Any]) -> str:
    return _canonical(dict(content))


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _day(day: date) -> str:
    return day.isoformat()
