"""Every column of every ledger table changed past the program, to every kind of other value: each is named."""

import pytest

from app.db import Database
from tests.points.tampering import (
    grown_up,
    lived_in,
    tables,
    unguarded,
    unnamed_changes,
    unnamed_deletions,
    unnamed_insertions,
)

pytestmark = pytest.mark.deep


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("table", tables())
def test_every_change_is_named(database: Database, table: str) -> None:
    lived_in()
    grown_up()
    with unguarded(database) as connection:
        assert unnamed_changes(connection, database, table, every=True) == []
        assert unnamed_deletions(connection, table) == []
        assert unnamed_insertions(connection, database, table) == []
