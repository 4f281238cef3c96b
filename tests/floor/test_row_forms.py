"""Forms made column by column are the very bytes of the canonical form, whichever way a row is held."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table

from app import row_forms
from app.canonical import canonical
from app.db import Base
from app.row_forms import RowForms
from app.rows import driver_row
from app.types import KeyType, UtcTimeType
from points.ledger.models import Account, Posting, Transfer

TABLES = [Base.metadata.tables[model.__tablename__] for model in (Account, Posting, Transfer)]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def values(table: Table) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return rows of any right values, as the program holds them."""
    return st.tuples(*[_values(column.type, nullable=bool(column.nullable)) for column in table.columns])


def _values(kind: Any, *, nullable: bool) -> st.SearchStrategy[Any]:
    if isinstance(kind, KeyType):
        found: st.SearchStrategy[Any] = st.uuids()
    elif isinstance(kind, UtcTimeType):
        found = st.datetimes(timezones=st.just(UTC))
    else:
        python = kind.python_type
        found = {
            int: st.integers(-(2**63), 2**63 - 1),
            str: TEXT,
            bytes: st.binary(max_size=40),
            date: st.dates(),
        }.get(python, TEXT)
    return st.none() | found if nullable else found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
@given(data=st.data())
def test_the_forms_are_canonical(table: Table, data: st.DataObject) -> None:
    rows = data.draw(st.lists(values(table), min_size=1, max_size=6))
    forms = RowForms(table)
    expected = [canonical(row) for row in rows]
    assert forms.of(rows) == expected
    assert forms.of([driver_row(row, "sqlite") for row in rows]) == expected
    assert forms.of(rows) == expected, "remembered"
    assert [forms.of_one(row) for row in rows] == expected
    assert [forms.of_one(driver_row(row, "sqlite"), 1, -1) for row in rows] == forms.of(rows, 1, -1)
    cut = data.draw(st.integers(0, len(table.columns)))
    head, tail = forms.of(rows, 0, cut) if cut else [b""] * len(rows), forms.of(rows, cut)
    if cut < len(table.columns):
        assert [one + other for one, other in zip(head, tail, strict=True)] == expected
    assert forms.of(rows, 0, -1) == [canonical(row[:-1]) for row in rows]
    assert forms.of([row[:-2] for row in rows]) == [canonical(row[:-2]) for row in rows]


FOREIGN = [None, 1, 1.0, True, "1", b"1", b"0123456789abcdef", "2026-11-21", "0123456789abcdef", 2**70, 0.5]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
@given(data=st.data())
def test_a_foreign_value_never_has_a_right_rows_form(table: Table, data: st.DataObject) -> None:
    row = driver_row(data.draw(values(table)), "sqlite")
    place = data.draw(st.integers(0, len(row) - 1))
    other = data.draw(st.sampled_from(FOREIGN))
    changed = (*row[:place], other, *row[place + 1 :])
    forms = RowForms(table)
    right = forms.of([row])
    same = type(other) is type(row[place]) and other == row[place]
    assert (forms.of([changed]) == right) is same
    assert (forms.of([row, changed])[1] == right[0]) is same
    assert (forms.of_one(changed) == right[0]) is same


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_forms, "_KEPT", 3)
    table = Base.metadata.tables[Account.__tablename__]
    forms = RowForms(table)
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    rows = [(UUID(int=n), n, UUID(int=1), None, f"k{n}", moment, "1", b"") for n in range(40)]
    assert forms.of(rows) == [canonical(row) for row in rows]


def test_no_rows_have_no_forms() -> None:
    assert RowForms(TABLES[0]).of([]) == []
