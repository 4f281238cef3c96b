"""Who may read a file: the feature that owns its subject answers; no answer means nobody."""

from typing import Protocol

from sqlalchemy.orm import Session

from app.files.models import EvidenceFile
from app.permissions import Actor


class MayRead(Protocol):
    """A feature's answer for the files of one kind of subject."""

    def __call__(self, session: Session, file: EvidenceFile, actor: Actor) -> bool:
        """Return whether this actor may read this file now."""


_readers: dict[str, MayRead] = {}


def register(subject_kind: str, may_read: MayRead) -> None:
    """Let a feature answer for the files of its subjects; a later answer for the same kind replaces the first."""
    _readers[subject_kind] = may_read


def may_read(session: Session, file: EvidenceFile, actor: Actor) -> bool:
    """Return whether the actor may read the file: by its feature's answer alone."""
    answer = _readers.get(file.subject_kind)
    return answer is not None and answer(session, file, actor)
