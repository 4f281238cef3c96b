"""Files of a request: what they are, where a photograph was taken, and who may read them."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import Conflict
from app.files import evidence
from app.files.models import EvidenceFile
from app.permissions import Actor, Permission
from app.regions.rules import contains
from projects.requests.kinds import FileKind
from projects.requests.models import AidRequest, RequestFile
from projects.requests.steps import THING

MOST_FILES = 40


@dataclass(frozen=True, slots=True)
class Attached:
    """Received bytes with what they are; of a photograph, where and when it was taken."""

    kind: FileKind
    received: evidence.Received
    place: str | None = None
    taken_at: datetime | None = None


def attach(
    session: Session, request: AidRequest, files: Sequence[Attached], *, actor: Actor
) -> list[RequestFile]:
    """Tie received files to a locked request; the verb that calls has asked its guards and traces."""
    if not files:
        return []
    there = session.scalar(select(func.count()).where(RequestFile.request_id == request.id)) or 0
    if there + len(files) > MOST_FILES:
        raise Conflict(_("一件申请最多 %(most)d 份材料。", most=MOST_FILES), field="files")
    made = []
    for one in files:
        file = evidence.keep(
            session,
            one.received,
            subject_kind=THING,
            subject_id=request.id,
            actor=actor,
            region_code=request.region_code,
        )
        made.append(
            RequestFile(
                request_id=request.id,
                file_id=file.id,
                kind=one.kind,
                place=one.place,
                taken_at=one.taken_at or one.received.captured_at,
                round=request.round,
                added_at=clock.now(),
                added_by_id=actor.person_id,
            )
        )
    session.add_all(made)
    session.flush()
    return made


def attach_one(session: Session, request: AidRequest, file: Attached, *, actor: Actor) -> uuid.UUID:
    """Tie one file to a locked request and return the key of the file."""
    (made,) = attach(session, request, [file], actor=actor)
    return made.file_id


def kinds_of(session: Session, request_id: uuid.UUID) -> Collection[FileKind]:
    """Return which kinds of files a request has."""
    return set(session.scalars(select(RequestFile.kind).where(RequestFile.request_id == request_id)))


def may_read(session: Session, file: EvidenceFile, actor: Actor) -> bool:
    """Say who reads files: who asked and the person concerned, and staff of the place who work on requests.

    What the office found out (visits, means, meeting) is not shown to the household.
    """
    request = session.get(AidRequest, file.subject_id)
    if request is None:
        return False
    scopes = {
        scope
        for one in (Permission.ASSESS_REQUESTS, Permission.APPROVE_REQUESTS, Permission.ENTER_REQUESTS)
        for scope in actor.regions(one)
    }
    if any(contains(scope, request.region_code) for scope in scopes):
        return True
    if actor.person_id not in (request.applicant_id, request.person_id) or actor.person_id is None:
        return False
    kind = session.scalar(select(RequestFile.kind).where(RequestFile.file_id == file.id))
    return kind in (FileKind.EVIDENCE, FileKind.AUTHORISATION, FileKind.ECONOMIC, FileKind.COMMITMENT)
