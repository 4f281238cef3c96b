"""What a ledger asks of the entries that stand is answered by an index, however many there are."""

from typing import Any

import pytest
from sqlalchemy import event

from app import clock
from app.db import Database, reading
from app.imports.vocabulary import shipped
from app.imports.world import World
from projects.contributions.ledger_shelf import Ledger
from tests.parties.people import CITY


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_serials_are_found_by_an_index(database: Database) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    with reading() as session:
        event.listen(database.reader, "before_cursor_execute", note)
        world = World(today=clock.today(), city=CITY, vocabulary=shipped(), session=session)
        world.shelf(Ledger).want_serials(["GX202511000001", "GX202511000002"])
        event.remove(database.reader, "before_cursor_execute", note)
        statement, parameters = next(one for one in asked if "contribution" in one[0])
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert any("ix_contribution_serial" in row[3] for row in plan), plan
