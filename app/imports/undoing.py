"""The verbs that take out again what an upload brought in: at once when it is little, else batch by batch by the job.

A large one is first tried, batch by batch, each trial taken back: where something depends on one row, all of them
stay. Then each batch goes in a transaction of its own, the last one first. What comes to depend on a row in between
stops it with the register's sentence; what is left can be undone again later.
"""

import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.db import transaction
from app.errors import Conflict, InvalidInput, Refused
from app.imports import approving, checking, plans, queries, registers
from app.imports.models import BatchState, ImportBatch, ImportUpload, UploadState
from app.imports.uploads import MOVES
from app.permissions import Actor
from app.states import ensure_move


def undo(session: Session, upload_id: uuid.UUID, *, reason: str, actor: Actor) -> int | None:
    """Take an upload's rows out of their registers; return how many it were, None when the job does it.

    Raises Conflict, from the register, when something depends on one of a small upload's: then all of them stay.
    """
    upload = begin(session, upload_id, reason=reason, actor=actor)
    batches = _inside(session, upload.id)
    if sum(len(one.things) // 16 for one in batches) > checking.IN_REQUEST:
        return None
    count = sum(_take_out(session, upload, one, actor) for one in batches)
    _finish(session, upload, actor)
    return count


def begin(session: Session, upload_id: uuid.UUID, *, reason: str, actor: Actor) -> ImportUpload:
    """Say that an upload is undone. Raises InvalidInput without a reason, Conflict while it is being approved."""
    upload = db.lock(session, ImportUpload, upload_id)
    ensure_move(MOVES, upload.state, UploadState.UNDOING)
    if approving.going_on(session, upload.id) is not None:
        raise Conflict(_("这份表格正在由后台审核，请等它办完。"))
    if not reason:
        raise InvalidInput(_("请写明为什么撤销。"), field="reason")
    for name in upload.registers.split():
        plans.ensure_may_import(registers.by_name(name), actor, upload.organisation_id)
    inside = sum(one.row_count for one in _inside(session, upload.id))
    upload.state = UploadState.UNDOING
    upload.undone_by = actor.user_id
    upload.undo_reason = reason
    upload.done_rows = upload.data_rows - inside
    upload.problem = upload.owner = upload.lease_until = None
    return upload


def carry_out(upload_id: uuid.UUID, owner: str, actor: Actor) -> None:
    """Undo a large upload for the runner that holds it, going on where another one stopped. Raises Refused."""
    with transaction() as session:
        upload = checking.ensure_held(session, upload_id, owner=owner)
        batches = queries.batches_of(session, upload.id)
        is_new = not any(one.state is BatchState.UNDONE for one in batches)
    inside = [one.number for one in reversed(batches) if one.state is BatchState.ADMITTED]
    if is_new:
        _ensure_all_can_go(upload_id, owner, inside, actor)
    for number in inside:
        with transaction() as session:
            held = checking.ensure_held(session, upload_id, owner=owner)
            batch = queries.batch_of(session, upload_id, number)
            if batch is not None:
                _take_out(session, held, batch, actor)
    with transaction() as session:
        _finish(session, checking.ensure_held(session, upload_id, owner=owner), actor)


def stop(session: Session, upload_id: uuid.UUID, sentence: str, *, owner: str) -> None:
    """Say why the undoing stopped; an upload of which nothing was undone is again what it was."""
    upload = db.lock(session, ImportUpload, upload_id)
    if upload.owner != owner or upload.state is not UploadState.UNDOING:
        return
    batches = queries.batches_of(session, upload.id)
    undone = sum(len(one.things) // 16 for one in batches if one.state is BatchState.UNDONE)
    if undone:
        sentence = _(
            "%(problem)s已撤销 %(count)s 条，其余的还在；办好后可以再撤销。", problem=sentence, count=undone
        )
    else:
        upload.undone_by = None
    is_whole = all(one.state is BatchState.ADMITTED for one in batches)
    upload.state = UploadState.ACCEPTED if is_whole else UploadState.FAILED
    upload.done_rows = upload.data_rows
    upload.problem = sentence
    upload.owner = upload.lease_until = None


def _ensure_all_can_go(upload_id: uuid.UUID, owner: str, inside: list[int], actor: Actor) -> None:
    """Raise what the register raises when a batch cannot go; nothing is changed.

    Each batch is tried alone, so that others write in between. Where it only waits for another register's rows of
    the same upload, they are tried together.
    """
    for number in inside:
        try:
            _try([number], upload_id, owner, actor)
        except Refused:
            with db.reading() as session:
                names = {one.register for one in _inside(session, upload_id)}
            if len(names) == 1:
                raise
            _try(inside, upload_id, owner, actor)
            return


def _try(numbers: list[int], upload_id: uuid.UUID, owner: str, actor: Actor) -> None:
    with transaction() as session:
        upload = checking.ensure_held(session, upload_id, owner=owner)
        reason = upload.undo_reason or ""
        trial = session.begin_nested()
        try:
            for number in numbers:
                batch = queries.batch_of(session, upload_id, number)
                if batch is not None:
                    _undo_things(session, batch, actor, reason)
        finally:
            trial.rollback()


def _take_out(session: Session, upload: ImportUpload, batch: ImportBatch, actor: Actor) -> int:
    """Undo a batch that is in; one that another runner has undone is left alone. Return how many things it were."""
    if batch.state is not BatchState.ADMITTED:
        return 0
    count = _undo_things(session, batch, actor, upload.undo_reason or "")
    batch.state = BatchState.UNDONE
    upload.done_rows += batch.row_count
    session.flush()
    return count


def _undo_things(session: Session, batch: ImportBatch, actor: Actor, reason: str) -> int:
    count = 0
    for things in queries.things_of([batch]):
        if things:
            registers.by_name(batch.register).undo(session, things, actor=actor, reason=reason)
            count += len(things)
    return count


def _inside(session: Session, upload_id: uuid.UUID) -> list[ImportBatch]:
    """Return the batches that are in, the last one first."""
    found = queries.batches_of(session, upload_id)
    return [one for one in reversed(found) if one.state is BatchState.ADMITTED]


def _finish(session: Session, upload: ImportUpload, actor: Actor) -> None:
    ensure_move(MOVES, upload.state, UploadState.UNDONE)
    upload.state = UploadState.UNDONE
    upload.ended_at = clock.now()
    upload.owner = upload.lease_until = None
    after = {"rows": sum(len(one.things) // 16 for one in queries.batches_of(session, upload.id))}
    reason = upload.undo_reason
    events.record(session, "import.undo", "import_upload", upload.id, actor=actor, after=after, reason=reason)
