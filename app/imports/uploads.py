"""Verbs of uploads: receive a file, settle its columns, decide on rows in review, discard it, clear it after a time."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.errors import Conflict, InvalidInput, NotAllowed
from app.files.names import shown_name
from app.ids import new_code, new_id
from app.imports import plans, queries, registers, staging
from app.imports.kinds import Decision
from app.imports.models import ImportBatch, ImportChoice, ImportFile, ImportUpload, UploadState
from app.imports.staging import Section
from app.permissions import Actor
from app.states import Moves, ensure_move

S = UploadState
MOVES: Moves[UploadState] = {
    S.RECEIVED: frozenset({S.RECEIVED, S.JUDGING, S.EXPIRED}),
    S.JUDGING: frozenset({S.JUDGED, S.FAILED}),
    S.JUDGED: frozenset({S.RECEIVED, S.ACCEPTING, S.EXPIRED}),
    S.ACCEPTING: frozenset({S.ACCEPTED, S.FAILED}),
    S.FAILED: frozenset({S.RECEIVED, S.ACCEPTING, S.UNDOING, S.EXPIRED}),
    S.ACCEPTED: frozenset({S.UNDOING}),
    S.UNDOING: frozenset({S.UNDONE, S.ACCEPTED, S.FAILED}),
    S.UNDONE: frozenset(),
    S.EXPIRED: frozenset(),
}
KEPT_DAYS = 30
"""Days after which the file and its rows are deleted, from the last step that somebody took."""
_OPEN = (S.RECEIVED, S.JUDGING, S.JUDGED, S.FAILED)
MAX_BYTES = 20 * 1024 * 1024


def receive(
    session: Session,
    data: bytes,
    name: str,
    plan: Sequence[Section],
    *,
    actor: Actor,
    organisation_id: uuid.UUID | None,
    at: datetime | None = None,
) -> ImportUpload:
    """Keep a file that was read and recognised (``plans.read_plan``); nothing of it is in a register yet.

    ``at``: the instant of the upload; files that come in one go have the same, and are known by it as such.
    Columns that were settled for a file with the same headings are taken over. Raises NotAllowed.
    """
    offered = plans.importable(actor, organisation_id)
    if not offered or actor.user_id is None:
        raise NotAllowed(_("您的角色不能导入表格。"))
    hashed = plans.headings_hash(plan)
    before = queries.same_headings(session, hashed, actor, organisation_id)
    if before is not None and before.plan is not None:
        plan = plans.as_before(plan, staging.unseal_plan(before.plan, before.id))
    key = new_id()
    upload = ImportUpload(
        id=key,
        code=new_code(),
        state=S.RECEIVED,
        name=shown_name(name)[-120:],
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        registers=_names(plan),
        headings_hash=hashed,
        plan=staging.seal_plan(plan, key),
        uploaded_by=actor.user_id,
        uploader_id=actor.person_id,
        uploader_name=actor.name,
        region_code=None
        if organisation_id
        else plans.home_region(actor, {one.permission for one in offered}),
        organisation_id=organisation_id,
        uploaded_at=at or clock.now(),
        data_rows=plans.row_estimate(plan),
    )
    session.add(upload)
    session.flush()
    session.add(ImportFile(upload_id=key, sealed=staging.seal_bytes(data, key)))
    session.flush()
    after = {"registers": upload.registers, "sha256": upload.sha256, "bytes": upload.size_bytes}
    events.record(session, "import.upload", "import_upload", key, actor=actor, after=after)
    return upload


def settle_columns(
    session: Session, upload_id: uuid.UUID, plan: Sequence[Section], *, actor: Actor, is_draft: bool = False
) -> ImportUpload:
    """Settle which tables and columns are used; what was checked before has to be checked again.

    Raises InvalidInput when no table is used or a required field has no column (unless it is a draft),
    NotAllowed for a register that the actor may not fill, Conflict when rows of it are in a register already.
    """
    upload = db.lock(session, ImportUpload, upload_id)
    ensure_move(MOVES, upload.state, S.RECEIVED)
    _ensure_none_is_in(upload)
    used = [one.layout.register for one in plan if one.is_used and one.layout is not None]
    for name in used:
        plans.ensure_may_import(registers.by_name(name), actor, upload.organisation_id)
    if not is_draft:
        _ensure_complete(plan)
    forget_rows(session, upload.id)
    upload.plan = staging.seal_plan(plan, upload.id)
    upload.registers = _names(plan)
    upload.data_rows = plans.row_estimate(plan)
    upload.state = S.RECEIVED
    upload.judged_at = None
    upload.problem = None
    after = {"registers": upload.registers}
    events.record(session, "import.settle_columns", "import_upload", upload.id, actor=actor, after=after)
    return upload


def decide(
    session: Session,
    upload_id: uuid.UUID,
    reason: str,
    *,
    is_taken: bool,
    why: str | None,
    actor: Actor,
    table_number: int = 0,
    line: int = 0,
) -> ImportUpload:
    """Say of a row in review (``line``), or of all rows of its reason (0), that they go in or stay out.

    Raises InvalidInput when rows are to go in and no reason is given, or no row waits for such a word.
    """
    upload = db.lock(session, ImportUpload, upload_id)
    if upload.state is not S.JUDGED:
        raise Conflict(_("这份表格现在不在核对阶段，请刷新页面。"))
    for name in upload.registers.split():
        plans.ensure_may_import(registers.by_name(name), actor, upload.organisation_id)
    if actor.user_id is None:
        raise NotAllowed(_("请先登录。"))
    if is_taken and not why:
        raise InvalidInput(_("请写明为什么可以导入，例如“已与本人核实”。"), field="why")
    waiting = any(
        one.decision is Decision.REVIEW
        and one.reason == reason
        and (one.can_be_taken or not is_taken)
        and line in (0, one.number)
        for batch in queries.batches_of(session, upload.id)
        if (line == 0 or batch.table_number == table_number) and queries.summary_of(batch).in_review
        for one in queries.lines_of(batch)
    )
    if not waiting:
        raise InvalidInput(_("没有待核对的这一行，请刷新页面。"))
    place = table_number if line else 0
    same = (
        ImportChoice.upload_id == upload.id,
        ImportChoice.reason == reason,
        *(() if line == 0 else (ImportChoice.table_number == place, ImportChoice.line == line)),
    )
    session.execute(delete(ImportChoice).where(*same))
    session.add(
        ImportChoice(
            upload_id=upload.id,
            table_number=place,
            line=line,
            reason=reason,
            is_taken=is_taken,
            why=why or "",
            chosen_by=actor.user_id,
            chosen_at=clock.now(),
        )
    )
    session.flush()
    after = {"reason": reason, "line": line, "table": place, "is_taken": is_taken}
    events.record(session, "import.decide", "import_upload", upload.id, actor=actor, after=after, reason=why)
    return upload


def discard(session: Session, upload_id: uuid.UUID, *, actor: Actor) -> ImportUpload:
    """Give an upload up before anything of it is in a register; what it holds is deleted at once."""
    upload = db.lock(session, ImportUpload, upload_id)
    ensure_move(MOVES, upload.state, S.EXPIRED)
    _ensure_none_is_in(upload)
    upload.state = S.EXPIRED
    upload.ended_at = clock.now()
    clear(session, upload)
    events.record(session, "import.discard", "import_upload", upload.id, actor=actor)
    return upload


def clear_old(session: Session, *, actor: Actor) -> int:
    """Delete what uploads hold of people, 30 days after their last step; return how many were cleared."""
    before = clock.now() - timedelta(days=KEPT_DAYS)
    count = 0
    for upload in queries.to_clear(session, before):
        if upload.state in _OPEN and upload.admitted_rows == 0:
            upload.state = S.EXPIRED
            upload.ended_at = clock.now()
        clear(session, upload)
        count += 1
    if count:
        events.record(session, "import.clear", "import_upload", None, actor=actor, after={"count": count})
    return count


def clear(session: Session, upload: ImportUpload) -> None:
    """Delete an upload's file and rows; its counts and the keys of what it brought in stay."""
    session.execute(delete(ImportFile).where(ImportFile.upload_id == upload.id))
    session.execute(update(ImportBatch).where(ImportBatch.upload_id == upload.id).values(sealed=None))
    upload.plan = None
    session.flush()


