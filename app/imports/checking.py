"""Verbs of the dry run: judge an upload's rows with the very rules of the real run, and keep what was decided."""

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.errors import Conflict
from app.ids import new_id
from app.imports import plans, queries, staging, uploads
from app.imports.cells import Book
from app.imports.judging import Judged, judge_rows
from app.imports.kinds import TAKEN, Decision, Note
from app.imports.models import BatchState, ImportBatch, ImportUpload, UploadState
from app.imports.plans import Batch
from app.imports.staging import Line
from app.imports.uploads import MOVES
from app.imports.vocabulary.terms import Vocabulary
from app.imports.world import Scope, World
from app.permissions import Actor
from app.states import ensure_move

IN_REQUEST = 2_000
"""Rows up to which an upload is checked and accepted while its page is asked for."""
LEASE = timedelta(minutes=2)


@dataclass
class Worlds:
    """The worlds of one run over a file: registers with the same scope know of each other's rows."""

    vocabulary: Vocabulary
    actor: Actor
    organisation_id: uuid.UUID | None
    session: Session
    _made: dict[Scope, World] = field(default_factory=dict)

    def of(self, batch: Batch) -> World:
        """Return the world for a batch's register."""
        made = plans.world_of(
            batch.register,
            self.vocabulary,
            actor=self.actor,
            organisation_id=self.organisation_id,
            session=self.session,
        )
        return self._made.setdefault(made.scope, made)


def begin(session: Session, upload_id: uuid.UUID, *, actor: Actor) -> ImportUpload:
    """Ask for an upload to be checked: at once by the caller when it is small, else by the job."""
    upload = db.lock(session, ImportUpload, upload_id)
    ensure_move(MOVES, upload.state, UploadState.JUDGING)
    upload.state = UploadState.JUDGING
    upload.done_rows = 0
    upload.judged_at = None
    upload.owner = upload.lease_until = None
    start_over(session, upload)
    events.record(session, "import.check", "import_upload", upload.id, actor=actor)
    return upload


def check_now(
    session: Session, upload_id: uuid.UUID, book: Book, vocabulary: Vocabulary, *, actor: Actor
) -> None:
    """Check a small upload whole, in the caller's transaction. ``book``: its file, opened before."""
    upload = begin(session, upload_id, actor=actor)
    worlds = Worlds(vocabulary, actor, upload.organisation_id, session)
    for batch in plans.batches(book, uploads.plan_of(upload), vocabulary):
        judge(batch, worlds.of(batch))
        keep(session, upload, batch)
    end(session, upload)


def opened(upload: ImportUpload, rows: int) -> Book | None:
    """Return the file of a small upload, opened before any transaction; None for a large one, which the job opens."""
    if rows > IN_REQUEST:
        return None
    with db.reading() as session:
        data = uploads.data_of(session, upload)
    return plans.open_book(data, upload.name)


def judge(batch: Batch, world: World) -> None:
    """Fill in the verdicts of a batch."""
    judge_rows(batch.lines, batch.register, world)


def start_over(session: Session, upload: ImportUpload) -> None:
    """Forget what an interrupted check has kept."""
    uploads.forget_rows(session, upload.id)
    upload.done_rows = upload.ready_rows = upload.rejected_rows = 0
    upload.duplicate_rows = upload.review_rows = 0


def keep(session: Session, upload: ImportUpload, batch: Batch) -> None:
    """Keep a judged batch, sealed, and count it."""
    lines = [line_of(one, batch) for one in batch.lines if not is_plain(one)]
    plain = [one for one in batch.lines if is_plain(one)]
    key = new_id()
    session.add(
        ImportBatch(
            id=key,
            upload_id=upload.id,
            number=batch.number,
            table_number=batch.table_number,
            register=batch.register.name,
            state=BatchState.JUDGED,
            row_count=len(batch.lines),
            first_line=batch.lines[0].number,
            last_line=batch.lines[-1].number,
            summary=summary_of(lines, plain),
            sealed=staging.seal_lines(lines, key),
            things=b"",
        )
    )
    counts = Counter(one.decision for one in lines)
    upload.done_rows += len(batch.lines)
    upload.ready_rows += len(plain) + sum(counts[one] for one in TAKEN)
    upload.rejected_rows += counts[Decision.REJECT]
    upload.duplicate_rows += counts[Decision.DUPLICATE]
    upload.review_rows += counts[Decision.REVIEW]
    session.flush()


def is_plain(judged: Judged) -> bool:
    """Return whether a row goes in and nothing is to be said of it: such rows are counted, not kept one by one."""
    return judged.verdict.decision is Decision.ACCEPT


def summary_of(lines: Sequence[Line], plain: Sequence[Judged]) -> str:
    """Return the counts of rows as they are kept beside them, see ``queries.Summary``."""
    reasons = Counter((one.decision.value, one.reason, one.can_be_taken) for one in lines)
    if plain:
        reasons[Decision.ACCEPT.value, "", False] += len(plain)
    notes = Counter(note for one in lines for note in one.notes)
    notes.update(note.value for one in plain for note in one.verdict.notes)
    return json.dumps({"reasons": [[*key, count] for key, count in reasons.items()], "notes": notes})


