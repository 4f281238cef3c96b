"""Files that were uploaded in one go: what is to be done next with all of them, in the order of their registers.

Files of one register are checked together and let in together; then come those of the next one, for a ledger
names people and organisations that have to be there by then. Nothing goes in that nobody has seen the check of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy.orm import Session

from app.imports import admission, approval_standing, approving, checking, plans, queries, registers, uploads
from app.imports.models import ImportUpload, UploadState
from app.imports.staging import Section
from app.permissions import Actor


class Do(Enum):
    """What can be done with the files by one button."""

    WAIT = "wait"
    CHECK = "check"
    ACCEPT = "accept"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Step:
    """What comes next, for which files, and how many rows it concerns."""

    do: Do
    files: Sequence[ImportUpload]
    rows: int

    @property
    def registers(self) -> list[str]:
        """Return the names of the registers of these files, in their order."""
        names = {name for one in self.files for name in one.registers.split()}
        return [one.name for one in registers.known() if one.name in names]


def rank(upload: ImportUpload) -> int:
    """Return the place of a file among the others: that of its first register; what is not recognised comes last."""
    return min((registers.by_name(name).order for name in upload.registers.split()), default=1_000)


def lacking(plan: Sequence[Section]) -> list[object]:
    """Return the labels of required fields that no column of the tables in use has."""
    return [
        label
        for one in plan
        if one.is_used and one.layout is not None
        for label in plans.missing_fields(one, registers.by_name(one.layout.register))
    ]


def can_be_checked(upload: ImportUpload) -> bool:
    """Return whether a file was recognised whole, so that nobody has to point at a column."""
    return (
        upload.state is UploadState.RECEIVED
        and bool(upload.registers)
        and not lacking(uploads.plan_of(upload))
    )


def next_step(session: Session, files: Sequence[ImportUpload]) -> Step:
    """Return what comes next: wait for what is under way, else the first register in which something is to do."""
    working = [one for one in files if one.state in queries.WORKING]
    if working:
        return Step(Do.WAIT, working, sum(one.data_rows for one in working))
    for place in sorted({rank(one) for one in files}):
        some = [one for one in files if rank(one) == place]
        unchecked = [one for one in some if can_be_checked(one)]
        if unchecked:
            return Step(Do.CHECK, unchecked, sum(one.data_rows for one in unchecked))
        ready = {
            one.id: checking.ready_to_enter(session, one) for one in some if one.state is UploadState.JUDGED
        }
        entering = [one for one in some if ready.get(one.id)]
        if entering:
            return Step(Do.ACCEPT, entering, sum(ready.values()))
    return Step(Do.NOTHING, (), 0)


def check(session: Session, step: Step, *, actor: Actor) -> None:
    """Ask for files to be checked with the columns that were recognised."""
    for one in step.files:
        uploads.settle_columns(session, one.id, uploads.plan_of(one), actor=actor)
        checking.begin(session, one.id, actor=actor)


def accept(session: Session, step: Step, *, actor: Actor) -> None:
    """Say that the good rows of checked files go in."""
    for one in step.files:
        admission.begin(session, one.id, actor=actor)


def to_approve(session: Session, files: Sequence[ImportUpload], actor: Actor) -> list[ImportUpload]:
    """Return the files whose rows wait for this actor's word and need no look of their own."""
    found = []
    for one in files:
        where = approval_standing.standing(session, one, actor)
        if where.waits and where.can and not where.looks and where.going_on is None:
            found.append(one)
    return found


def approve(session: Session, files: Sequence[ImportUpload], *, actor: Actor) -> int:
    """Approve what files brought in; return how many it were by now, the job does the rest."""
    return sum(approving.begin(session, one.id, why="", actor=actor).approved for one in files)
