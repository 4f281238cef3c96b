"""Accounts: none is missing, each party's runs from number to number, and the kept balance is its last one."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.stored import raw_rows
from points.ledger.kinds import PARTY_KINDS, AccountKind
from points.ledger.models import Account, Transfer
from points.verification.breaks import Break, BreakKind, missing, shown
from points.verification.marks import Marks
from points.verification.signatures import chunks

_SIDES = (
    ("from_account_id", "from_number", "from_balance", -1),
    ("to_account_id", "to_number", "to_balance", 1),
)
_RUN = " UNION ALL ".join(
    f"SELECT {account} AS account, {number} AS number, {balance} AS balance, {sign} * points AS change, id "
    f"FROM transfer WHERE {number} IS NOT NULL"
    for account, number, balance, sign in _SIDES
)
_GAPS = (
    "SELECT account, number, balance, change, id, before FROM (SELECT run.*, "
    "lag(number, 1, {zero}) OVER w AS before, lag(balance, 1, {zero}) OVER w AS had "
    f"FROM ({_RUN}) AS run WINDOW w AS (PARTITION BY account ORDER BY number, id)) AS gap "
    "WHERE number {other} before + 1 OR balance {other} had + change"
)
_AT = " OR ".join(
    f"EXISTS (SELECT 1 FROM transfer WHERE {account} = b.account_id AND {number} = b.last_number "
    f"AND {balance} = b.balance)"
    for account, number, balance, _sign in _SIDES
)
_BEYOND = " OR ".join(
    f"EXISTS (SELECT 1 FROM transfer WHERE {account} = b.account_id AND {number} > b.last_number)"
    for account, number, _balance, _sign in _SIDES
)
_BALANCES = (
    "SELECT b.account_id, b.balance, b.last_number FROM account_balance b "
    f"WHERE NOT CASE WHEN b.last_number = 0 THEN b.balance = 0 ELSE {_AT} END OR {_BEYOND}"
)
_FOREIGN = (
    "SELECT b.account_id FROM account_balance b LEFT JOIN account a ON a.id = b.account_id "
    f"WHERE a.kind IS NULL OR a.kind NOT IN ({', '.join(repr(kind.value) for kind in PARTY_KINDS)})"
)
_KEPT = "SELECT account_id, last_number, balance FROM account_balance WHERE last_number <> 0 OR balance <> 0"
_NO_BALANCE = (
    "SELECT a.id FROM account a WHERE a.party_id IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM account_balance WHERE account_id = a.id)"
)
_NO_ACCOUNT = " UNION ".join(
    f"SELECT {account}, min(id) FROM transfer t WHERE NOT EXISTS (SELECT 1 FROM account WHERE id = t.{account}) "
    f"GROUP BY {account}"
    for account, *_rest in _SIDES
)


def check(session: Session) -> Iterator[Break]:
    """Yield the accounts and kept balances that are missing or nobody's."""
    yield from _lacking(session)
    for row in session.connection().exec_driver_sql(_FOREIGN):
        sentence = _("余额行 %(key)s 没有对应的主体账户。", key=shown(row[0]))
        yield Break(BreakKind.FOREIGN, "account_balance", shown(row[0]), sentence)


def runs(session: Session, total: int | None, marks: Marks) -> Iterator[Break]:
    """Yield what is wrong with accounts' runs and their kept balances.

    ``total`` is the sum of ``marks`` over all transfers. Only when it is not that of the kept balances is every run
    looked at.
    """
    if total is None or total != _kept(session, marks):
        yield from _without_account(session)
        yield from _gaps(session)
        yield from _balances(session)


def _kept(session: Session, marks: Marks) -> int | None:
    """Return what all transfers together must come to by the kept balances; None when one is damaged."""
    total = 0
    try:
        for rows in raw_rows(session.connection(), _KEPT):
            total += sum(marks.between(*row) for row in rows)
    except TypeError:
        return None
    return total


def _lacking(session: Session) -> Iterator[Break]:
    """All accounts of a party in a programme are opened together, and so are a programme's own."""
    connection = session.connection()
    groups = connection.exec_driver_sql(
        "SELECT programme_id, party_id, count(DISTINCT kind) FROM account GROUP BY programme_id, party_id"
    )
    for programme_id, party_id, count in groups:
        expected = len(PARTY_KINDS) if party_id is not None else len(AccountKind) - len(PARTY_KINDS)
        if count != expected:
            owner = programme_id if party_id is None else party_id
            because = _(
                "%(owner)s 应有 %(expected)d 个账户，现有 %(count)d 个。",
                owner=owner,
                expected=expected,
                count=count,
            )
            yield missing("account", owner, because)
    for row in connection.exec_driver_sql(_NO_BALANCE):
        yield missing("account_balance", row[0], _("账户没有余额行。"))


def _without_account(session: Session) -> Iterator[Break]:
    connection = session.connection()
    smallest = _NO_ACCOUNT
    if connection.dialect.name == "postgresql":  # no min() over keys there
        smallest = smallest.replace("min(id)", "min(id::text)")
    for rows in chunks(connection, smallest):
        for account, transfer in rows:
            yield missing("account", account, _("流水 %(key)s 说到它。", key=shown(transfer)))


def _gaps(session: Session) -> Iterator[Break]:
    """Each party account's transfers by number: no number is missing, each balance follows from the last."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    statement = _GAPS.format(
        other="IS NOT" if is_sqlite else "IS DISTINCT FROM", zero="0" if is_sqlite else "0::bigint"
    )
    for rows in chunks(session.connection(), statement):
        for account, number, _balance, _change, key, before in rows:
            if number == before:
                sentence = _("账户 %(key)s 的第 %(number)s 号流水有两条。", key=shown(account), number=number)
            elif isinstance(before, int) and number != before + 1:
                sentence = _("账户 %(key)s 缺第 %(number)d 号流水。", key=shown(account), number=before + 1)
            else:
                sentence = _("流水 %(key)s 之后的余额与上一笔不衔接。", key=shown(key))
                yield Break(BreakKind.BALANCE, Transfer.__tablename__, shown(key), sentence)
                continue
            yield Break(BreakKind.NUMBER, Account.__tablename__, shown(account), sentence)


def _balances(session: Session) -> Iterator[Break]:
    for account, balance, number in session.connection().exec_driver_sql(_BALANCES):
        sentence = _(
            "账户 %(key)s 的余额行（%(balance)s 厘分，第 %(number)s 号）与它的最后一笔流水不符。",
            key=shown(account),
            balance=balance,
            number=number,
        )
        yield Break(BreakKind.BALANCE, "account_balance", shown(account), sentence)
