"""Approving what an upload brought in, by another than its uploader: part by part, at once or by the job.

Each part is a transaction of its own; who presses again does what is left, and what is done is left alone.
"""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock, db
from app.audit import events
from app.collecting import collecting_seldom
from app.db import reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.imports import registers
from app.imports.checking import LEASE
from app.imports.models import BatchState, ImportApproval, ImportBatch, ImportUpload, UploadState
from app.imports.registers import Register
from app.permissions import Actor, ensure_four_eyes, ensure_may, may_in
from app.users import sessions

PART = 250
"""Things a transaction: verifying one writes its points, steps and messages, and others wait meanwhile."""
Thing = tuple[str, uuid.UUID]


def approvable(upload: ImportUpload, actor: Actor) -> list[Register]:
    """Return the registers of an upload in which this actor may approve what came in."""
    if upload.state is not UploadState.ACCEPTED or upload.region_code is None:
        return []
    found = [registers.by_name(name) for name in upload.registers.split()]
    return [one for one in found if one.approve and may_in(actor, one.approving, upload.region_code)]


def begin(session: Session, upload_id: uuid.UUID, *, why: str, actor: Actor) -> ImportApproval:
    """Approve what an upload brought in and needs no look of its own: at once when it is little, else by the job.

    Raises NotAllowed for the uploader, InvalidInput when it must be said how it was checked, Conflict while
    another approval of it goes on.
    """
    upload = db.lock(session, ImportUpload, upload_id)
    if upload.state is not UploadState.ACCEPTED:
        raise Conflict(_("这份表格现在不能审核，请刷新页面。"))
    if upload.region_code is None:
        raise Conflict(_("参与单位导入的内容在核验台办理。"))
    mine = approvable(upload, actor)
    for one in map(registers.by_name, upload.registers.split()):
        if one.approve and not mine:
            ensure_may(actor, one.approving, region_code=upload.region_code)
    ensure_four_eyes(actor, upload.uploader_id)
    why = why.strip()
    if not why and any(one.look for one in mine):
        raise InvalidInput(_("请写明怎样核对的。"), field="why")
    if going_on(session, upload.id) is not None:
        raise Conflict(_("这份表格正在由后台办理，请等它办完。"))
    things = things_of(session, upload.id, [one.name for one in mine])
    approval = ImportApproval(
        upload_id=upload.id,
        asked_by=actor.user_id,
        asked_at=clock.now(),
        why=why,
        all_things=len(things),
        done_things=0,
        approved=0,
    )
    session.add(approval)
    session.flush()
    after = {"things": len(things)}
    events.record(
        session, "import.approve", "import_upload", upload.id, actor=actor, after=after, reason=why or None
    )
    if len(things) <= PART:
        _approve_part(session, approval, things, len(things), actor)
    return approval


def going_on(session: Session, upload_id: uuid.UUID) -> ImportApproval | None:
    """Return the approval of an upload that has not ended, or None."""
    return session.scalar(
        select(ImportApproval).where(ImportApproval.upload_id == upload_id, ImportApproval.ended_at.is_(None))
    )


def last_of(session: Session, upload_id: uuid.UUID) -> ImportApproval | None:
    """Return the latest approval of an upload, or None."""
    return session.scalar(
        select(ImportApproval)
        .where(ImportApproval.upload_id == upload_id)
        .order_by(ImportApproval.asked_at.desc(), ImportApproval.id.desc())
        .limit(1)
    )


def things_of(session: Session, upload_id: uuid.UUID, names: Sequence[str]) -> list[Thing]:
    """Return what an upload brought into these registers, in the order in which it came in."""
    rows = session.execute(
        select(ImportBatch.register, ImportBatch.things)
        .where(
            ImportBatch.upload_id == upload_id,
            ImportBatch.state == BatchState.ADMITTED,
            ImportBatch.register.in_(names),
        )
        .order_by(ImportBatch.number)
    )
    return [
        (name, uuid.UUID(bytes=bytes(keys[at : at + 16])))
        for name, keys in rows
        for at in range(0, len(keys), 16)
    ]


def take_up() -> str | None:
    """Carry out the approvals that wait, one after the other; return how many it were."""
    count = 0
    while True:
        with reading() as session:
            waiting = _waiting(session, clock.true_now())
        if not waiting:
            return _("审核 %(count)s 份表格", count=count) if count else None
        for approval_id in waiting:
            count += work_on(approval_id)


