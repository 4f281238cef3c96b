"""Where the approval of an upload stands, as its receipt shows it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.imports import approving, registers
from app.imports.models import ImportApproval, ImportUpload, UploadState
from app.permissions import Actor


@dataclass(frozen=True)
class Standing:
    """``waits``: something may wait for approval; ``can``: by this actor; ``looks``: after a look at what it does.

    ``going_on``: the approval that the job works on; ``last``: the latest that has ended.
    """

    waits: bool = False
    can: bool = False
    looks: bool = False
    going_on: ImportApproval | None = None
    last: ImportApproval | None = None


def standing(session: Session, upload: ImportUpload, actor: Actor) -> Standing:
    """Return where the approval of an upload stands for this actor."""
    found = [registers.by_name(name) for name in upload.registers.split()]
    waiting = [one for one in found if one.approve]
    if upload.state is not UploadState.ACCEPTED or upload.organisation_id is not None or not waiting:
        return Standing()
    last = approving.last_of(session, upload.id)
    going_on = last if last is not None and last.ended_at is None else None
    looks = any(one.look for one in waiting)
    # Some stay at first, and may go when what stood against them is gone, or by the word of somebody else.
    is_done = upload.approved_rows >= upload.admitted_rows
    is_other = upload.uploaded_by != actor.user_id
    return Standing(
        waits=not is_done or (last is not None and bool(last.problem)),
        can=is_other and bool(approving.approvable(upload, actor)),
        looks=looks,
        going_on=going_on,
        last=None if going_on else last,
    )
