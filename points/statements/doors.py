"""What the doors of statements share: the pages of "why 312 points?", the download, the paper."""

from collections.abc import Callable
from dataclasses import replace

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import exports
from app.access import current_actor
from app.forms import Form
from app.papers.models import Paper
from app.parties.models import Party
from points.statements import documents, extracts, why
from points.statements import source as source_screen
from points.statements.choice import Choice, read_choice
from points.statements.reader import Reader, read_branch, read_number, read_purse


def branch_or_root(session: Session, party: Party, reader: Reader) -> ResponseReturnValue:
    """Show the balance with its branches, or the branch that the address names."""
    reader = replace(reader, purse=read_purse(request.args, reader.purses))
    branch = read_branch(request.args)
    if branch is None:
        return render_template("points/why/balance.html", **why.root(session, party, reader))
    before = read_number(request.args, "before")
    return render_template(
        "points/why/branch.html", **why.branch_page(session, party, reader, branch, before)
    )


def source(session: Session, party: Party, reader: Reader, number: int) -> ResponseReturnValue:
    """Show the source to which a line of the purse belongs."""
    reader = replace(reader, purse=read_purse(request.args, reader.purses))
    return render_template(
        "points/why/source.html", **source_screen.source_page(session, party, reader, number)
    )


class PaperForm(Form):
    """Asks for the paper of the statement that the address narrows."""


def download(session: Session, party: Party, choice: Choice, kind: str) -> Response:
    """Return the statement, both purses, as a table for spreadsheets. Raises InvalidInput for too many lines."""
    whole = extracts.extract(session, party, choice, most=extracts.MOST_LINES)
    title = _("积分明细 %(name)s", name=party.name)
    return exports.download(extracts.rows(whole), extracts.COLUMNS, title, kind)


def issue_paper(form: PaperForm, party: Party, place: Callable[[Paper], str]) -> Response | None:
    """Issue the paper that the address asks for and go where it is read; None where something is to mend."""
    choice = read_choice(request.args)

    def act(session: Session) -> str:
        return place(documents.issue_statement(session, party.id, choice, actor=current_actor()))

    return form.carry_out(act)
