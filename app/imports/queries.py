"""Everything that reads uploads. Staff see their own and, as reviewers, what came in in their regions; clerks their
organisation's. Rows that did not go in are for those alone who work on the upload."""

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.imports import registers, staging
from app.imports.kinds import Decision
from app.imports.models import BatchState, ImportBatch, ImportChoice, ImportUpload, UploadState
from app.imports.staging import Line
from app.paging import Order, Page, fetch
from app.permissions import Actor, Permission, region_prefix

HISTORY = 20
_CAME_IN = (UploadState.ACCEPTED, UploadState.UNDOING, UploadState.UNDONE)
WORKING = (UploadState.JUDGING, UploadState.ACCEPTING, UploadState.UNDOING)
"""States in which a runner works on an upload."""


@dataclass(frozen=True)
class Summary:
    """Counts of rows: by decision, reason and whether a person may let them in; and of what was put right."""

    reasons: Mapping[tuple[Decision, str, bool], int]
    notes: Counter[str]

    @property
    def in_review(self) -> bool:
        """Whether a row waits for somebody's word."""
        return any(decision is Decision.REVIEW for decision, _reason, _can in self.reasons)


def mine(actor: Actor, organisation_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    """Return what an upload must be for the actor to see it behind a door; organisation None: the staff door.

    A reviewer sees what has come in and waits for a second pair of eyes; never what is only entered by those who
    may (tips), nor what has not come in.
    """
    if organisation_id is not None:
        held = organisation_id in actor.organisations(Permission.LOG_CONTRIBUTIONS)
        return [ImportUpload.organisation_id == organisation_id if held else ImportUpload.id.is_(None)]
    names = literal(" ") + ImportUpload.registers + " "
    reviewed = [
        and_(
            ImportUpload.region_code.like(region_prefix(code) + "%"),
            ImportUpload.state.in_(_CAME_IN),
            names.contains(f" {one.name} "),
        )
        for one in registers.known()
        if one.approve
        for code in actor.regions(one.approving)
    ]
    return [
        ImportUpload.organisation_id.is_(None),
        or_(ImportUpload.uploaded_by == actor.user_id, *reviewed),
    ]


def visible(
    session: Session, code: str, actor: Actor, organisations: Sequence[uuid.UUID] | None
) -> ImportUpload:
    """Return an upload that the actor may see; ``organisations`` None: as staff. Raises NotFound for all others."""
    doors = [None] if organisations is None else list(organisations)
    for one in doors:
        found = session.scalar(select(ImportUpload).where(ImportUpload.code == code, *mine(actor, one)))
        if found is not None:
            return found
    raise NotFound(_("没有这份表格，或者您不能查看它。"))


def history(
    session: Session,
    actor: Actor,
    organisation_id: uuid.UUID | None,
    *,
    after: str | None,
    before: str | None,
) -> Page[ImportUpload]:
    """Return what the actor may see of earlier uploads, latest first."""
    order = (Order(ImportUpload.uploaded_at, True), Order(ImportUpload.id, True))
    statement = select(ImportUpload).where(*mine(actor, organisation_id))
    return fetch(session, statement, order, after=after, before=before, size=HISTORY)


def beside(session: Session, upload: ImportUpload, actor: Actor) -> list[ImportUpload]:
    """Return the files that were uploaded in one go with one, as far as the actor may see them; itself among them.

    Their mark is that one user uploaded them in one instant.
    """
    return list(
        session.scalars(
            select(ImportUpload).where(
                ImportUpload.uploaded_at == upload.uploaded_at,
                ImportUpload.uploaded_by == upload.uploaded_by,
                *mine(actor, upload.organisation_id),
            )
        )
    )


def together(session: Session, code: str, actor: Actor, *, is_staff: bool) -> list[ImportUpload]:
    """Return the files that came with one, as far as the actor may see them behind a door. Raises NotFound for none.

    The one itself may be hidden: a colleague sees of a set only what waits for approval.
    """
    upload = session.scalar(select(ImportUpload).where(ImportUpload.code == code))
    if upload is not None and is_staff == (upload.organisation_id is None):
        found = beside(session, upload, actor)
        if found:
            return found
    raise NotFound(_("没有这些表格，或者您不能查看它们。"))


def same_file(session: Session, upload: ImportUpload, actor: Actor) -> ImportUpload | None:
    """Return an earlier upload of the same bytes whose rows went into the registers, or None."""
    return session.scalar(
        select(ImportUpload)
        .where(
            ImportUpload.sha256 == upload.sha256,
            ImportUpload.state == UploadState.ACCEPTED,
            ImportUpload.id != upload.id,
            *mine(actor, upload.organisation_id),
        )
        .order_by(ImportUpload.uploaded_at.desc())
        .limit(1)
    )


def same_headings(
    session: Session, headings_hash: bytes, actor: Actor, organisation_id: uuid.UUID | None
) -> ImportUpload | None:
    """Return the latest upload of the actor's own with the same headings whose columns were settled, or None."""
    return session.scalar(
        select(ImportUpload)
        .where(
            ImportUpload.headings_hash == headings_hash,
            ImportUpload.plan.is_not(None),
            ImportUpload.state != UploadState.RECEIVED,
            ImportUpload.organisation_id == organisation_id
            if organisation_id
            else and_(ImportUpload.organisation_id.is_(None), ImportUpload.uploaded_by == actor.user_id),
        )
        .order_by(ImportUpload.uploaded_at.desc())
        .limit(1)
    )


def batches_of(session: Session, upload_id: uuid.UUID) -> Sequence[ImportBatch]:
    """Return the batches of an upload in their order."""
    return session.scalars(
        select(ImportBatch).where(ImportBatch.upload_id == upload_id).order_by(ImportBatch.number)
    ).all()


def batch_of(session: Session, upload_id: uuid.UUID, number: int) -> ImportBatch | None:
    """Return one batch under a lock, or None."""
    return session.scalar(
        select(ImportBatch)
        .where(ImportBatch.upload_id == upload_id, ImportBatch.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def summary_of(batch: ImportBatch) -> "Summary":
    """Return how many of a batch's rows were decided how."""
    kept = json.loads(batch.summary)
    reasons = {(Decision(one[0]), one[1], bool(one[2])): one[3] for one in kept["reasons"]}
    return Summary(reasons, Counter(kept["notes"]))


def lines_of(batch: ImportBatch) -> list[Line]:
    """Return a batch's judged rows; none when they have been cleared."""
    return [] if batch.sealed is None else staging.unseal_lines(batch.sealed, batch.id)


def things_of(batches: Iterable[ImportBatch]) -> list[list[uuid.UUID]]:
    """Return the keys of what each admitted batch brought in, batch by batch."""
    return [
        [uuid.UUID(bytes=bytes(one.things[at : at + 16])) for at in range(0, len(one.things), 16)]
        for one in batches
        if one.state is BatchState.ADMITTED
    ]


def admitted_batches(session: Session, upload_id: uuid.UUID) -> dict[int, int]:
    """Return the numbers of the batches that are in, each with its count of rows."""
    found = session.execute(
        select(ImportBatch.number, ImportBatch.row_count).where(
            ImportBatch.upload_id == upload_id, ImportBatch.state == BatchState.ADMITTED
        )
    )
    return {one.number: one.row_count for one in found}


def choices_of(session: Session, upload_id: uuid.UUID) -> dict[tuple[int, int, str], ImportChoice]:
    """Return what was decided on rows in review, by table, line (0: all) and reason."""
    found = session.scalars(select(ImportChoice).where(ImportChoice.upload_id == upload_id))
    return {(one.table_number, one.line, one.reason): one for one in found}


def choice_on(
    choices: dict[tuple[int, int, str], ImportChoice], table_number: int, line: Line
) -> ImportChoice | None:
    """Return what was decided on a row: its own word, else that on its whole reason."""
    own = choices.get((table_number, line.number, line.reason))
    return own or choices.get((0, 0, line.reason))


def waiting(session: Session, now: datetime, limit: int = 20) -> Sequence[uuid.UUID]:
    """Return the uploads that a runner has to take up: working states that nobody holds, the oldest first."""
    return session.scalars(
        select(ImportUpload.id)
        .where(
            ImportUpload.state.in_(WORKING),
            or_(ImportUpload.lease_until.is_(None), ImportUpload.lease_until < now),
        )
        .order_by(ImportUpload.uploaded_at)
        .limit(limit)
    ).all()


def to_clear(session: Session, before: datetime) -> Sequence[ImportUpload]:
    """Return uploads that still hold rows of people and whose last step is older than an instant."""
    last = func.coalesce(ImportUpload.ended_at, ImportUpload.judged_at, ImportUpload.uploaded_at)
    return session.scalars(
        select(ImportUpload).where(ImportUpload.plan.is_not(None), last < before).order_by(ImportUpload.id)
    ).all()
