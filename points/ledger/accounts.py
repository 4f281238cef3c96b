"""Opening and finding accounts. An account's identity never changes; it is opened at its first use."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.db import Base
from app.ids import new_id
from app.rows import driver_row, parts, ready_row, run
from points.ledger.form import FORM, signed
from points.ledger.kinds import PARTY_KINDS, AccountKind
from points.ledger.models import Account, AccountBalance
from points.ledger.writing import write, write_free

_ACCOUNT, _BALANCE = (Base.metadata.tables[model.__tablename__] for model in (Account, AccountBalance))
_FIND = (
    "SELECT party_id, kind, id FROM account WHERE programme_id = {0} AND party_id IN ({1}) UNION ALL "
    "SELECT party_id, kind, id FROM account WHERE programme_id = {0} AND party_id IS NULL"
)


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
    return of_many(session, programme_id, [party_id])[party_id]


def of_many(
    session: Session, programme_id: UUID, party_ids: Sequence[UUID]
) -> dict[UUID, dict[AccountKind, AccountRef]]:
    """Return of each party what ``of`` returns, in few statements for all of them."""
    found = _find(session, programme_id, party_ids)
    missing = [
        (party_id if kind in PARTY_KINDS else None, kind)
        for party_id, held in found.items()
        for kind in AccountKind
        if kind not in held
    ]
    if missing:
        _open(session, programme_id, dict.fromkeys(missing))
        found = _find(session, programme_id, party_ids)
    return found


def _find(
    session: Session, programme_id: UUID, party_ids: Sequence[UUID]
) -> dict[UUID, dict[AccountKind, AccountRef]]:
    connection = session.connection()
    dialect = connection.dialect.name
    mark = "?" if dialect == "sqlite" else "%s"
    common: dict[AccountKind, AccountRef] = {}
    own: dict[UUID, dict[AccountKind, AccountRef]] = {party_id: {} for party_id in party_ids}
    for some in parts(list(own)):
        statement = _FIND.format(mark, ", ".join([mark] * len(some)))
        keys = driver_row((programme_id, *some, programme_id), dialect)
        for party_id, kind, key in run(connection, statement, [keys]):
            ref = AccountRef(_uuid(key), AccountKind(kind))
            (common if party_id is None else own[_uuid(party_id)])[ref.kind] = ref
    return {party_id: common | held for party_id, held in own.items()}


def _uuid(key: UUID | bytes) -> UUID:
    return key if isinstance(key, UUID) else UUID(bytes=key)


def _open(session: Session, programme_id: UUID, owners: Iterable[tuple[UUID | None, AccountKind]]) -> None:
    moment = clock.now()
    rows = [signed((new_id(), FORM, programme_id, party_id, kind.value, moment)) for party_id, kind in owners]
    write_free(session, _ACCOUNT, [ready_row(row) for row in rows], ("party_id", "kind"))
    # An account that somebody else was just opening now has another key than ours, and came with its balance.
    parties = list({row[3] for row in rows if row[3] is not None})
    held = {ref.id for refs in _find(session, programme_id, parties).values() for ref in refs.values()}
    owned = [row[0].bytes for row in rows if row[3] is not None and row[0] in held]
    write(session, _BALANCE, [(key, 0, 0) for key in owned])
