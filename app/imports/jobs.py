"""Jobs of imports: the one that checks, lets in and undoes large uploads, and the nightly one that clears old ones.

A large upload is worked on batch by batch, each in a transaction of its own: whoever looks sees how far it is, a
runner that dies leaves each batch whole or absent, and the next one goes on where it stopped.
"""

import secrets
import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app import clock
from app.collecting import collecting_seldom
from app.db import reading, transaction
from app.errors import Conflict, NotAllowed, Refused
from app.imports import admission, approving, checking, plans, queries, undoing, uploads
from app.imports.cells import Book
from app.imports.models import ImportUpload, UploadState
from app.imports.plans import Batch
from app.imports.staging import Section
from app.imports.vocabulary import stored
from app.imports.vocabulary.terms import Vocabulary
from app.jobs.registry import DailyAt, EveryMinutes, Job
from app.permissions import SYSTEM, Actor
from app.users import sessions


def take_up() -> str | None:
    """Check, let in and undo what waits, one upload after the other; return how many it were."""
    count = 0
    while True:
        with reading() as session:
            waiting = queries.waiting(session, clock.true_now())
        if not waiting:
            return _("办理 %(count)s 份表格", count=count) if count else None
        for upload_id in waiting:
            count += work_on(upload_id)


def work_on(upload_id: uuid.UUID) -> bool:
    """Check an upload, let it in or undo it, whichever it waits for; return False when another runner has it.

    What stops it is kept with it as a sentence; whatever is in by then stays in.
    """
    owner = secrets.token_hex(12)
    with transaction() as session:
        upload = checking.take(session, upload_id, owner=owner)
        if upload is None:
            return False
        state = upload.state
        if state is UploadState.JUDGING:
            checking.start_over(session, upload)
    try:
        with collecting_seldom():
            if state is UploadState.JUDGING:
                _check(upload_id, owner)
            elif state is UploadState.ACCEPTING:
                _let_in(upload_id, owner)
            else:
                _undo(upload_id, owner)
    except Refused as problem:
        _stop(upload_id, str(problem), owner)
    except Exception:
        _stop(upload_id, _("系统出了没有料到的问题，请稍后再试，并告知管理员。"), owner)
        raise
    return True


def _stop(upload_id: uuid.UUID, sentence: str, owner: str) -> None:
    with transaction() as session:
        checking.fail(session, upload_id, sentence, owner=owner)
        undoing.stop(session, upload_id, sentence, owner=owner)


def _undo(upload_id: uuid.UUID, owner: str) -> None:
    with reading() as session:
        upload = session.get_one(ImportUpload, upload_id)
        actor = sessions.actor_of(session, upload.undone_by) if upload.undone_by else None
    if actor is None:
        raise NotAllowed(_("撤销人的登录用户已被锁定，不能继续。"))
    undoing.carry_out(upload_id, owner, actor)


def _check(upload_id: uuid.UUID, owner: str) -> None:
    with reading() as session:
        upload, actor, book, plan, vocabulary = _opened(session, upload_id)
        worlds = checking.Worlds(vocabulary, actor, upload.organisation_id, session)
        for batch in plans.batches(book, plan, vocabulary):
            checking.judge(batch, worlds.of(batch))
            with transaction() as writing:
                checking.keep(writing, checking.ensure_held(writing, upload_id, owner=owner), batch)
    with transaction() as writing:
        checking.end(writing, checking.ensure_held(writing, upload_id, owner=owner))


def _let_in(upload_id: uuid.UUID, owner: str) -> None:
    with reading() as session:
        _upload, actor, book, plan, vocabulary = _opened(session, upload_id)
        done = queries.admitted_batches(session, upload_id)
    for batch in plans.batches(book, plan, vocabulary):
        if batch.number in done:
            continue
        _admit(upload_id, owner, batch, vocabulary, actor)
    with transaction() as writing:
        admission.finish(writing, checking.ensure_held(writing, upload_id, owner=owner))


def _admit(upload_id: uuid.UUID, owner: str, batch: Batch, vocabulary: Vocabulary, actor: Actor) -> None:
    """Let one batch in; when somebody entered one of its people in the same moment, it is judged once more."""
    for last in (False, False, True):
        try:
            with transaction() as session:
                held = checking.ensure_held(session, upload_id, owner=owner)
                admission.admit_batch(session, held, batch, vocabulary, actor=actor)
            return
        except (Conflict, IntegrityError, OperationalError):
            if last:
                raise


def _opened(
    session: Session, upload_id: uuid.UUID
) -> tuple[ImportUpload, Actor, Book, list[Section], Vocabulary]:
    upload = session.get_one(ImportUpload, upload_id)
    actor = sessions.actor_of(session, upload.accepted_by or upload.uploaded_by)
    if actor is None:
        raise NotAllowed(_("上传人的登录用户已被锁定，不能继续。"))
    book = plans.open_book(uploads.data_of(session, upload), upload.name)
    return upload, actor, book, uploads.plan_of(upload), stored(session)


def clear_old() -> str:
    """Delete what old uploads hold of people."""
    with transaction() as session:
        return _("清理 %(count)s 份表格", count=uploads.clear_old(session, actor=SYSTEM))


JOBS = (
    Job("imports", _l("检查、导入和撤销大表格"), EveryMinutes(1), take_up),
    Job("imports_approve", _l("审核和核验导入的大批内容"), EveryMinutes(1), approving.take_up),
    Job("imports_clear", _l("清理过期的导入表格"), DailyAt(3, 30), clear_old),
)
