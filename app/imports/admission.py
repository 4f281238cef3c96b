"""Verbs that let an upload's rows into their registers: batch by batch, each whole or absent."""

import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.errors import Conflict, InvalidInput
from app.imports import checking, plans, queries, registers, staging, uploads
from app.imports.cells import Book
from app.imports.judging import Judged
from app.imports.kinds import TAKEN, Decision
from app.imports.models import BatchState, ImportBatch, ImportUpload, UploadState
from app.imports.plans import Batch
from app.imports.staging import Line
from app.imports.uploads import MOVES
from app.imports.vocabulary.terms import Vocabulary
from app.permissions import Actor
from app.states import ensure_move


def begin(session: Session, upload_id: uuid.UUID, *, actor: Actor) -> ImportUpload:
    """Say that a checked upload goes in: at once by the caller when it is small, else by the job.

    Raises InvalidInput when no row can go in, NotAllowed for a register that the actor may not fill.
    """
    upload = db.lock(session, ImportUpload, upload_id)
    ensure_move(MOVES, upload.state, UploadState.ACCEPTING)
    for name in upload.registers.split():
        plans.ensure_may_import(registers.by_name(name), actor, upload.organisation_id)
    count = checking.ready_to_enter(session, upload)
    if any(one.state is BatchState.UNDONE for one in queries.batches_of(session, upload.id)):
        raise Conflict(_("这份表格已经撤销了一部分，不能再导入，请把其余的也撤销。"))
    if upload.judged_at is None:
        raise Conflict(_("这份表格还没有检查完，请先核对各列再检查一次。"))
    if not count:
        raise InvalidInput(_("没有可以导入的行。请按错误工作簿改好后重新上传。"))
    upload.state = UploadState.ACCEPTING
    upload.accepted_by = actor.user_id
    upload.done_rows = sum(queries.admitted_batches(session, upload.id).values())
    upload.problem = None
    upload.owner = upload.lease_until = None
    after = {"rows": count, "sha256": upload.sha256}
    events.record(session, "import.accept", "import_upload", upload.id, actor=actor, after=after)
    return upload


def accept_now(
    session: Session, upload_id: uuid.UUID, book: Book, vocabulary: Vocabulary, *, actor: Actor
) -> None:
    """Let a small upload in, whole, in the caller's transaction. ``book``: its file, opened before."""
    upload = begin(session, upload_id, actor=actor)
    for batch in plans.batches(book, uploads.plan_of(upload), vocabulary):
        admit_batch(session, upload, batch, vocabulary, actor=actor)
    finish(session, upload)


def admit_batch(
    session: Session, upload: ImportUpload, batch: Batch, vocabulary: Vocabulary, *, actor: Actor
) -> int:
    """Judge a batch again, let in what still can go in, and mark it; return how many rows went in.

    A batch that is in already is left alone. Never takes in a row that the check had kept out: what has
    changed since is marked, and shown on the receipt. The caller holds the upload's lock.
    """
    plans.ensure_may_import(batch.register, actor, upload.organisation_id)
    kept = queries.batch_of(session, upload.id, batch.number)
    if kept is not None and kept.state is not BatchState.JUDGED:
        return 0
    if kept is None or not _is_as_checked(kept, batch):
        raise _otherwise()
    world = plans.world_of(
        batch.register,
        vocabulary,
        actor=actor,
        organisation_id=upload.organisation_id,
        session=session,
    )
    world.was_checked = True
    checking.judge(batch, world)
    before = {one.number: one for one in queries.lines_of(kept)}
    choices = queries.choices_of(session, upload.id)
    kept_out = {
        one.number for one in before.values() if not checking.goes_in(one, batch.table_number, choices)
    }
    entering = [
        one for one in batch.lines if one.number not in kept_out and _still_can(one, before.get(one.number))
    ]
    pairs = [(one.row, one.verdict) for one in entering if one.row is not None]
    things: list[uuid.UUID] = []
    refused: dict[int, str] = {}
    if pairs:
        admission = batch.register.admit(session, pairs, actor=actor, scope_of=world)
        things = [one for one in admission.things if one is not None]
        refused = {entering[place].number: str(why) for place, why in admission.refused.items()}
    entered = {one.number for one in entering} - set(refused)
    plain = [
        one
        for one in batch.lines
        if one.number in entered and one.number not in before and checking.is_plain(one)
    ]
    told = {one.number for one in plain}
    lines = [
        _outcome(one, before.get(one.number), batch, one.number in entered, refused)
        for one in batch.lines
        if one.number not in told
    ]
    kept.sealed = staging.seal_lines(lines, kept.id)
    kept.summary = checking.summary_of(lines, plain)
    kept.things = b"".join(one.bytes for one in things)
    kept.state = BatchState.ADMITTED
    upload.done_rows += len(batch.lines)
    upload.admitted_rows += len(things)
    session.flush()
    return len(things)


def finish(session: Session, upload: ImportUpload) -> None:
    """Mark an upload as accepted. Raises Conflict when a batch of the check has not come again."""
    ensure_move(MOVES, upload.state, UploadState.ACCEPTED)
    if any(one.state is BatchState.JUDGED for one in queries.batches_of(session, upload.id)):
        raise _otherwise()
    upload.state = UploadState.ACCEPTED
    upload.ended_at = clock.now()
    upload.owner = upload.lease_until = None


def _is_as_checked(kept: ImportBatch, batch: Batch) -> bool:
    """Whether a batch has the lines that it had at the check: of plain ones nothing else is kept."""
    return (
        kept.register == batch.register.name
        and kept.table_number == batch.table_number
        and (kept.row_count, kept.first_line, kept.last_line)
        == (len(batch.lines), batch.lines[0].number, batch.lines[-1].number)
    )


def _otherwise() -> Conflict:
    return Conflict(
        _(
            "检查之后，从表格里读出的行变了（可能有人改了表头或用词）。请返回核对各列，再检查一次；"
            "已经导入了一部分的，请先撤销。"
        )
    )


def _still_can(judged: Judged, before: Line | None) -> bool:
    verdict = judged.verdict
    if verdict.decision in TAKEN:
        return True
    same_reason = before is not None and verdict.fault is not None and verdict.fault.word == before.reason
    return verdict.decision is Decision.REVIEW and verdict.data is not None and same_reason


def _outcome(judged: Judged, before: Line | None, batch: Batch, is_in: bool, refused: dict[int, str]) -> Line:
    now = checking.line_of(judged, batch)
    if judged.number in refused:
        return Line(
            judged.number,
            Decision.REJECT,
            sentence=refused[judged.number],
            cells=tuple(batch.table.rows[judged.number - 1]),
            changed=True,
        )
    changed = before is None or before.decision != now.decision or before.reason != now.reason
    if is_in:
        return Line(now.number, now.decision, now.reason, now.field, now.sentence, now.notes, admitted=True)
    if changed and now.decision in TAKEN:
        # It could go in by now, but nobody said so when the button was pressed.
        return Line(
            now.number,
            now.decision,
            sentence=_("检查时不能导入，现在可以了。请重新上传错误工作簿。"),
            cells=tuple(batch.table.rows[judged.number - 1]),
            changed=True,
        )
    if before is not None and not changed:
        return before
    return Line(
        now.number,
        now.decision,
        now.reason,
        now.field,
        now.sentence,
        now.notes,
        now.can_be_taken,
        now.cells,
        changed=True,
    )
