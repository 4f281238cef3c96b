"""The triggers that refuse changes: somebody who wants to rewrite history removes them first."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import REFUSE_CHANGE_FUNCTION, SHARED, Base, append_only_ddl, append_only_tables
from points.verification.breaks import Break, BreakKind

_POSTGRESQL = (
    "SELECT c.relname, t.tgname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid "
    f"WHERE n.nspname IN (current_schema(), '{SHARED}') AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
)


def check(session: Session) -> Iterator[Break]:
    """Yield every append-only table that lacks one of its triggers, or has one that does something else."""
    connection = session.connection()
    dialect = connection.dialect.name
    if dialect == "sqlite":
        rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        there = {_plain(row[0]) for row in rows}
    else:
        body = _plain(REFUSE_CHANGE_FUNCTION.split("$$")[1])
        there = {
            f"{table}.{name}"
            for table, name, source in connection.exec_driver_sql(_POSTGRESQL)
            if _plain(source) == body
        }
    for table in append_only_tables(Base.metadata):
        for statement in append_only_ddl(table.name, dialect, key=table.info.get("key", "id")):
            name = statement.split()[2]
            if (_plain(statement) if dialect == "sqlite" else f"{table.name}.{name}") not in there:
                sentence = _(
                    "表 %(table)s 的触发器 %(name)s 被删除、停用或改动。", table=table.name, name=name
                )
                yield Break(BreakKind.TRIGGER, table.name, name, sentence)


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "").split())
