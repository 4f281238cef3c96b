"""Addresses that templates need: of our own assets, and of this same page in another order."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import flask_bootstrap
from flask import request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

STATIC = Path(__file__).resolve().parent.parent / "static"
_BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static/bootstrap5/css/bootstrap.min.css"


def asset(name: str) -> str:
    """Return the address of a file in app/static, with a mark of its content, so that browsers may keep it."""
    return url_for("static", filename=name, v=_mark(STATIC / name))


def bootstrap_css() -> str:
    """Return the address of Bootstrap's stylesheet out of its package, with its mark."""
    return url_for("bootstrap.static", filename="css/bootstrap.min.css", v=_mark(_BOOTSTRAP))


@cache
def _mark(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:8]


def with_query(**changes: str | int | None) -> str:
    """Return this page's address with some of its query changed; None takes a name away. Filters stay."""
    query: MultiDict[str, str] = MultiDict(request.args.items(multi=True))
    for name, value in changes.items():
        query.poplist(name)
        if value is not None:
            query.add(name, str(value))
    text = urlencode(list(query.items(multi=True)))
    return iri_to_uri(request.path) + ("?" + text if text else "")


def sort_url(name: str) -> str:
    """Return this page sorted by a column: descending first, then turned round; paging starts again."""
    now = request.args.get("sort", "")
    return with_query(sort=name if now == f"-{name}" else f"-{name}", after=None, before=None)


def sort_order(name: str) -> str | None:
    """Return "ascending" or "descending" when this page is sorted by the column, else None."""
    now = request.args.get("sort", "")
    return {name: "ascending", f"-{name}": "descending"}.get(now)
