"""What waits for a leaf: transfers and papers that have none, and the leaves that they will have."""

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import compress
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app import keys
from app.canonical import canonical
from app.db import Base, database
from app.row_forms import RowForms
from app.rows import driver_row
from app.stored import prefer_indexes, raw_rows
from points.ledger.models import Transfer
from points.ledger.stored_form import SIGNING
from points.seals import leaves, salts
from points.seals.flows import Flow, Flows, made
from points.seals.leaves import Leaves

_TRANSFER = Base.metadata.tables[Transfer.__tablename__]
_NAMES = [column.name for column in _TRANSFER.columns]
_KEY = 16
_LOT = 256
"""Transfers at a time: as many as fit a processor's cache."""
_ERASED = "SELECT count(*) FROM party_salt WHERE erased_at IS NOT NULL"
_kept = threading.local()


class Waiting(NamedTuple):
    """The first of those that wait; no leaves as long as some party lacks its salt."""

    number: int
    """How many were looked at."""
    last: UUID | None
    leaves: Leaves
    lacking: set[tuple[UUID, UUID]]
    """Programme and party of those that need a salt and have none."""


def transfers(session: Session, after: UUID, most: int) -> Waiting:
    """Return the first transfers without a leaf whose keys come after one.

    One that does not bear its signature gets no leaf, since a leaf is for good, and keeps no other from its own: it
    waits until a verification has named it and somebody has looked.
    """
    connection = session.connection()
    dialect, known = connection.dialect.name, _flows(connection)
    prefer_indexes(connection)
    bounds = driver_row((after, after), dialect)
    number, last, new, lacking = 0, None, Leaves("transfer", [], [], [], []), set[tuple[UUID, UUID]]()
    for rows in raw_rows(connection, _without_leaf(dialect, most), bounds, is_short=True, lot=_LOT):
        number += len(rows)
        last = UUID(bytes=bytes(rows[-1][0])[:_KEY].ljust(_KEY, b"\0"))
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        forms = _forms(dialect).of_columns(columns, 0, -SIGNING)
        sound = _are_signed(forms, *columns[-SIGNING:])
        if not all(sound):
            columns = [list(compress(column, sound)) for column in columns]
            forms = list(compress(forms, sound))
        named = dict(zip(_NAMES, columns, strict=True))
        found = known.of(connection, named["from_account_id"], named["to_account_id"])
        lacking |= _lacking(set(found))
        if not lacking:
            _add_leaves(new, named, forms, found)
    if lacking:
        known.forget_lacking()
        new = Leaves("transfer", [], [], [], [])
    return Waiting(number, last, new, lacking)


def _add_leaves(
    new: Leaves, named: Mapping[str, Sequence[Any]], forms: Sequence[bytes], found: Sequence[Flow]
) -> None:
    publics, commitments, hashes = made(
        [flow.with_salts(lambda: os.urandom(salts.LENGTH)) if flow.is_erased else flow for flow in found],
        *(named["id"], forms, named["happened_on"], named["region_code"]),
        *(named["contribution_kind"], named["points"]),
    )
    if None in publics:
        raise ValueError("a damaged transfer cannot be sealed")
    new.things.extend(named["id"])
    new.publics.extend(publics)
    new.commitments.extend(commitments)
    new.hashes.extend(hashes)


def _flows(connection: Connection) -> Flows:
    """Return the flows that this thread knows of the open database; none once a salt was erased meanwhile."""
    erased = connection.exec_driver_sql(_ERASED).scalar_one()
    state = database(), erased
    if getattr(_kept, "state", None) != state:
        _kept.state, _kept.flows = state, Flows()
    flows: Flows = _kept.flows
    return flows


def papers(session: Session, after: UUID, most: int) -> Waiting:
    """Return the first papers without a leaf whose keys come after one."""
    connection = session.connection()
    bounds = driver_row((after,), connection.dialect.name)
    rows = next(
        raw_rows(connection, _papers(connection.dialect.name, most), bounds, is_short=True, lot=most), []
    )
    return Waiting(len(rows), UUID(bytes=rows[-1][0]) if rows else None, leaves.papers_of(rows), set())


@cache
def _papers(dialect: str, most: int) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    return (
        f"SELECT id, code, content_sha256 FROM paper p WHERE id > {mark} "
        f"AND NOT EXISTS (SELECT 1 FROM seal_leaf WHERE thing_id = p.id) ORDER BY id LIMIT {most:d}"
    )


@cache
def _without_leaf(dialect: str, most: int) -> str:
    # Two sorted runs of index entries; on SQLite only the new ones are read whole. PostgreSQL merges the runs.
    names = ", ".join(_NAMES)
    if dialect == "sqlite":
        return (
            f"SELECT {names} FROM transfer WHERE id IN (SELECT id FROM transfer WHERE id > ? "
            f"EXCEPT SELECT thing_id FROM seal_leaf WHERE thing_id > ? ORDER BY 1 LIMIT {most:d}) ORDER BY id"
        )
    return (
        f"SELECT {names} FROM transfer t WHERE id > %s AND NOT EXISTS (SELECT 1 FROM seal_leaf "
        f"WHERE thing_id = t.id AND thing_id > %s) ORDER BY id LIMIT {most:d}"
    )


@cache
def _forms(dialect: str) -> RowForms:
    return RowForms(_TRANSFER, binary=dialect != "sqlite")


def _are_signed(forms: Sequence[bytes], key_ids: Sequence[Any], macs: Sequence[Any]) -> list[bool]:
    ends = {key_id: canonical((str(key_id),)) for key_id in set(key_ids)}
    messages = [form + ends[key_id] for form, key_id in zip(forms, key_ids, strict=True)]
    return keys.ledger.check_all(key_ids, messages, macs)


def _lacking(found: Iterable[Flow]) -> set[tuple[UUID, UUID]]:
    return {
        (UUID(bytes=account.programme_id), UUID(bytes=account.side.party_id))
        for flow in found
        for account in (flow.source, flow.target)
        if account.side.party_id is not None and account.side.salt is None
    }
