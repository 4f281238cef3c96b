"""What was published is what scores: the hash of each row of a version's terms, signed when it is published.

Without it, whoever has the database and not the key could change a rule and let the program itself sign awards by it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Boolean, Table
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import keys
from app.canonical import canonical
from app.db import Base
from app.errors import Conflict
from app.rows import driver_row, insert_rows
from app.stored import stored_rows
from points.rulesets.models import TERMS, PublishedTerms, Ruleset, RulesetReach

FORM = 1
_TERMS, _REACH = (Base.metadata.tables[model.__tablename__] for model in (PublishedTerms, RulesetReach))
_LATER = {"ruleset": ("effective_to",)}
"""Columns that are set after publication: the last day follows from the first day of the next version."""
_CHECKED = "points.rulesets.checked"

RowKey = tuple[str, str]
"""Table and key of a row of terms."""


def sign_terms(session: Session, ruleset: Ruleset) -> str:
    """Sign the terms of a ruleset that is being published as they stand; return their hash for the audit event."""
    text = written(rows_of(session, ruleset.id, ruleset.programme_id))
    insert_rows(session, _TERMS, [_signed((ruleset.id, FORM, text, ruleset.published_at))])
    return hashlib.sha256(text.encode()).hexdigest()


def sign_reach(
    session: Session,
    decision_id: UUID,
    *,
    programme_id: UUID,
    number: int,
    ruleset_id: UUID,
    period: tuple[date, date],
    document_number: str,
    adopted_at: datetime,
) -> None:
    """Let a version score a past period, by a decision that is being adopted."""
    body = (decision_id, FORM, programme_id, number, ruleset_id, *period, document_number, adopted_at)
    insert_rows(session, _REACH, [_signed(body)])


def ensure_published(session: Session, ruleset_id: UUID) -> None:
    """Return when a ruleset's terms are those that were published; else raise Conflict. Once per transaction."""
    checked: set[UUID] = session.info.setdefault(_CHECKED, set())
    if ruleset_id in checked:
        return
    if not is_published(session, ruleset_id):
        raise Conflict(
            _(
                "积分规则与发布时的内容不一致，已停止按它记分。请系统管理员运行“验账”，查明改动。规则编号 %(key)s。",
                key=ruleset_id,
            )
        )
    checked.add(ruleset_id)


def is_published(session: Session, ruleset_id: UUID) -> bool:
    """Return whether a ruleset was published and each row of its terms is as it was then."""
    found = _one(session, _TERMS, ruleset_id)
    ruleset = _one(session, Base.metadata.tables[Ruleset.__tablename__], ruleset_id)
    if found is None or ruleset is None or not is_signed(found):
        return False
    programme_id = dict(zip(Ruleset.__table__.columns.keys(), ruleset, strict=True))["programme_id"]
    return bool(written(rows_of(session, ruleset_id, programme_id)) == found[2])


def is_decided(session: Session, reach: RulesetReach) -> bool:
    """Return whether a period was given to a version by a decision: the row bears its signature."""
    found = _one(session, _REACH, reach.id)
    return found is not None and is_signed(found)


def rows_of(session: Session, ruleset_id: UUID, programme_id: UUID) -> dict[RowKey, str]:
    """Return the hash of each row that a ruleset's terms consist of as the database holds it now.

    Columns without a value are left out, so that a table may get another column that may be empty.
    """
    found: dict[RowKey, str] = {}
    for table in _tables():
        column, of = table.info[TERMS]
        key = ruleset_id if of == "ruleset" else programme_id
        for row in _rows(session, table, column, key):
            named = dict(zip(table.columns.keys(), row, strict=True))
            found[table.name, str(named[table.primary_key.columns.keys()[0]])] = _hash(table, named)
    return found


def written(rows: Mapping[RowKey, str]) -> str:
    """Return hashes of rows as the text that is signed."""
    return "".join(f"{table} {key} {digest}\n" for (table, key), digest in sorted(rows.items()))


def read(text: object) -> dict[RowKey, str]:
    """Return the hashes of rows that a text names; of a damaged one what can be read."""
    lines = (line.rsplit(" ", 1) for line in str(text).splitlines())
    told = ((line[0].partition(" "), line[1]) for line in lines if len(line) == 2)
    return {(name, key): digest for (name, _space, key), digest in told}


def is_signed(row: Sequence[Any]) -> bool:
    """Return whether a whole stored row, whose last columns are the key's id and the HMAC, bears its right HMAC."""
    *body, mac = row
    try:
        return keys.ledger.check(str(body[-1]), canonical(body), mac)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return False


def _signed(body: tuple[Any, ...]) -> tuple[Any, ...]:
    key_id = keys.ledger.current_id
    return (*body, key_id, keys.ledger.sign(canonical((*body, key_id)))[1])


def _tables() -> Iterator[Table]:
    """Yield the tables whose rows belong to terms; a feature above names its own by ``TERMS`` in their info."""
    for name in sorted(Base.metadata.tables):
        if TERMS in Base.metadata.tables[name].info:
            yield Base.metadata.tables[name]


def _one(session: Session, table: Table, key: UUID) -> tuple[Any, ...] | None:
    return next(_rows(session, table, "id", key), None)


def _rows(session: Session, table: Table, column: str, key: UUID) -> Iterator[tuple[Any, ...]]:
    dialect = session.get_bind().dialect.name
    where = f"WHERE {column} = {'?' if dialect == 'sqlite' else '%s'}"
    try:
        yield from list(stored_rows(session, table, where, driver_row((key,), dialect)))
    except OperationalError:  # a text that is none, which SQLite alone can hold
        yield (key, *(None for _column in list(table.columns)[1:]))


def _hash(table: Table, row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a row's columns by name; a damaged value gives some other hash."""
    values: list[Any] = []
    for name in sorted(row):
        if row[name] is None or name in _LATER.get(table.name, ()):
            continue
        is_flag = isinstance(table.columns[name].type, Boolean) and row[name] in (0, 1)
        values += [name, bool(row[name]) if is_flag else row[name]]
    try:
        form = canonical(values)
    except (TypeError, ValueError, AttributeError, OverflowError):
        form = repr(values).encode("utf-8", "surrogateescape")
    return hashlib.sha256(form).hexdigest()
