"""The triggers that refuse changes: somebody who wants to rewrite history removes them first."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.db import REFUSE_CHANGE_FUNCTION, SHARED, Base, append_only_ddl, append_only_tables
from points.verification.breaks import Break, BreakKind

_CITY = "SELECT current_schema()"
_POSTGRESQL = (
    "SELECT n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled, p.prosrc, l.lanname "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang "
    f"WHERE n.nspname IN (current_schema(), '{SHARED}') AND NOT t.tgisinternal"
)
_RULES = (
    "SELECT tablename, rulename FROM pg_rules "
    f"WHERE schemaname IN (current_schema(), '{SHARED}') AND rulename <> '_RETURN'"
)


def check(session: Session) -> Iterator[Break]:
    """Yield every append-only table that lacks one of its triggers, and every trigger or rule that is not ours.

    A trigger that does something else, only at times, or for some columns is not the one that should be there.
    """
    connection = session.connection()
    dialect = connection.dialect.name
    there = _sqlite(connection) if dialect == "sqlite" else _postgresql(connection)
    for table in append_only_tables(Base.metadata):
        for statement in append_only_ddl(table.name, dialect, key=table.info.get("key", "id")):
            name = statement.split()[2]
            found = there.pop((table.name, name), None)
            if found != _plain(statement):
                sentence = _(
                    "表 %(table)s 的触发器 %(name)s 被删除、停用或改动。", table=table.name, name=name
                )
                yield Break(BreakKind.TRIGGER, table.name, name, sentence)
    for table_name, name in sorted(there):
        sentence = _("表 %(table)s 上有不属于本系统的触发器或规则 %(name)s。", table=table_name, name=name)
        yield Break(BreakKind.FOREIGN, table_name, name, sentence)


def _sqlite(connection: Connection) -> dict[tuple[str, str], str]:
    rows = connection.exec_driver_sql("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {(table, name): _plain(statement or "") for table, name, statement in rows}


def _postgresql(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the triggers as they were made; one that is disabled, or whose function has another body, as empty."""
    body, city = _plain(REFUSE_CHANGE_FUNCTION.split("$$")[1]), connection.exec_driver_sql(_CITY).scalar_one()
    found = {}
    for schema, table, name, made, enabled, source, language in connection.exec_driver_sql(_POSTGRESQL):
        sound = enabled in ("O", "A") and _plain(source) == body and language == "plpgsql"
        # The database names the table with its schema and the events in an order of its own.
        made = _plain(made).replace(f" ON {schema}.", " ON ").replace("DELETE OR UPDATE", "UPDATE OR DELETE")
        own = schema == (SHARED if Base.metadata.tables.get(f"{SHARED}.{table}") is not None else city)
        found[(table if own else f"{schema}.{table}", name)] = made if sound else ""
    for table, name in connection.exec_driver_sql(_RULES):
        found[(table, name)] = ""
    return found


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "").split())