def work_on(approval_id: uuid.UUID) -> bool:
    """Carry out an approval, going on where another runner stopped; return False when another has it."""
    owner = secrets.token_hex(12)
    with transaction() as session:
        approval = _take(session, approval_id, owner)
        if approval is None:
            return False
        actor = sessions.actor_of(session, approval.asked_by)
        upload = session.get_one(ImportUpload, approval.upload_id)
        names = [one.name for one in approvable(upload, actor)] if actor else []
        things = things_of(session, approval.upload_id, names)
        if actor is None or len(things) != approval.all_things:
            _stop(approval, _("审核人的登录用户或权限变了，不能继续。"))
            return True
    try:
        with collecting_seldom():
            while _next_part(approval_id, owner, things, actor):
                pass
    except Exception:
        with transaction() as session:
            held = _take(session, approval_id, owner)
            if held is not None:
                _stop(held, _("系统出了没有料到的问题，请稍后再试，并告知管理员。"))
        raise
    return True


def _next_part(approval_id: uuid.UUID, owner: str, things: Sequence[Thing], actor: Actor) -> bool:
    """Approve one part; where one of its things is refused, its things one by one. Return whether more is to do."""
    try:
        return _carry_on(approval_id, owner, things, PART, actor)
    except Refused:
        pass  # something changed in this moment, or one thing is refused: it alone shall stay
    more = True
    for _place in range(PART):
        if not more:
            break
        try:
            more = _carry_on(approval_id, owner, things, 1, actor)
        except Refused as refused:
            more = _pass_over(approval_id, owner, refused)
    return more


def _carry_on(approval_id: uuid.UUID, owner: str, things: Sequence[Thing], most: int, actor: Actor) -> bool:
    with transaction() as session:
        held = _take(session, approval_id, owner)
        if held is None:
            return False
        _approve_part(session, held, things, most, actor)
        return held.ended_at is None


def _pass_over(approval_id: uuid.UUID, owner: str, refused: Refused) -> bool:
    with transaction() as session:
        held = _take(session, approval_id, owner)
        if held is None:
            return False
        held.problem = held.problem or str(refused)
        held.done_things += 1
        if held.done_things >= held.all_things:
            _stop(held, None)
        return held.ended_at is None


def _approve_part(
    session: Session, approval: ImportApproval, things: Sequence[Thing], most: int, actor: Actor
) -> None:
    """Approve the next things of one register, at most so many, and remember how far it is."""
    upload = db.lock(session, ImportUpload, approval.upload_id)
    ensure_four_eyes(actor, upload.uploader_id)
    if upload.state is not UploadState.ACCEPTED:
        raise NotAllowed(_("这份表格已经撤销。"))
    rest = things[approval.done_things : approval.done_things + most]
    while rest:
        name = rest[0][0]
        part = [key for register, key in rest if register == name]
        verb = registers.by_name(name).approve
        # A row may bring more than one thing to approve (a household and its head): people count rows.
        count = min(len(part), verb(session, part, actor=actor, why=approval.why)) if verb else 0
        approval.approved += count
        upload.approved_rows += count
        approval.done_things += len(part)
        rest = [one for one in rest if one[0] != name]
    if approval.done_things >= approval.all_things:
        _stop(approval, None)


def _stop(approval: ImportApproval, problem: str | None) -> None:
    approval.ended_at = clock.now()
    approval.problem = problem or approval.problem
    approval.owner = approval.lease_until = None


def _take(session: Session, approval_id: uuid.UUID, owner: str) -> ImportApproval | None:
    approval = db.lock(session, ImportApproval, approval_id)
    now = clock.true_now()
    held = (
        approval.owner not in (None, owner)
        and approval.lease_until is not None
        and approval.lease_until > now
    )
    if held or approval.ended_at is not None:
        return None
    approval.owner, approval.lease_until = owner, now + LEASE
    return approval


def _waiting(session: Session, now: datetime) -> Sequence[uuid.UUID]:
    return session.scalars(
        select(ImportApproval.id)
        .where(
            ImportApproval.ended_at.is_(None),
            or_(ImportApproval.lease_until.is_(None), ImportApproval.lease_until < now),
        )
        .order_by(ImportApproval.asked_at)
        .limit(20)
    ).all()
