"""The verb that takes out again what an upload brought in, all or none."""

import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.errors import Conflict, InvalidInput
from app.imports import approving, plans, queries, registers
from app.imports.models import BatchState, ImportUpload, UploadState
from app.imports.uploads import MOVES
from app.permissions import Actor
from app.states import ensure_move


def undo(session: Session, upload_id: uuid.UUID, *, reason: str, actor: Actor) -> int:
    """Take an upload's rows out of their registers, the last batch first; return how many it were.

    Raises Conflict, from the register, when something depends on one of them: then all of them stay.
    """
    upload = db.lock(session, ImportUpload, upload_id)
    ensure_move(MOVES, upload.state, UploadState.UNDONE)
    if approving.going_on(session, upload.id) is not None:
        raise Conflict(_("这份表格正在由后台审核，请等它办完。"))
    if not reason:
        raise InvalidInput(_("请写明为什么撤销。"), field="reason")
    for name in upload.registers.split():
        plans.ensure_may_import(registers.by_name(name), actor, upload.organisation_id)
    count = 0
    for batch in reversed(queries.batches_of(session, upload.id)):
        register = registers.by_name(batch.register)
        for things in queries.things_of([batch]):
            if things:
                register.undo(session, things, actor=actor, reason=reason)
                count += len(things)
            batch.state = BatchState.UNDONE
    upload.state = UploadState.UNDONE
    upload.ended_at = clock.now()
    after = {"rows": count}
    events.record(session, "import.undo", "import_upload", upload.id, actor=actor, after=after, reason=reason)
    return count
