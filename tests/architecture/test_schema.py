"""The migrated schema is the models' schema, on both databases, with its triggers."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from app import db, migrate


def test_migrations_and_models_say_the_same(database: db.Database) -> None:
    def belongs(item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or not str(name).startswith("migration_")

    with database.writer.connect() as connection:
        options = {
            "include_object": belongs,
            "compare_type": not database.is_sqlite,
            "target_metadata": db.Base.metadata,
        }
        if database.is_sqlite:
            metadata = db.Base.metadata.__class__(naming_convention=db.NAMING)
            for table in db.Base.metadata.sorted_tables:
                table.to_metadata(metadata, schema=None)
            options["target_metadata"] = metadata
        else:
            metadata = db.Base.metadata
            options["include_schemas"] = False
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, metadata)
    shared = {table.name for table in db.Base.metadata.tables.values() if table.schema == db.SHARED}
    assert [one for one in found if not _of_shared(one, shared)] == []
    assert migrate.missing(database) == []


def _of_shared(difference: object, shared: set[str]) -> bool:
    """On PostgreSQL the search path shows the city only; shared tables have their own check below."""
    table = difference[1] if isinstance(difference, tuple) and len(difference) > 1 else None
    return (getattr(table, "name", None) in shared and getattr(table, "schema", None) == db.SHARED) or (
        hasattr(table, "table") and table.table.name in shared  # an index of a shared table
    )


def test_shared_tables_stand_in_their_schema(database: db.Database) -> None:
    schema = None if database.is_sqlite else db.SHARED
    there = set(inspect(database.writer).get_table_names(schema=schema))
    wanted = {table.name for table in db.Base.metadata.tables.values() if table.schema == db.SHARED}
    assert wanted <= there


def test_every_append_only_table_has_its_triggers(database: db.Database) -> None:
    question = (
        "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name"
        if database.is_sqlite
        else "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgenabled = 'O' GROUP BY c.relname"
    )
    with database.reader.connect() as connection:
        there = {row[0]: row[1] for row in connection.execute(text(question))}
    enough = 3 if database.is_sqlite else 2
    tables = {table.name for table in db.append_only_tables(db.Base.metadata)}
    assert tables
    assert {name for name in tables if there.get(name, 0) < enough} == set()


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in db.Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_every_table_has_a_primary_key_made_by_the_program() -> None:
    for table in db.Base.metadata.tables.values():
        assert len(table.primary_key.columns) > 0, table.name
        assert not any(column.autoincrement is True for column in table.columns), table.name
