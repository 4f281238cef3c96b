"""Opening and finding accounts. An account's identity never changes; it is opened at its first use."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.db import Base
from app.ids import new_id
from app.rows import driver_row
from points.ledger.form import FORM, signed
from points.ledger.insertion import insert
from points.ledger.kinds import PARTY_KINDS, AccountKind
from points.ledger.models import Account, AccountBalance

_ACCOUNT, _BALANCE = (Base.metadata.tables[model.__tablename__] for model in (Account, AccountBalance))
_FIND = (
    "SELECT kind, id FROM account WHERE programme_id = {0} AND party_id = {0} UNION ALL "
    "SELECT kind, id FROM account WHERE programme_id = {0} AND party_id IS NULL"
)
_ONCE = " ON CONFLICT DO NOTHING"


class AccountRef(NamedTuple):
    """An account as postings name it."""

    id: UUID
    kind: AccountKind

    @property
    def keeps_balance(self) -> bool:
        """Whether it is a party's: numbered, and with a balance that spending cannot take below zero."""
        return self.kind in PARTY_KINDS


def of(session: Session, programme_id: UUID, party_id: UUID) -> dict[AccountKind, AccountRef]:
    """Return a party's accounts in a programme together with the programme's own, by kind; opens what is missing.

    Safe at once: whoever comes second finds what the first has opened.
    """
    found = _find(session, programme_id, party_id)
    if len(found) < len(AccountKind):
        _open(session, programme_id, party_id, [kind for kind in AccountKind if kind not in found])
        found = _find(session, programme_id, party_id)
    return found


def _find(session: Session, programme_id: UUID, party_id: UUID) -> dict[AccountKind, AccountRef]:
    connection = session.connection()
    dialect = connection.dialect.name
    rows = connection.exec_driver_sql(
        _FIND.format("?" if dialect == "sqlite" else "%s"),
        driver_row((programme_id, party_id, programme_id), dialect),
    )
    return {
        AccountKind(kind): AccountRef(key if isinstance(key, UUID) else UUID(bytes=key), AccountKind(kind))
        for kind, key in rows
    }


def _open(session: Session, programme_id: UUID, party_id: UUID, kinds: Iterable[AccountKind]) -> None:
    moment = clock.now()
    connection = session.connection()
    rows = [
        signed((new_id(), FORM, programme_id, party_id if kind in PARTY_KINDS else None, kind.value, moment))
        for kind in kinds
    ]
    insert(connection, _ACCOUNT, rows, _ONCE)
    # An account that somebody else was just opening now has another key than ours: ask which it got.
    owned = [ref.id for ref in _find(session, programme_id, party_id).values() if ref.keeps_balance]
    insert(connection, _BALANCE, [(key, 0, 0) for key in owned], _ONCE)
