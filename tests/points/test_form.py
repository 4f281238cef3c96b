"""Checking many rows at once says of each what checking it alone says, on both databases."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Table

from app.db import Base, Database, reading, transaction
from app.permissions import SYSTEM
from app.stored import stored_rows
from points.awards import award
from points.ledger.form import are_signed, is_signed, transfer_form, transfer_forms, transfers_hash
from tests.points import city

NAMES = ("account", "posting", "transfer")


@pytest.fixture
def tables(database: Database) -> list[Table]:
    with transaction() as session:
        city.programme(session)
        parties = [city.party(session, f"单位{number}") for number in range(2)]
        for party in parties:
            award(session, city.service(party), actor=SYSTEM)
            award(session, city.gift(party), actor=SYSTEM)
    return [Base.metadata.tables[name] for name in NAMES]


def raw(table: Table) -> list[tuple[Any, ...]]:
    with reading() as session:
        names = ", ".join(column.name for column in table.columns)
        found = session.connection().exec_driver_sql(f"SELECT {names} FROM {table.name} ORDER BY id")
        return [tuple(row) for row in found]


def decoded(table: Table) -> list[tuple[Any, ...]]:
    with reading() as session:
        return list(stored_rows(session, table, "ORDER BY id"))


def test_rows_as_the_driver_returns_them_are_signed(tables: Sequence[Table]) -> None:
    for table in tables:
        rows = raw(table)
        assert rows and are_signed(table, rows) == [True] * len(rows)
        assert are_signed(table, decoded(table)) == [True] * len(rows)
        assert are_signed(table, []) == []


def test_each_changed_value_is_found(tables: Sequence[Table]) -> None:
    for table in tables:
        rows = raw(table)
        for place in range(len(table.columns)):
            for other in (None, 7, "x", b"x", 1.5, "é", rows[1][place]):
                if other == rows[0][place]:
                    continue
                changed = (*rows[0][:place], other, *rows[0][place + 1 :])
                assert are_signed(table, [changed, *rows[1:]]) == [False] + [True] * (len(rows) - 1)
                assert not is_signed(changed)


def test_the_bodies_forms_make_the_postings_hash(tables: Sequence[Table]) -> None:
    transfer = tables[2]
    expected = [transfer_form(row[:-2]) for row in decoded(transfer)]
    assert transfer_forms(raw(transfer)) == expected
    stored = {row[9] for row in raw(tables[1])}
    assert transfers_hash(expected[:2]) in {bytes(one) for one in stored}
