"""Reading evidence files."""

import uuid
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.files import access
from app.files.models import EvidenceFile, FileState
from app.permissions import Actor


def readable(session: Session, code: str, actor: Actor) -> EvidenceFile:
    """Return a kept file that the actor may read. Raises NotFound otherwise: its existence is no one's to know."""
    file = session.scalar(select(EvidenceFile).where(EvidenceFile.code == code))
    if file is None or file.state is not FileState.KEPT or not access.may_read(session, file, actor):
        raise NotFound(_("没有这个文件，或者您不能查看它。"))
    return file


def of_subject(session: Session, subject_kind: str, subject_id: uuid.UUID) -> Sequence[EvidenceFile]:
    """Return the kept files of one thing in the order they came. The caller has asked who may see the thing."""
    return session.scalars(
        select(EvidenceFile)
        .where(
            EvidenceFile.subject_kind == subject_kind,
            EvidenceFile.subject_id == subject_id,
            EvidenceFile.state == FileState.KEPT,
        )
        .order_by(EvidenceFile.id)
    ).all()


def get(session: Session, key: uuid.UUID) -> EvidenceFile:
    """Return one file by its key. Raises NotFound."""
    file = session.get(EvidenceFile, key)
    if file is None:
        raise NotFound(_("没有这个文件。"))
    return file


def contents_in_use(session: Session) -> set[str]:
    """Return the content hashes that rows stand for."""
    return set(session.scalars(select(EvidenceFile.sha256).distinct()))