def forget_rows(session: Session, upload_id: uuid.UUID) -> None:
    """Delete the judged rows of an upload and the decisions on them, before they are judged again."""
    session.execute(delete(ImportChoice).where(ImportChoice.upload_id == upload_id))
    session.execute(delete(ImportBatch).where(ImportBatch.upload_id == upload_id))


def data_of(session: Session, upload: ImportUpload) -> bytes:
    """Return the file as it came. Raises Conflict when it has been cleared."""
    sealed = session.scalar(select(ImportFile.sealed).where(ImportFile.upload_id == upload.id))
    if sealed is None:
        raise Conflict(_("这份表格的内容已过保存期限，请重新上传。"))
    return staging.unseal_bytes(sealed, upload.id)


def plan_of(upload: ImportUpload) -> list[Section]:
    """Return how an upload's tables were understood; none when it has been cleared."""
    return [] if upload.plan is None else staging.unseal_plan(upload.plan, upload.id)


def _names(plan: Sequence[Section]) -> str:
    names = {one.layout.register for one in plan if one.is_used and one.layout is not None}
    return " ".join(one.name for one in registers.known() if one.name in names)


def _ensure_complete(plan: Sequence[Section]) -> None:
    used = [one for one in plan if one.is_used and one.layout is not None]
    if not used:
        raise InvalidInput(_("没有要导入的表。请至少选一张表，并说明它是哪一种名册或台账。"))
    for one in used:
        assert one.layout is not None
        lacking = plans.missing_fields(one, registers.by_name(one.layout.register))
        if lacking:
            raise InvalidInput(
                _(
                    "%(sheet)s缺少必填的列：%(fields)s。请在下面指明是哪一列，或在表格里补上后重新上传。",
                    sheet=_("“%(name)s”", name=one.sheet) if one.sheet else _("表格"),
                    fields="、".join(str(label) for label in lacking),
                )
            )


def _ensure_none_is_in(upload: ImportUpload) -> None:
    if upload.admitted_rows:
        raise Conflict(_("已经有行导入了，不能再改列。请继续导入，或撤销已导入的行。"))
