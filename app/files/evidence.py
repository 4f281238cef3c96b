"""Verbs of evidence files: receive the bytes, keep them for a thing, withdraw them."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.errors import InvalidInput, Refused
from app.files import storage
from app.files.media import EVIDENCE, PICTURES, MediaType, sniff
from app.files.models import EvidenceFile, FileState
from app.files.names import clean_name
from app.files.pictures import redraw
from app.ids import new_code
from app.permissions import Actor
from app.states import Moves, ensure_move

MAX_BYTES = 20 * 1024 * 1024

MOVES: Moves[FileState] = {
    FileState.KEPT: frozenset({FileState.WITHDRAWN}),
    FileState.WITHDRAWN: frozenset(),
}


class Readable(Protocol):
    """A stream of bytes: an upload, an open file."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


@dataclass(frozen=True)
class Received:
    """Bytes that were checked and written, and have no row yet."""

    sha256: str
    received_sha256: str
    size_bytes: int
    media_type: MediaType
    name: str
    captured_at: datetime | None


def receive(
    stream: Readable,
    name: str | None,
    *,
    accept: frozenset[MediaType] = EVIDENCE,
    max_bytes: int = MAX_BYTES,
    field: str | None = None,
) -> Received:
    """Check an upload by its content, redraw it when a picture, and write it. Call before the transaction.

    Raises InvalidInput, with the form field's name, when it is empty, too large, damaged or of another kind
    than ``accept``; storage.NoSpace when the disk is full.
    """
    try:
        data = stream.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise InvalidInput(_("文件太大，每个文件不超过 %(size)s MB。", size=max_bytes // (1024 * 1024)))
        kind = sniff(data)
        if kind not in accept:
            wanted = "、".join(str(one.label) for one in MediaType if one in accept)
            raise InvalidInput(_("这里不能上传%(kind)s，请上传%(wanted)s。", kind=kind.label, wanted=wanted))
        picture = redraw(data, kind) if kind in PICTURES else None
    except InvalidInput as refusal:
        raise InvalidInput(refusal.sentence, field=field) from refusal
    kept = picture.data if picture else data
    return Received(
        sha256=storage.put(kept),
        received_sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(kept),
        media_type=kind,
        name=clean_name(name, kind),
        captured_at=picture.captured_at if picture else None,
    )


def from_program(data: bytes, name: str, kind: MediaType) -> Received:
    """Write bytes that the program made itself (a paper, an export). Call before the transaction."""
    sha256 = storage.put(data)
    return Received(sha256, sha256, len(data), kind, clean_name(name, kind), None)


def keep(
    session: Session,
    received: Received,
    *,
    subject_kind: str,
    subject_id: uuid.UUID,
    actor: Actor,
    region_code: str | None = None,
    organisation_id: uuid.UUID | None = None,
) -> EvidenceFile:
    """Add the row that ties received bytes to a thing.

    The verb that calls it traces the file with its own event; ``subject_kind`` must have a reader
    (``access.register``), else nobody sees it. Raises Refused when the bytes were swept up meanwhile.
    """
    if not storage.has(received.sha256):
        raise Refused(_("上传的文件已过期，请重新选择文件。"))
    file = EvidenceFile(
        code=new_code(),
        sha256=received.sha256,
        received_sha256=received.received_sha256,
        size_bytes=received.size_bytes,
        media_type=received.media_type,
        name=received.name,
        captured_at=received.captured_at,
        state=FileState.KEPT,
        subject_kind=subject_kind,
        subject_id=subject_id,
        region_code=region_code,
        organisation_id=organisation_id,
        uploaded_by=actor.user_id,
        uploaded_at=clock.now(),
    )
    session.add(file)
    session.flush()
    return file


def withdraw(session: Session, file: EvidenceFile, *, reason: str, actor: Actor) -> EvidenceFile:
    """Take a file out of sight; its hash and row stay. The caller has asked whether the actor may."""
    file = db.lock(session, EvidenceFile, file.id)
    ensure_move(MOVES, file.state, FileState.WITHDRAWN)
    before: Mapping[str, str] = {"state": file.state.value}
    file.state = FileState.WITHDRAWN
    events.record(
        session,
        "evidence_file.withdraw",
        "evidence_file",
        file.id,
        actor=actor,
        before=dict(before),
        after={"state": file.state.value},
        reason=reason,
    )
    return file