def end(session: Session, upload: ImportUpload) -> None:
    """Mark an upload as checked."""
    ensure_move(MOVES, upload.state, UploadState.JUDGED)
    upload.state = UploadState.JUDGED
    upload.data_rows = upload.done_rows
    upload.judged_at = clock.now()
    upload.owner = upload.lease_until = None


def fail(session: Session, upload_id: uuid.UUID, sentence: str, *, owner: str) -> None:
    """Say why a check or an import stopped, unless another runner has taken it over."""
    upload = db.lock(session, ImportUpload, upload_id)
    if upload.owner == owner and upload.state in (UploadState.JUDGING, UploadState.ACCEPTING):
        upload.state = UploadState.FAILED
        upload.problem = sentence
        upload.owner = upload.lease_until = None


def take(session: Session, upload_id: uuid.UUID, *, owner: str) -> ImportUpload | None:
    """Let a runner work on an upload; None when another does or nothing is to do."""
    upload = db.lock(session, ImportUpload, upload_id)
    now = clock.true_now()
    held = upload.owner not in (None, owner) and upload.lease_until is not None and upload.lease_until > now
    if held or upload.state not in queries.WORKING:
        return None
    upload.owner, upload.lease_until = owner, now + LEASE
    return upload


def ensure_held(session: Session, upload_id: uuid.UUID, *, owner: str) -> ImportUpload:
    """Return the locked upload and prolong the runner's hold. Raises Conflict when another has taken it over.

    Once lost, a hold is never won back, not even when the other one has died: what was kept is the other's.
    """
    upload = db.lock(session, ImportUpload, upload_id)
    if upload.owner != owner or take(session, upload_id, owner=owner) is None:
        raise Conflict(_("这份表格已由另一个任务接手。"))
    return upload


def line_of(judged: Judged, batch: Batch) -> Line:
    """Return a judged row as it is kept; what goes in by itself keeps nothing that names a person."""
    verdict = judged.verdict
    fault = verdict.fault
    if verdict.decision in TAKEN:
        notes = tuple(one.value for one in verdict.notes)
        return Line(judged.number, verdict.decision, fault.word if fault else "", notes=notes)
    return Line(
        judged.number,
        verdict.decision,
        reason=fault.word if fault else "",
        field=fault.field if fault else None,
        sentence=staging.printable(" ".join(_sentences(judged, batch))),
        can_be_taken=verdict.decision is Decision.REVIEW and verdict.data is not None,
        cells=_cells_of(judged, batch),
    )


def _sentences(judged: Judged, batch: Batch) -> list[str]:
    """Return what decided a row, and what else its cells have wrong, so that all of it is mended at once."""
    first, row = judged.verdict.fault, judged.row
    if first is None:
        return []
    told = [str(first.sentence)]
    if row is None or judged.verdict.decision is not Decision.REJECT:
        return told
    for one in batch.register.fields:
        reading = row.readings.get(one.name)
        if one.name == first.field or reading is None:
            continue
        if reading.fault is not None:
            told.append(
                _("另外，“%(column)s”：%(problem)s", column=one.label, problem=reading.fault.sentence)
            )
        elif one.required and reading.value is None:
            told.append(_("另外，“%(column)s”没有填。", column=one.label))
    return told


def _cells_of(judged: Judged, batch: Batch) -> tuple[Any, ...]:
    """Return a row as it came; what stood only in the first row of a merge is written into it."""
    cells = list(batch.table.rows[judged.number - 1])
    layout = batch.section.layout
    if judged.row is None or layout is None:
        return tuple(cells)
    for name, reading in judged.row.readings.items():
        column = layout.columns.get(name)
        if column is None or Note.MERGED_CELL not in reading.notes:
            continue
        for merge in batch.table.merges:
            if (
                merge.first_column <= column <= merge.last_column
                and merge.first_row <= judged.number <= merge.last_row
            ):
                above = batch.table.rows[merge.first_row - 1]
                cells += [None] * (column + 1 - len(cells))
                cells[column] = above[column] if column < len(above) else None
    return tuple(cells)


def ready_to_enter(session: Session, upload: ImportUpload) -> int:
    """Return how many rows go in when the upload is accepted: the good ones and those somebody let in."""
    if not upload.review_rows:
        return upload.ready_rows
    choices = queries.choices_of(session, upload.id)
    let_in = 0
    for batch in queries.batches_of(session, upload.id):
        if queries.summary_of(batch).in_review:
            some = [one for one in queries.lines_of(batch) if one.decision is Decision.REVIEW]
            let_in += sum(goes_in(one, batch.table_number, choices) for one in some)
    return upload.ready_rows + let_in


def goes_in(line: Line, table_number: int, choices: Any) -> bool:
    """Return whether a row goes in: by itself, or because somebody said so of a row in review."""
    if line.decision in TAKEN:
        return True
    if line.decision is not Decision.REVIEW or not line.can_be_taken:
        return False
    choice = queries.choice_on(choices, table_number, line)
    return choice is not None and choice.is_taken
