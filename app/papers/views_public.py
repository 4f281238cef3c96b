"""Checking a paper: by its QR, or by number and code. Anybody may."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import public
from app.db import reading
from app.feature import Door, NavigationItem
from app.papers import kinds, papers, queries, sealing
from app.papers.models import Paper

bp = Blueprint("papers_public", __name__)

NAVIGATION = (
    NavigationItem(Door.PUBLIC, _l("文书核验"), "papers_public.verify", icon="patch-check", order=600),
)


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """Show the forms, and the answer when number and code, or the text of a QR, came with the address."""
    if text := request.args.get("qr", "").strip():
        return _verify_qr(text)
    number, code = request.args.get("number", "")[:80], request.args.get("code", "")[:40]
    if not number.strip() or not code.strip():
        return render_template("papers/verify.html", asked=bool(number or code), number=number, code=code)
    with reading() as session:
        paper = queries.by_number_and_code(session, number, code)
        answer = _answer(session, paper)
    page = render_template(
        "papers/verify.html", asked=True, number=number, code=code, complete=True, **answer
    )
    return page, 200 if paper else 404


@bp.get("/verify/<code>")
@public
def verify_code(code: str) -> ResponseReturnValue:
    """Show the answer for the code that the QR carries."""
    with reading() as session:
        paper = queries.by_code(session, code[:40])
        answer = _answer(session, paper)
    page = render_template(
        "papers/verify.html", asked=True, number="", code="" if paper else code[:40], complete=True, **answer
    )
    return page, 200 if paper else 404


def _verify_qr(text: str) -> ResponseReturnValue:
    """Show the answer to a QR's whole text, as somebody pasted it: its own path is checked, not only ours."""
    said = sealing.read_qr(text[:5000])
    with reading() as session:
        paper = None if said is None else queries.by_code(session, said.code)
        answer = _answer(session, paper)
        is_same = paper is not None and said is not None and said.content.hex() == paper.content_sha256
        checked = said is not None and is_same and sealing.holds(session, said)
    page = render_template(
        "papers/verify.html",
        asked=True,
        number="",
        code="",
        complete=True,
        pasted=True,
        checked=checked,
        **answer,
    )
    return page, 200 if paper else 404


def _answer(session: Session, paper: Paper | None) -> dict[str, Any]:
    """Return what the page may say: kind, number, day, state and the kind's public fields, nothing else."""
    if paper is None:
        return {"paper": None}
    kind = kinds.by_key(paper.kind)
    content = papers.content_of(paper)
    if kind.public_now is not None:
        content |= kind.public_now(session, paper)
    return {
        "paper": paper,
        "kind": kind,
        "intact": papers.content_hash(paper) == paper.content_sha256,
        "said": [(label, content[key]) for key, label in kind.public_fields.items() if content.get(key)],
        "replacement": queries.replacement(session, paper),
        "place": sealing.place_of(session, paper),
    }
