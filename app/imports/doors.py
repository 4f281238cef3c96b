"""The wizard's pages, the same behind the staff door and the member door; each door makes its blueprint here.

upload → columns → check → accept → receipt. Nothing is written to a register before the accepting button.
"""

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.audit import events
from app.buttons import press
from app.db import reading, transaction
from app.downloads import as_download
from app.errors import NotFound, Refused
from app.files.names import shown_name
from app.imports import (
    admission,
    approval_pages,
    checking,
    pages,
    plans,
    queries,
    screens,
    together_doors,
    undoing,
    uploads,
    workbooks,
)
from app.imports.forms import ChoiceForm, ColumnsForm, UndoForm, UploadForm, new_headings, register_choices
from app.imports.incoming import Incoming, files_of
from app.imports.pages import Entrance
from app.imports.registers import Register
from app.imports.staging import Section
from app.imports.vocabulary import editing
from app.imports.vocabulary.queries import stored
from app.imports.vocabulary.terms import Vocabulary
from app.permissions import Actor, Permission
from app.tables import XLSX


def make(name: str, prefix: str, entrance: Entrance, *permissions: Permission) -> Blueprint:
    """Return the blueprint of a door; all of its pages ask for one of the permissions."""
    bp = Blueprint(name, __name__, url_prefix=prefix)
    guard = requires(*permissions)

    @bp.route("", methods=["GET", "POST"])
    @guard
    def index() -> ResponseReturnValue:
        """Offer templates, take files, list what was uploaded before."""
        actor = current_actor()
        form = UploadForm()
        with reading() as session:
            organisation_id, mine = entrance.of_request(session)
            offered = plans.importable(actor, organisation_id)
            vocabulary = stored(session)
            before = queries.history(
                session,
                actor,
                organisation_id,
                after=request.args.get("after"),
                before=request.args.get("before"),
            )
        form.register.choices = register_choices(offered)
        ready: list[tuple[Incoming, list[Section]]] = []
        problems: list[str] = []
        notices: list[str] = []
        if request.method == "POST":
            ready, problems, notices = _read(form, offered, vocabulary)

        def act(session: Session) -> str:
            now = clock.now()
            kept = [
                uploads.receive(
                    session, one.data, one.name, plan, actor=actor, organisation_id=organisation_id, at=now
                )
                for one, plan in ready
            ]
            for problem in problems:
                flash(_("没有收下：%(problem)s", problem=problem), "error")
            for notice in notices:
                flash(notice, "waiting")
            if len(kept) == 1:
                return url_for(".show", code=kept[0].code)
            flash(_("收到 %(count)s 个文件。", count=len(kept)), "done")
            return url_for(".together_page", code=kept[0].code)

        if ready:
            done = form.carry_out(act)
            if done is not None:
                return done
        urls = {one.code: url_for(".show", code=one.code) for one in before.rows}
        answer = entrance.page(
            "index.html",
            form=form,
            offered=offered,
            organisations=mine,
            organisation_id=organisation_id,
            page=before,
            columns=screens.history_columns(),
            rows=screens.history_rows(before.rows, urls),
        )
        return answer, 422 if request.method == "POST" else 200

    @bp.get("/templates/<register>")
    @guard
    def template(register: str) -> ResponseReturnValue:
        """Send the template of a register."""
        actor = current_actor()
        with reading() as session:
            organisation_id, _mine = entrance.of_request(session)
            found = _offered(register, actor, organisation_id)
            world = plans.world_of(
                found, stored(session), actor=actor, organisation_id=organisation_id, session=session
            )
            data = workbooks.template(found, world)
        return as_download(data, _("%(register)s导入模板.xlsx", register=found.label), XLSX)

    @bp.get("/<code>")
    @guard
    def show(code: str) -> ResponseReturnValue:
        """Show the step at which an upload stands."""
        with reading() as session:
            upload = entrance.upload(session, code)
            return pages.show(entrance, session, upload, columns_again=False)

    @bp.get("/<code>/columns")
    @guard
    def columns(code: str) -> ResponseReturnValue:
        """Go back to the columns of an upload of which nothing is in a register."""
        with reading() as session:
            return pages.show(entrance, session, entrance.own(session, code), columns_again=True)

    @bp.post("/<code>/columns")
    @guard
    def settle(code: str) -> ResponseReturnValue:
        """Settle the columns and check the rows: at once when they are few, else by the job."""
        actor = current_actor()
        form = ColumnsForm()
        with reading() as session:
            upload = entrance.own(session, code)
            before = uploads.plan_of(upload)
            vocabulary = stored(session)
        offered = plans.importable(actor, upload.organisation_id)
        here = url_for(".columns", code=upload.code)
        try:
            plan = form.plan_of(before, request.form, offered, vocabulary)
            is_draft = request.form.get("act") == "again" or _asks_anew(before, plan)
            book = None if is_draft else checking.opened(upload, plans.row_estimate(plan))
        except Refused as refused:
            form.note_refusal(refused)
            return pages.columns(entrance, upload, before, offered, form), 422

        def act(session: Session) -> str:
            uploads.settle_columns(session, upload.id, plan, actor=actor, is_draft=is_draft)
            if is_draft:
                return here
            if form.remember.data and actor.may(Permission.MANAGE_VOCABULARY):
                for register, field, heading in new_headings(before, plan, stored(session)):
                    editing.add_heading(session, register=register, field=field, heading=heading, actor=actor)
            if book is None:
                checking.begin(session, upload.id, actor=actor)
            else:
                checking.check_now(session, upload.id, book, stored(session), actor=actor)
            return url_for(".show", code=upload.code)

        done = form.carry_out(act)
        if done is not None:
            return done
        return pages.columns(entrance, upload, plan, offered, form, back=here), 422

    @bp.post("/<code>/decide")
    @guard
    def decide(code: str) -> ResponseReturnValue:
        """Say of rows in review that they go in or stay out."""
        actor = current_actor()
        form = ChoiceForm()
        with reading() as session:
            upload = entrance.own(session, code)
        back = url_for(".show", code=upload.code, reason=request.args.get("reason"), _anchor="rows")

        def act(session: Session) -> str:
            uploads.decide(
                session,
                upload.id,
                form.reason.data or "",
                is_taken=bool(form.take.data),
                why=form.why.data,
                actor=actor,
                table_number=form.table.data or 0,
                line=form.line.data or 0,
            )
            return back

        return press(act, back, form)

    @bp.post("/<code>/accept")
    @guard
    def accept(code: str) -> ResponseReturnValue:
        """Let the good rows in: at once when they are few, else by the job."""
        actor = current_actor()
        with reading() as session:
            upload = entrance.own(session, code)
        here = url_for(".show", code=upload.code)
        try:
            book = checking.opened(upload, upload.data_rows)
        except Refused as refused:
            flash(str(refused), "error")
            return redirect(here, 303)

        def act(session: Session) -> str:
            if book is None:
                admission.begin(session, upload.id, actor=actor)
            else:
                admission.accept_now(session, upload.id, book, stored(session), actor=actor)
            return here

        return press(act, here)

    approval_pages.attach(bp, guard, entrance)

    @bp.post("/<code>/undo")
    @guard
    def undo(code: str) -> ResponseReturnValue:
        """Take out again what an upload brought in."""
        form = UndoForm()
        with reading() as session:
            upload = entrance.own(session, code)
        here = url_for(".show", code=upload.code)

        def act(session: Session) -> str:
            count = undoing.undo(session, upload.id, reason=form.reason.data or "", actor=current_actor())
            if count is not None:
                flash(_("已撤销这次导入的 %(count)s 条。", count=count), "done")
            return here

        return press(act, here, form)

    @bp.post("/<code>/discard")
    @guard
    def discard(code: str) -> ResponseReturnValue:
        """Give an upload up."""
        with reading() as session:
            upload = entrance.own(session, code)

        def act(session: Session) -> str:
            uploads.discard(session, upload.id, actor=current_actor())
            flash(_("已放弃，上传的内容已删除。"), "done")
            return url_for(".index")

        return press(act, url_for(".show", code=upload.code))

    @bp.get("/<code>/workbook")
    @guard
    def workbook(code: str) -> ResponseReturnValue:
        """Send the rows that did not go in; who took them is traced, for they name people."""
        with reading() as session:
            upload = entrance.own(session, code)
            plan = uploads.plan_of(upload)
            if not plan:
                raise NotFound(_("这份表格的内容已过保存期限，不能再下载。"))
            lines = list(screens.problem_lines(queries.batches_of(session, upload.id)))
        data = workbooks.errors(plan, lines, lambda number, line: screens.describe(line, plan[number]))
        with transaction() as session:
            events.record(
                session,
                "import.download",
                "import_upload",
                upload.id,
                actor=current_actor(),
                after={"rows": len(lines)},
            )
        stem = upload.name.rpartition(".")[0] or upload.name
        return as_download(data, _("%(name)s 待修改.xlsx", name=stem), XLSX)

    together_doors.attach(bp, guard, entrance)
    return bp


