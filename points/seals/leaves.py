"""What a leaf is made of: the public line, the commitment that hides the rest, and the leaf hash.

Public line of a transfer: ``2|programme|month|who|county|contribution kind|from>to|centipoints``. Organisations
stand in it by their code; persons and households by a pseudonym that changes with the month and cannot be
followed back once the salt is erased. See docs/ledger.md.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from app.db import Base
from app.rows import driver_row
from app.stored import STREAMED
from points.ledger.models import Transfer
from points.ledger.stored_form import SIGNING, form_sql

LEAF_FORM = 2
NO_COMMITMENT = bytes(32)
"""A paper's: what is hashed is in its public line already."""
_TRANSFER = Base.metadata.tables[Transfer.__tablename__]
_LINE_FEED = b"\n"
_ERASED = {"sqlite": "x''", "postgresql": "''::bytea"}
ORGANISATION = "organisation"

# Left joins: a damaged row must still come out, and then has the wrong hash.
JOINS = (
    "LEFT JOIN account fa ON fa.id = t.from_account_id LEFT JOIN account ta ON ta.id = t.to_account_id "
    "LEFT JOIN programme p ON p.id = ta.programme_id "
    "LEFT JOIN party fp ON fp.id = fa.party_id LEFT JOIN party tp ON tp.id = ta.party_id "
    "LEFT JOIN party_salt fs ON fs.programme_id = fa.programme_id AND fs.party_id = fa.party_id "
    "LEFT JOIN party_salt ts ON ts.programme_id = ta.programme_id AND ts.party_id = ta.party_id"
)


class Leaf(NamedTuple):
    """A leaf before it has a number: the thing's key as the driver gives it, and what stands in the row."""

    kind: str
    thing_id: Any
    public: str
    commitment: bytes
    hash: bytes


class Leaves(NamedTuple):
    """Leaves of one kind before they have numbers, column by column; keys as 16 bytes."""

    kind: str
    things: list[bytes]
    publics: list[str]
    commitments: list[bytes]
    hashes: list[bytes]


class Side(NamedTuple):
    """The party at one side of a transfer; all None where it is the programme itself."""

    party_id: Any
    kind: str | None
    code: str | None
    salt: bytes | None
    """None: none was made yet; empty: erased."""


class Sealable(NamedTuple):
    """What a transfer's leaf is made of."""

    id: Any
    form: bytes
    """Canonical form of the row without key id and HMAC."""
    programme_id: Any
    programme: str
    month: str
    tail: str
    """The public line from the county on."""
    source: Side
    target: Side


@cache
def columns(dialect: str) -> str:
    """Return the columns of a SELECT that ``sealable`` reads, with ``t`` as the transfer and the joins above."""
    form = form_sql(_TRANSFER, dialect, "t", 0, -SIGNING)
    return f"t.id, {form}, {public_columns(dialect)}"


def public_columns(dialect: str) -> str:
    """Return the columns after key and form."""
    month = "substr(t.happened_on, 1, 7)" if dialect == "sqlite" else "to_char(t.happened_on, 'YYYY-MM')"
    county = (
        "CASE WHEN t.region_code IS NULL OR substr(t.region_code, 5, 2) = '00' THEN '-' "
        "ELSE substr(t.region_code, 1, 6) END"
    )
    flow = "fa.kind || '>' || ta.kind || '|' || t.points"
    tail = f"{county} || '|' || coalesce(t.contribution_kind, '-') || '|' || {flow}"
    sides = ", ".join(
        f"{side}a.party_id, {side}p.kind, {side}p.code, "
        f"CASE WHEN {side}s.party_id IS NOT NULL THEN coalesce({side}s.salt, {_ERASED[dialect]}) END"
        for side in "ft"
    )
    return f"ta.programme_id, p.code, {month}, {tail}, {sides}"


def sealable(row: Sequence[Any]) -> Sealable:
    """Return a row of ``columns`` by its parts."""
    return Sealable(row[0], row[1], row[2], row[3], row[4], row[5], Side(*row[6:10]), Side(*row[10:14]))


def select(connection: Connection, tail: str, parameters: tuple[Any, ...] = ()) -> Iterator[Sealable]:
    """Yield what transfers' leaves are made of; ``tail`` is WHERE and ORDER BY in the driver's own style."""
    statement = f"SELECT {columns(connection.dialect.name)} FROM transfer t {JOINS} {tail}"
    for row in connection.exec_driver_sql(statement, parameters, execution_options=STREAMED):
        yield sealable(row)


def who(source: Side, target: Side, period: str) -> str:
    """Return the party of a transfer as the public line names it; two of them as ``from>to``."""
    if source.party_id is None:
        return "-" if target.party_id is None else name(target, period)
    if target.party_id is None or target.party_id == source.party_id:
        return name(source, period)
    return f"{name(source, period)}>{name(target, period)}"


def own_salt(one: Sealable) -> bytes:
    """Return the salt of this one leaf: showing it shows no other's."""
    return hmac.digest(salt_of(one.source, one.target), key_bytes(one.id), "sha256")


def salt_of(source: Side, target: Side) -> bytes:
    """Return the salt under which the leaves' own salts are made: a party's; of two parties both."""
    salt = source.salt or b""
    return salt if target.party_id == source.party_id else salt + (target.salt or b"")


def commitment_of(own: bytes, form: bytes) -> bytes:
    """Return the commitment to a row: SHA-256 of its own salt and its canonical form."""
    return hashlib.sha256(own + form).digest()


def hash_of(public: str, commitment: bytes) -> bytes:
    """Return the leaf hash: SHA-256(0x00 ‖ public line ‖ 0x0A ‖ commitment)."""
    return hashlib.sha256(b"\x00" + public.encode() + _LINE_FEED + commitment).digest()


def paper_leaf(key: Any, code: str, content_sha256: str) -> Leaf:
    """Return the leaf of a paper."""
    public = paper_line(code, content_sha256)
    return Leaf("paper", key, public, NO_COMMITMENT, hash_of(public, NO_COMMITMENT))


def paper_line(code: str, content_sha256: str) -> str:
    """Return the public line of a paper: it says nothing to whoever does not hold the paper."""
    return f"{LEAF_FORM}|paper|{hashlib.sha256((code + content_sha256).encode()).hexdigest()}"


def papers_of(rows: Iterable[Sequence[Any]]) -> Leaves:
    """Return the leaves of papers, each given by its key, code and content's hash."""
    new = [paper_leaf(*row) for row in rows]
    return Leaves(
        "paper",
        [leaf.thing_id for leaf in new],
        [leaf.public for leaf in new],
        [leaf.commitment for leaf in new],
        [leaf.hash for leaf in new],
    )


def key_bytes(key: Any) -> bytes:
    """Return the 16 bytes of a key as either driver gives it."""
    if isinstance(key, UUID):
        return key.bytes
    return key if isinstance(key, bytes) else str(key).encode()  # a damaged key is no UUID


def find(connection: Connection, key: UUID) -> Sealable | None:
    """Return what the leaf of one transfer is made of."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    found = select(connection, f"WHERE t.id = {mark}", driver_row((key,), connection.dialect.name))
    return next(found, None)


def name(side: Side, period: str) -> str:
    """Return how a public line names a party in a period ``programme|2026-11``."""
    if side.kind == ORGANISATION:
        return f"O:{side.code}"
    return pseudonym(side.salt or b"", period)


def pseudonym(salt: bytes, period: str) -> str:
    """Return the name of a person or household in the leaves of one ``programme|month``."""
    return "P:" + hmac.digest(salt, period.encode(), "sha256")[:16].hex()
