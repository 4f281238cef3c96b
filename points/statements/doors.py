"""The pages of "why 312 points?" as every door shows them."""

from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.parties.models import Party
from points.statements import source as source_screen
from points.statements import why
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
