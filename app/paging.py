"""Keyset paging: a page begins after a row, never after a count, so deep pages cost what the first costs."""

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, literal, or_, tuple_
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.errors import InvalidInput

PAGE = 50
T = TypeVar("T")


@dataclass(frozen=True)
class Order:
    """A column of the order and its direction. The last column of an order must be unique."""

    column: Any
    descending: bool = False


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of a page and the cursors of its neighbours, None where there is no neighbour."""

    rows: Sequence[T]
    before: str | None
    after: str | None


def fetch(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    order: Sequence[Order],
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Page[Any]:
    """Return a page of a statement's rows in an order (none of whose columns is null).

    The statement must select whole rows of the columns ordered by (entities or labelled columns); ``after``
    and ``before`` are cursors from an earlier page. Raises InvalidInput for a cursor that is not ours.
    """
    backwards = before is not None and after is None
    cursor = before if backwards else after
    turned = [Order(one.column, one.descending != backwards) for one in order]
    if cursor:
        statement = statement.where(_beyond(turned, values_of(cursor, len(order))))
    columns = [one.column for one in order]
    statement = statement.add_columns(*columns)
    statement = statement.order_by(
        *(one.column.desc() if one.descending else one.column.asc() for one in turned)
    )
    try:
        found = list(session.execute(statement.limit(size + 1)).all())
    except StatementError as problem:
        if cursor is None:
            raise
        # The cursor's values are not of the columns' kinds: somebody wrote it.
        raise InvalidInput(_("这个翻页地址已经失效，请从第一页看起。")) from problem
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    width = len(order)
    rows = [row[0] if len(row) == width + 1 else row[:-width] for row in found]
    first, last = (_write(found[0][-width:]), _write(found[-1][-width:])) if found else (None, None)
    has_before = more if backwards else bool(cursor)
    has_after = bool(cursor) if backwards else more
    return Page(rows, first if has_before else None, last if has_after else None)


def cursor(*values: Any) -> str:
    """Return the cursor of a row with these values of the columns ordered by; a page ``after`` it begins beyond."""
    return _write(values)


def _beyond(order: Sequence[Order], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return "comes after these values in this order", so that any database reads an index from there on.

    Where all columns go one way the rows are compared as a whole: an index is entered in its middle. Else it is
    written out.
    """
    if len({one.descending for one in order}) == 1:
        columns = tuple_(*(one.column for one in order))
        given = tuple_(*(literal(value, one.column.type) for one, value in zip(order, values, strict=True)))
        return columns < given if order[0].descending else columns > given
    branches = []
    for place, one in enumerate(order):
        equal = [earlier.column == value for earlier, value in zip(order[:place], values, strict=False)]
        value = values[place]
        branches.append(and_(*equal, one.column < value if one.descending else one.column > value))
    return or_(*branches)


def _write(values: Sequence[Any]) -> str:
    tagged: list[Any] = []
    for value in values:
        if isinstance(value, uuid.UUID):
            tagged.append({"u": value.hex})
        elif isinstance(value, datetime):
            tagged.append({"t": value.isoformat()})
        elif isinstance(value, date):
            tagged.append({"d": value.isoformat()})
        else:
            tagged.append(value)
    return base64.urlsafe_b64encode(json.dumps(tagged, ensure_ascii=False).encode()).decode().rstrip("=")


def values_of(cursor: str, width: int) -> list[Any]:
    """Return the values that a cursor of so many columns was made of. Raises InvalidInput for one that is not ours."""
    try:
        tagged = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [_untag(value) for value in tagged]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as problem:
        raise InvalidInput(_("这个翻页地址已经失效，请从第一页看起。")) from problem
    if len(values) != width:
        raise InvalidInput(_("这个翻页地址已经失效，请从第一页看起。"))
    return values


def _untag(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        if kind == "u":
            return uuid.UUID(text)
        if kind == "t":
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("an instant has a zone")
            return moment
        return date.fromisoformat(text)
    if (
        not isinstance(value, str | int)
        or isinstance(value, bool)
        or (isinstance(value, int) and abs(value) > 2**62)
    ):
        raise ValueError("not a cursor's value")
    if isinstance(value, str):
        value.encode()  # a lone surrogate is no text of ours
    return value