def _read(
    form: UploadForm, offered: Sequence[Register], vocabulary: Vocabulary
) -> tuple[list[tuple[Incoming, list[Section]]], list[str], list[str]]:
    """Read the files that were sent, before any transaction; return those that can be read, what is wrong with others,
    and what was left out of the good ones.

    When none can be read, what is wrong stands beside the field.
    """
    wanted = [one for one in offered if one.name == form.register.data] or list(offered)
    found: list[tuple[Incoming, list[Section]]] = []
    problems: list[str] = []
    notices: list[str] = []
    try:
        incoming = files_of(form.files.data or [])
    except Refused as refused:
        incoming, problems = [], [str(refused)]
    for one in incoming:
        try:
            book = plans.open_book(one.data, one.name)
            found.append((one, plans.read_plan(book, wanted, vocabulary)))
            if book.hidden:
                notices.append(_hidden(one.name, book.hidden))
        except Refused as refused:
            sentence = str(refused)
            problems.append(sentence if len(incoming) == 1 else f"{one.name}：{sentence}")
    if problems and not found:
        form.validate()
        form.files.errors = [*form.files.errors, *problems]
    return found, problems, notices


def _hidden(file: str, sheets: Sequence[str]) -> str:
    """Return what is said of sheets that nobody sees and that were left out."""
    return _(
        "“%(file)s”里隐藏的工作表没有读取：%(sheets)s。需要导入的，请取消隐藏后重新上传。",
        file=shown_name(file),
        sheets="、".join(sheets[:5]),
    )


def _asks_anew(before: Sequence[Section], after: Sequence[Section]) -> bool:
    """Whether somebody chose another register or header line: its columns are shown before they are used."""
    return any(
        new.is_used
        and new.layout is not None
        and (
            old.layout is None
            or old.layout.register != new.layout.register
            or old.layout.header_rows != new.layout.header_rows
        )
        for old, new in zip(before, after, strict=True)
    )


def _offered(name: str, actor: Actor, organisation_id: uuid.UUID | None) -> Register:
    for one in plans.importable(actor, organisation_id):
        if one.name == name:
            return one
    raise NotFound(_("没有这种表的模板，或者您不能导入它。"))
