"""Every column of every ledger table changed past the program, to every kind of other value: each is named."""

import pytest

from app.db import Database
from tests.points.tampering import TABLES, lived_in, unguarded, unnamed_changes

pytestmark = pytest.mark.deep


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("table", TABLES)
def test_every_change_is_named(database: Database, table: str) -> None:
    lived_in()
    with unguarded(database) as connection:
        assert unnamed_changes(connection, database, table, every=True) == []
