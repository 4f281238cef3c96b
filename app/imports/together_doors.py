"""The page of files that were uploaded in one go: all of them at a glance, one button for what comes next."""

import uuid
from collections.abc import Callable
from time import monotonic
from typing import Any

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.access import current_actor
from app.audit import events
from app.buttons import press
from app.db import reading, transaction
from app.downloads import as_download
from app.errors import Conflict, NotFound
from app.forms import Form
from app.ids import clean_code
from app.imports import checking, jobs, queries, screens, together, together_screens, workbooks
from app.imports.models import ImportUpload
from app.imports.pages import Entrance
from app.imports.together import Do, Step
from app.problems import note_fault
from app.tables import XLSX

Guard = Callable[[Callable[..., Any]], Callable[..., Any]]
SECONDS = 8.0
"""How long files are worked on while their page is asked for; the job does what is left."""


def attach(bp: Blueprint, guard: Guard, entrance: Entrance) -> None:
    """Add the pages to a door's blueprint."""

    def files_of(session: Session, code: str) -> list[ImportUpload]:
        is_staff = entrance.organisations is None
        found = queries.together(session, clean_code(code), current_actor(), is_staff=is_staff)
        return sorted(found, key=lambda one: (together.rank(one), one.name))

    def is_own(upload: ImportUpload) -> bool:
        return upload.organisation_id is not None or upload.uploaded_by == current_actor().user_id

    @bp.get("/together/<code>")
    @guard
    def together_page(code: str) -> ResponseReturnValue:
        """Show every file of one upload with where it stands, and what comes next."""
        with reading() as session:
            files = files_of(session, code)
            step = together.next_step(session, files)
            waiting = together.to_approve(session, files, current_actor())
            urls = {one.code: url_for(".show", code=one.code) for one in files}
            rows = together_screens.rows(session, files, urls, current_actor())
        return entrance.page(
            "together.html",
            code=code,
            files=files,
            rows=rows,
            columns=together_screens.columns(),
            sums=together_screens.sums(rows),
            step=step,
            waiting=waiting,
            waiting_rows=sum(one.admitted_rows for one in waiting),
            about="、".join(screens.register_label(name) for name in step.registers),
            is_own=is_own(files[0]),
            form=Form(formdata=None),
        )

    @bp.post("/together/<code>/<any(check, accept):what>")
    @guard
    def together_do(code: str, what: str) -> ResponseReturnValue:
        """Check the files that come next, or let their good rows in; then check on, until rows are to go in."""
        here = url_for(".together_page", code=code)
        with reading() as session:
            if not is_own(files_of(session, code)[0]):
                raise NotFound(_("只有上传的人可以办理这些表格。"))

        begun = []

        def act(session: Session) -> str:
            step = together.next_step(session, files_of(session, code))
            if step.do is not Do(what):
                raise Conflict(_("这些表格刚才已经办过这一步，请看看现在到了哪一步。"))
            _begin(session, step)
            begun.append(step)
            return here

        answer = press(act, here)
        if not begun:
            return answer  # refused, or pressed twice: nothing is worked on
        ends = monotonic() + SECONDS
        while _work(code, ends):
            with transaction() as session:
                step = together.next_step(session, files_of(session, code))
                if step.do is not Do.CHECK:
                    break
                _begin(session, step)
        return answer

    @bp.get("/together/<code>/workbook")
    @guard
    def together_workbook(code: str) -> ResponseReturnValue:
        """Send the rows of all files that did not go in as one workbook, a sheet for each table."""
        actor = current_actor()
        with reading() as session:
            files = files_of(session, code)
            if not is_own(files[0]):
                raise NotFound(_("只有上传的人可以办理这些表格。"))
            found = together_screens.problems(session, files)
        if not found.lines:
            raise NotFound(_("这些表格里没有退回的行，或者已过保存期限。"))
        data = workbooks.errors(
            found.plan, found.lines, lambda number, line: screens.describe(line, found.plan[number])
        )
        with transaction() as session:
            for key, count in found.counts.items():
                after = {"rows": count}
                events.record(session, "import.download", "import_upload", key, actor=actor, after=after)
        return as_download(data, _("%(count)s 份表格 待修改.xlsx", count=len(found.counts)), XLSX)

    @bp.post("/together/<code>/approve")
    @guard
    def together_approve(code: str) -> ResponseReturnValue:
        """Approve what came in with all of the files, as the second of four eyes."""

        def act(session: Session) -> str:
            actor = current_actor()
            files = together.to_approve(session, files_of(session, code), actor)
            if not files:
                raise Conflict(_("没有等您审核的表格，可能同事刚刚办过。"))
            flash(_("已审核通过 %(count)s 条。", count=together.approve(session, files, actor=actor)), "done")
            return url_for(".together_page", code=code)

        return press(act, url_for(".together_page", code=code))

    def _begin(session: Session, step: Step) -> None:
        verb = together.check if step.do is Do.CHECK else together.accept
        verb(session, step, actor=current_actor())

    def _work(code: str, ends: float) -> bool:
        """Do what is under way, as long as the page can wait; return whether all of it is done."""
        with reading() as session:
            step = together.next_step(session, files_of(session, code))
        if step.do is not Do.WAIT:
            return False
        done = [
            one.data_rows <= checking.IN_REQUEST and monotonic() < ends and _work_on(one.id)
            for one in step.files
        ]
        return all(done)

    def _work_on(upload_id: uuid.UUID) -> bool:
        try:
            return jobs.work_on(upload_id)
        except Exception as problem:  # the file says that it stopped; the others go on
            note_fault(problem)
            return False
