"""Alembic's entry: runs one chain of migrations on the connection that app/migrate.py hands over."""

from typing import Any

from alembic import context
from sqlalchemy import text
from sqlalchemy.sql.schema import SchemaItem

import wsgi  # noqa: F401  (imports every model)
from app.db import SHARED, Base
from app.migrate import schema_of, version_table

config = context.config
chain = config.attributes["chain"]
connection = config.attributes["connection"]
settings = config.attributes["settings"]
sqlite = connection.dialect.name == "sqlite"


def _belongs(item: SchemaItem, _name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    if kind != "table":
        return True
    schema = getattr(item, "schema", None)
    return (schema == SHARED) is (chain == "shared") and not str(_name).startswith("migration_")


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=version_table(chain),
    version_table_schema=None if sqlite else schema_of(chain, settings),
    include_object=_belongs,
    include_schemas=chain == "shared",
    render_as_batch=False,
    transaction_per_migration=True,
    transactional_ddl=True,  # SQLite can, once we begin ourselves: a killed migration leaves nothing behind
)
with context.begin_transaction():
    if not sqlite:
        connection.execute(text(f"SET LOCAL search_path = {schema_of(chain, settings)}"))
    context.run_migrations()
