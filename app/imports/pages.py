"""The pages of the wizard behind either door: each state of an upload has one."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor
from app.errors import NotFound
from app.forms import Form
from app.ids import clean_code
from app.imports import approval_standing, checking, plans, queries, registers, screens, uploads
from app.imports.forms import ChoiceForm, ColumnsForm, UndoForm
from app.imports.models import ImportUpload, UploadState
from app.imports.registers import Register
from app.imports.staging import Section
from app.permissions import Actor, Permission

Organisations = Callable[[Session, Actor], list[tuple[uuid.UUID, str, str]]]
"""The organisations for which somebody imports: key, code and name of each."""


@dataclass(frozen=True)
class Entrance:
    """One of the two doors: whose organisations are asked for (None: staff), and the frame of its pages."""

    organisations: Organisations | None
    layout: str
    home: tuple[str, str]

    def of_request(self, session: Session) -> tuple[uuid.UUID | None, list[tuple[uuid.UUID, str, str]]]:
        """Return for which organisation the request is, and all that it could be for; None and none for staff."""
        if self.organisations is None:
            return None, []
        mine = self.organisations(session, current_actor())
        wanted = clean_code(request.args.get("organisation", ""))
        for key, code, _name in mine:
            if code == wanted or not wanted:
                return key, mine
        raise NotFound(_("没有这个参与单位，或者您不是它的经办人。"))

    def upload(self, session: Session, code: str) -> ImportUpload:
        """Return an upload that the actor may see behind this door. Raises NotFound."""
        actor = current_actor()
        keys = None
        if self.organisations is not None:
            keys = [key for key, _code, _name in self.organisations(session, actor)]
        return queries.visible(session, clean_code(code), actor, keys)

    def own(self, session: Session, code: str) -> ImportUpload:
        """Return an upload that the actor may work on: one's own, or one of the own organisation. Raises NotFound."""
        found = self.upload(session, code)
        if found.organisation_id is None and found.uploaded_by != current_actor().user_id:
            raise NotFound(_("只有上传的人可以办理这份表格。"))
        return found

    def page(self, template: str, **context: object) -> str:
        """Return a page of this door."""
        return render_template(
            f"imports/{template}",
            layout=self.layout,
            home=self.home,
            is_member=self.organisations is not None,
            **context,
        )


def show(entrance: Entrance, session: Session, upload: ImportUpload, *, columns_again: bool) -> str:
    actor = current_actor()
    plan = uploads.plan_of(upload)
    is_own = upload.organisation_id is not None or upload.uploaded_by == actor.user_id
    early = upload.state is UploadState.RECEIVED
    is_together = len(queries.beside(session, upload, actor)) > 1
    again = columns_again and upload.state in (UploadState.JUDGED, UploadState.FAILED)
    if plan and is_own and (early or (again and not upload.admitted_rows)):
        offered = plans.importable(actor, upload.organisation_id)
        same = queries.same_file(session, upload, actor)
        return columns(
            entrance, upload, plan, offered, ColumnsForm(formdata=None), same=same, is_together=is_together
        )
    common = {
        "upload": upload,
        "is_own": is_own,
        "is_together": is_together,
        "form": Form(formdata=None),
        **_words(upload),
    }
    if upload.state in queries.WORKING:
        return entrance.page("working.html", **common)
    found = None
    if plan and is_own and upload.judged_at is not None:  # rows that stayed out name people
        found = screens.findings(
            session,
            upload,
            plan,
            chosen=request.args.get("reason") or None,
            after=request.args.get("after"),
        )
    if upload.state is UploadState.JUDGED:
        entering = checking.ready_to_enter(session, upload)
        choice = ChoiceForm(formdata=None)
        return entrance.page("checked.html", found=found, entering=entering, choice=choice, **common)
    if upload.state is UploadState.FAILED:
        return entrance.page("stopped.html", undo_form=UndoForm(formdata=None), **common)
    return entrance.page(
        "receipt.html",
        found=found,
        undo_form=UndoForm(formdata=None),
        approval=approval_standing.standing(session, upload, actor),
        links=_links(upload),
        afterwards=_afterwards(upload),
        printed_at=clock.now(),
        **common,
    )


def columns(
    entrance: Entrance,
    upload: ImportUpload,
    plan: Sequence[Section],
    offered: Sequence[Register],
    form: ColumnsForm,
    *,
    same: ImportUpload | None = None,
    back: str | None = None,
    is_together: bool = False,
) -> str:
    tables = screens.table_views(plan, offered)
    return entrance.page(
        "columns.html",
        upload=upload,
        form=form,
        tables=tables,
        offered=offered,
        same=same,
        back=back,
        is_together=is_together,
        plain=Form(formdata=None),
        may_remember=current_actor().may(Permission.MANAGE_VOCABULARY),
        **_words(upload),
    )


def _words(upload: ImportUpload) -> dict[str, object]:
    return {
        "steps": screens.steps(),
        "step": screens.step_of(upload),
        "about": screens.register_labels(upload),
        "size": screens.size_text(upload.size_bytes),
    }


def _links(upload: ImportUpload) -> list[tuple[object, str]]:
    """Return where what came in can be looked at."""
    found = []
    for name in upload.registers.split():
        register = registers.by_name(name)
        if register.listed_at in current_app.view_functions:
            found.append((register.label, url_for(register.listed_at)))
    return found


def _afterwards(upload: ImportUpload) -> list[tuple[object, object]]:
    """Return what becomes of what came in, by register, where nobody has to approve it."""
    if upload.state is not UploadState.ACCEPTED or not upload.admitted_rows:
        return []
    found = [registers.by_name(name) for name in upload.registers.split()]
    return [(one.label, one.afterwards or one.about) for one in found if one.approve is None]
