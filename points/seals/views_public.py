"""`/ledger` (存证): the roots that were published, and the proof of any number, for anybody."""

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import public
from app.db import reading
from app.downloads import as_download
from app.errors import InvalidInput, NotFound
from app.feature import Door, NavigationItem
from app.regions import queries as regions
from points.ledger.kinds import AccountKind
from points.rulesets.kinds import ContributionKind
from points.rulesets.queries import CITY_PROGRAMME, programme
from points.seals import documents, proofs, queries, tree

bp = Blueprint("seals_public", __name__, url_prefix="/ledger")
NAVIGATION = (NavigationItem(Door.PUBLIC, _l("存证"), "seals_public.index", icon="shield-check", order=620),)
_MOST_DIGITS = 15
_YEARS = range(2000, 3000)
"""Whose days have a beginning and an end that can be told."""


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Show how large the tree is, its root now, and the roots of the days."""
    if number := request.args.get("number", "").strip():
        return redirect(url_for(".leaf", number=_number(number)), 303)
    with reading() as session:
        last = queries.last_seal(session)
        days = queries.day_roots(session, after=request.args.get("after"), before=request.args.get("before"))
        return render_template("seals/index.html", last=last, days=days, today=clock.today())


@bp.get("/days/<day>")
@public
def day(day: str) -> ResponseReturnValue:
    """Show the seals of a civil day, newest first."""
    on = _day(day)
    with reading() as session:
        seals = queries.seals_of(
            session, on, after=request.args.get("after"), before=request.args.get("before")
        )
        return render_template("seals/day.html", day=on, seals=seals, root=queries.root_of_day(session, on))


@bp.get("/leaves/<int:number>")
@public
def leaf(number: int) -> ResponseReturnValue:
    """Show what everybody may read of a leaf, and its proof."""
    with reading() as session:
        found = queries.leaf(session, min(number, 10**_MOST_DIGITS))
        proof = documents.inclusion_of(session, found)
        path = [bytes.fromhex(step) for step in proof["path"]]
        root = tree.root_from_inclusion(found.leaf_hash, found.number, proof["tree_size"], path)
        holds = root is not None and root.hex() == proof["root"]
        fields = queries.fields(found.public)
        return render_template(
            "seals/leaf.html",
            leaf=found,
            proof=proof,
            holds=holds,
            fields=fields,
            kinds={kind.value: kind.label for kind in ContributionKind},
            flow=_flow(fields["flow"]),
            programme=_city_programme(session, fields["programme"]),
            county=_county(session, fields["county"]),
        )


@bp.get("/leaves/<int:number>.json")
@public
def leaf_json(number: int) -> ResponseReturnValue:
    """Hand out the proof of a leaf."""
    with reading() as session:
        found = queries.leaf(session, min(number, 10**_MOST_DIGITS))
        data = documents.as_json(documents.inclusion_of(session, found))
    return as_download(data, f"leaf-{number}.json", "application/json")


@bp.get("/growth")
@public
def growth() -> ResponseReturnValue:
    """Prove that the tree of one day's end grew out of an earlier day's."""
    first, second = _day(request.args.get("from", "")), _day(request.args.get("to", ""))
    with reading() as session:
        old, new = queries.day_root(session, first), queries.day_root(session, second)
        found = proofs.consistency(session, old.tree_size, new.tree_size)
        document = documents.growth(session, found)
    if "export" in request.args:
        name = f"growth-{first.isoformat()}-{second.isoformat()}.json"
        return as_download(documents.as_json(document), name, "application/json")
    holds = tree.is_consistent(found.first, found.second, old.root, new.root, found.path)
    return render_template("seals/growth.html", old=old, new=new, document=document, holds=holds)


def _city_programme(session: Session, code: str) -> str | None:
    """Return the name of the city's programme; a village's is named nowhere beside its leaves."""
    return programme(session, code).name if code == CITY_PROGRAMME else None


def _county(session: Session, code: str) -> str | None:
    """Return a county's name; a public line says the first six of its twelve digits, or none."""
    whole = code.ljust(12, "0")
    return regions.full_names(session, [whole]).get(whole)


def _flow(text: str) -> str:
    """Return from which kind of account to which the points went, in words."""
    words = {kind.value: str(kind.label) for kind in AccountKind}
    return " → ".join(words.get(part, part) for part in text.split(">"))


def _number(text: str) -> int:
    text = text.replace(",", "").replace("，", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise InvalidInput(_("存证编号是从 0 开始的整数。"), field="number")
    return int(text)


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found.year not in _YEARS:
        raise NotFound(_("没有这一天：日期请写成 2026-11-22 的样子。"))
    return found
