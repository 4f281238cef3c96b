"""The canonical form of the ledger's rows: the bytes under each HMAC and in each leaf's commitment.

Version 1: all columns in the order of the table, `form` being the second, up to and with the key's id; the HMAC
itself is left out. A changed table gets a new version, and old rows keep theirs.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Table

from app import keys
from app.canonical import canonical
from app.db import Base
from app.row_forms import RowForms
from points.ledger.models import Transfer

FORM = 1
UNDER_LOCK = slice(5, 9)
"""Where a transfer's running numbers and balances stand in its row: known only once the balances are locked."""


class TransferForm(NamedTuple):
    """The canonical form of a transfer's columns before and after those that are known only under the lock.

    The form of a row is its values' forms one after the other, so these two serve the posting's hash and the
    transfer's own HMAC.
    """

    head: bytes
    tail: bytes


def signed(body: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row with its last two columns: the signing key's id and the HMAC over everything before."""
    return _signed(body, canonical(body))


def signed_transfer(body: tuple[Any, ...], form: TransferForm, under_lock: Sequence[Any]) -> tuple[Any, ...]:
    """Return a transfer's row, signed, with what became known under the lock; ``form`` is its body's."""
    whole = (*body[: UNDER_LOCK.start], *under_lock, *body[UNDER_LOCK.stop :])
    return _signed(whole, form.head + canonical(under_lock) + form.tail)


def transfer_form(body: Sequence[Any]) -> TransferForm:
    """Return the form of a transfer's row without the last two columns, which sign."""
    return TransferForm(canonical(body[: UNDER_LOCK.start]), canonical(body[UNDER_LOCK.stop :]))


def _signed(body: tuple[Any, ...], form: bytes) -> tuple[Any, ...]:
    key_id = keys.ledger.current_id
    return (*body, key_id, keys.ledger.sign(form + canonical((key_id,)))[1])


def is_signed(row: Sequence[Any]) -> bool:
    """Return whether a whole row, in the order of its table's columns, bears its right HMAC."""
    *body, mac = row
    try:
        return keys.ledger.check(str(body[-1]), canonical(body), mac)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return False


def are_signed(table: Table, rows: Sequence[Sequence[Any]]) -> list[bool]:
    """Return of each whole row whether it bears its right HMAC; as ``is_signed``, of thousands at a time.

    Rows may be as either driver returns them: keys as UUID or 16 bytes, instants and days as values or ISO text.
    """
    key_ids, macs = [row[-2] for row in rows], [row[-1] for row in rows]
    return keys.ledger.check_all(key_ids, row_forms(table).of(rows, 0, -1), macs)


def transfer_forms(rows: Sequence[Sequence[Any]]) -> list[TransferForm]:
    """Return the forms of whole transfers' rows without what is under the lock and without the last two columns."""
    forms = row_forms(Base.metadata.tables[Transfer.__tablename__])
    heads, tails = forms.of(rows, 0, UNDER_LOCK.start), forms.of(rows, UNDER_LOCK.stop, -2)
    return list(map(TransferForm, heads, tails))


@cache
def row_forms(table: Table) -> RowForms:
    """Return what makes the canonical forms of this table's rows, many at a time."""
    return RowForms(table)


def transfers_hash(forms: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the hash by which a posting knows its transfers: all their columns but those known only under the lock.

    These become known later than the posting's row is written; they stand under each transfer's own HMAC.
    """
    digest = hashlib.sha256()
    for head, tail in forms:
        digest.update(b"%d:%b%b" % (len(head) + len(tail), head, tail))
    return digest.digest()


def input_hash(values: Iterable[Any]) -> bytes:
    """Return the hash of what a posting was made from: the source with its revision and verified figures."""
    return hashlib.sha256(canonical(values)).digest()
