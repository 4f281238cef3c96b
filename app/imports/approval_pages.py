"""The page on which what an upload brought in is approved: what would happen, a sample, and the button."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.access import current_actor
from app.buttons import press
from app.db import reading
from app.errors import NotAllowed
from app.imports import approving, screens
from app.imports.forms import ApprovalForm
from app.imports.models import ImportUpload
from app.imports.pages import Entrance
from app.imports.registers import Preview, Register
from app.permissions import Actor


def attach(bp: Blueprint, guard: Callable[[Any], Any], entrance: Entrance) -> None:
    """Give a door of the wizard its pages of approval."""

    @bp.get("/<code>/approve")
    @guard
    def approval(code: str) -> ResponseReturnValue:
        """Show what approving an upload would do, with a sample to look at."""
        actor = current_actor()
        with reading() as session:
            upload = entrance.upload(session, code)
            if not approving.approvable(upload, actor) or upload.uploaded_by == actor.user_id:
                raise NotAllowed(_("要由另一名有权核验的工作人员办理。"))
            looks = _looks(session, upload, actor)
            sums = sum(look.ready for _register, look, _urls in looks)
            return entrance.page(
                "approve.html",
                upload=upload,
                form=ApprovalForm(formdata=None),
                looks=looks,
                ready=sums,
                others="、".join(
                    str(one.label) for one in approving.approvable(upload, actor) if one.look is None
                ),
                about=screens.register_labels(upload),
            )

    @bp.post("/<code>/approve")
    @guard
    def approve(code: str) -> ResponseReturnValue:
        """Approve what an upload brought in, as the second of four eyes."""
        form = ApprovalForm()
        actor = current_actor()
        with reading() as session:
            upload = entrance.upload(session, code)
            looks = any(one.look for one in approving.approvable(upload, actor))
        here = url_for(".show", code=upload.code)

        def act(session: Session) -> str:
            done = approving.begin(session, upload.id, why=form.why.data or "", actor=actor)
            if done.ended_at is None:
                flash(_("已排上队，由后台分批办理；这一页会显示进度。"), "done")
            elif looks:
                flash(_("已核验通过 %(count)s 条。", count=done.approved), "done")
            else:
                flash(_("已审核通过 %(count)s 条。", count=done.approved), "done")
            return here

        return press(act, url_for(".approval", code=upload.code) if looks else here, form)


def _looks(
    session: Session, upload: ImportUpload, actor: Actor
) -> list[tuple[Register, Preview, dict[str, str]]]:
    """Return for each register what approving would do, and where the entries of the sample are."""
    found = []
    for register in approving.approvable(upload, actor):
        if register.look is None:
            continue
        things = [key for _name, key in approving.things_of(session, upload.id, [register.name])]
        look = register.look(session, things, actor=actor, seed=upload.code)
        urls = {code: url_for(register.shown_at, code=code) for code, _cells in look.sample}
        found.append((register, look, urls))
    return found
