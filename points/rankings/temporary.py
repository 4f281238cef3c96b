"""Working tables of one transaction, for what is added up set by set; the same on both databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.rows import pour, ready_keys

_KEY = {"sqlite": "BLOB", "postgresql": "uuid"}


@contextmanager
def temporary(session: Session, name: str, columns: str) -> Iterator[str]:
    """Make an empty working table for the block and yield its name. ``{key}`` in the columns is the type of keys.

    It is this connection's own, and gone after the block or with the transaction.
    """
    dialect = session.get_bind().dialect.name
    columns = columns.format(key=_KEY[dialect])
    own = "temp" if dialect == "sqlite" else "pg_temp"
    session.execute(text(f"DROP TABLE IF EXISTS {own}.{name}"))
    session.execute(
        text(f"CREATE TEMP TABLE {name} ({columns})" + ("" if dialect == "sqlite" else " ON COMMIT DROP"))
    )
    yield name
    session.execute(text(f"DROP TABLE {own}.{name}"))


def fill_keys(session: Session, table: str, keys: Sequence[UUID]) -> None:
    """Write keys into a working table that has the one column party_id."""
    dialect = session.get_bind().dialect.name
    pour(session, table, ("party_id",), [(key,) for key in ready_keys([one.bytes for one in keys], dialect)])
