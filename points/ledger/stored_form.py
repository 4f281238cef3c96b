"""The canonical form of rows, made by the database itself: byte for byte what ``app.canonical`` makes of them.

Whoever checks or seals millions of rows gets their forms ready instead of converting each value in Python. A
damaged value gets some other form, and so fails its signature.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table

from app.types import KeyType, UtcTimeType

SIGNED = {"signed": "ledger"}
"""In a table's info: its rows bear the ledger's HMAC in their last column, the key's id in the one before."""
SIGNING = 2
"""The last columns of a signed row: the key's id and the HMAC. The form under the HMAC ends with the key's id."""
_INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


@cache
def form_sql(table: Table, dialect: str, alias: str, start: int = 0, stop: int | None = None) -> str:
    """Return an SQL expression for the canonical bytes of some columns of a row (a slice, in the table's order)."""
    columns = list(table.columns)[start:stop]
    return _sqlite(columns, alias) if dialect == "sqlite" else _postgresql(columns, alias)


def sound_sql(table: Table, alias: str) -> str:
    """Return a condition that SQLite's rows hold values of their columns' types; its forms do not tell 1 from '1'."""
    return " AND ".join(
        f"typeof({alias}.{column.name}) IN ('{_stored_as(column)}'{', ' + repr('null') if column.nullable else ''})"
        for column in table.columns
    )


def _stored_as(column: Column[object]) -> str:
    if isinstance(column.type, KeyType | LargeBinary):
        return "blob"
    return "integer" if isinstance(column.type, Integer | Boolean) else "text"


def _sqlite(columns: Sequence[Column[object]], alias: str) -> str:
    parts = []
    for column in columns:
        name = f"{alias}.{column.name}"
        if isinstance(column.type, KeyType):
            part = f"'u16:' || {name}"
        elif isinstance(column.type, LargeBinary):
            part = f"'x' || length({name}) || ':' || {name}"
        elif isinstance(column.type, UtcTimeType):
            part = f"'t27:' || {name}"
        elif isinstance(column.type, Date):
            part = f"'d10:' || {name}"
        elif isinstance(column.type, Boolean):
            part = f"'b1:' || {name}"
        elif isinstance(column.type, Integer):
            part = f"'i' || length({name}) || ':' || {name}"
        else:
            part = f"'s' || length(CAST({name} AS BLOB)) || ':' || {name}"
        parts.append(f"coalesce({part}, '-')" if column.nullable else part)
    return f"CAST({' || '.join(parts)} AS BLOB)"


def _postgresql(columns: Sequence[Column[object]], alias: str) -> str:
    """As on SQLite; texts that stand side by side are turned into bytes together."""
    pieces: list[tuple[bool, str]] = []
    for column in columns:
        name = f"{alias}.{column.name}"
        if isinstance(column.type, KeyType):
            part, is_text = f"'u16:'::bytea || uuid_send({name})", False
        elif isinstance(column.type, LargeBinary):
            part, is_text = f"convert_to('x' || octet_length({name}) || ':', 'UTF8') || {name}", False
        elif isinstance(column.type, UtcTimeType):
            part, is_text = f"'t27:' || to_char({name}, '{_INSTANT}')", True
        elif isinstance(column.type, Date):
            part, is_text = f"'d10:' || to_char({name}, 'YYYY-MM-DD')", True
        elif isinstance(column.type, Boolean):
            part, is_text = f"'b1:' || {name}::int", True
        elif isinstance(column.type, Integer):
            part, is_text = f"'i' || length({name}::text) || ':' || {name}::text", True
        else:
            part, is_text = f"'s' || octet_length({name}) || ':' || {name}", True
        absent = "'-'" if is_text else "'-'::bytea"
        pieces.append((is_text, f"coalesce({part}, {absent})" if column.nullable else part))
    joined: list[str] = []
    texts: list[str] = []
    for is_text, part in pieces:
        if is_text:
            texts.append(part)
            continue
        if texts:
            joined.append(f"convert_to({' || '.join(texts)}, 'UTF8')")
            texts = []
        joined.append(part)
    if texts:
        joined.append(f"convert_to({' || '.join(texts)}, 'UTF8')")
    return f"({' || '.join(joined)})"
